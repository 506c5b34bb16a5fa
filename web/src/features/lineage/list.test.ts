import { expect, test } from 'vitest';
import { hopText, listRows, type SortKey } from './list';
import type { Box, Picture } from './picture';

const box = (id: string, hop: number, columnCount: number) =>
  ({ id, name: id, namespace: 'n', hop, columnCount }) as Box;
const picture: Picture = {
  focus: 'f',
  isTraceOnly: false,
  boxes: [box('c', 1, 9), box('f', 0, 4), box('b', -1, 7), box('a', 1, 9)],
  lines: [],
  traced: new Set(),
};

test.each<[SortKey, boolean, string]>([
  ['hop', false, 'b f a c'],
  ['hop', true, 'a c f b'],
  ['name', false, 'a b c f'],
  ['columns', true, 'a c b f'],
])('by %s, falling %s', (key, falls, expected) => {
  expect(
    listRows(picture, null, key, falls)
      .map((r) => r.box.id)
      .join(' '),
  ).toBe(expected);
});

test('a trace gives a row for each of its columns', () => {
  const column = (id: string, place: string, hop: number) => ({
    id,
    name: id,
    type: null,
    tags: [],
    place,
    namespace: 'n',
    dataset: place,
    hop,
  });
  const trace = { column: 'x', columns: [column('x', 'f', 0), column('y', 'a', 1), column('z', 'gone', 2)], links: [] };
  expect(listRows(picture, trace, 'hop', false).map((r) => `${r.box.id}.${r.column?.name} ${hopText(r.hop)}`)).toEqual([
    'f.x focus',
    'a.y 1 down',
  ]);
});
