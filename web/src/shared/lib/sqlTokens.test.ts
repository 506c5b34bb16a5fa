import { expect, test } from 'vitest';
import { markSpan, sqlTokens, utf16Offset } from './sqlTokens';

const render = (text: string) =>
  sqlTokens(text)
    .filter((t) => t.kind !== 'plain')
    .map((t) => `${t.kind}:${t.text}`)
    .join(' ');

test.each([
  ['select a from t', 'keyword:select keyword:from'],
  ["where x = 'it''s' and n > 1.5", "keyword:where string:'it''s' keyword:and number:1.5"],
  ['-- why\nselect 1 /* and\nmore */', 'comment:-- why keyword:select number:1 comment:/* and\nmore */'],
  ['selected', ''],
])('%s', (text, expected) => expect(render(text)).toBe(expected));

test('nothing is lost', () => {
  const text = 'select "a b", \'ünï\' — x::int from "t"; -- end';
  expect(
    sqlTokens(text)
      .map((t) => t.text)
      .join(''),
  ).toBe(text);
});

test('a span is marked even where it cuts a token', () => {
  const text = 'select total + 1 as x';
  const marked = markSpan(sqlTokens(text), 9, 16)
    .filter((p) => p.marked)
    .map((p) => p.text);
  expect(marked.join('')).toBe(text.slice(9, 16));
});

test('characters beyond the first plane count once', () => {
  expect([utf16Offset("'😀' a", 4), utf16Offset('abc', 2), utf16Offset('abc', 9)]).toEqual([5, 2, 3]);
});
