import { bytes, count } from '~/shared/lib/format';

/** A statistic as one reads it: `rowCount` becomes "row count", sizes are written in bytes. */
export function statisticText(name: string, value: number): { name: string; value: string } {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return { name: words, value: /\b(size|bytes)\b/.test(words) ? bytes(value) : count(value) };
}
