import { expect, test } from 'vitest';
import { statisticText } from './statistic';

test.each([
  ['rowCount', 1200, 'row count', '1,200'],
  ['size', 18_460_000, 'size', '18.5 MB'],
  ['file_count', 3, 'file count', '3'],
])('%s %d', (name, value, words, text) => expect(statisticText(name, value)).toEqual({ name: words, value: text }));
