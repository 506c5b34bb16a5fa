const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const number = new Intl.NumberFormat('en');

/** "3 hours ago", seen from `now` (both in milliseconds). */
export function ago(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return 'just now';
}

export function moment(at: string): string {
  return absolute.format(new Date(at));
}

export function count(value: number): string {
  return number.format(value);
}

/** "1 column", "3 columns", with the number grouped. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}

/** The last part of a dotted or slashed name, which is what people call a table. */
export function shortName(name: string): string {
  const cut = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'));
  return cut > 0 && cut < name.length - 1 ? name.slice(cut + 1) : name;
}

/** What stands before `shortName`, without the separator; empty when the name has one part. */
export function schemaName(name: string): string {
  const short = shortName(name);
  return short === name ? '' : name.slice(0, name.length - short.length - 1);
}

/** A tag as one reads it: `pii`, or `team: core` when it has a value that says more. */
export function tagText(key: string, value: string): string {
  return value === '' || value === 'true' ? key : `${key}: ${value}`;
}

const PERSONAL = /^(pii|gdpr|personal|sensitive)|[._:\-/](pii|personal|sensitive)\b/i;

/** Whether a tag's key says that the data is about a person. */
export function isPersonal(key: string): boolean {
  return PERSONAL.test(key);
}
