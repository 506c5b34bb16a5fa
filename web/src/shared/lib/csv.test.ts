import { expect, test } from 'vitest';
import { csvText } from './csv';

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['two\nlines', '"two\nlines"'],
  ['=cmd()', "'=cmd()"],
  [-1, '-1'],
])('%s is written %s', (value, expected) => expect(csvText(['h'], [[value]])).toBe(`h\r\n${expected}\r\n`));
