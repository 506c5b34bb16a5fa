import { expect, test } from 'vitest';
import { boxAt, lineAt, makeScene } from './geometry';
import { type Box, HEAD, type Line, type Picture, WIDTH } from './picture';

const box = (id: string, x: number, y: number): Box => ({
  id,
  kind: 'DATASET',
  namespace: 'n',
  name: id,
  platform: 'n',
  hop: 0,
  columnCount: 0,
  tags: [],
  hiddenUp: 0,
  hiddenDown: 0,
  runState: null,
  columns: [],
  moreColumns: 0,
  isOpen: false,
  onTrace: false,
  x,
  y,
  width: WIDTH,
  height: HEAD,
});
const line = (id: string, from: string, to: string): Line => ({
  id,
  from,
  to,
  fromColumn: null,
  toColumn: null,
  look: 'value',
  onTrace: false,
  bends: [],
});
const picture: Picture = {
  focus: 'a',
  isTraceOnly: false,
  boxes: [box('a', 0, 0), box('b', 400, 0), box('c', 400, 200)],
  lines: [line('ab', 'a', 'b'), line('ac', 'a', 'c')],
  traced: new Set(),
};
const scene = makeScene(picture);

test.each([
  [320, 22, 'ab'],
  [320, 122, 'ac'],
  [320, 70, undefined],
  [100, 22, undefined],
])('at %d,%d is the line %s', (x, y, expected) => expect(lineAt(scene, x, y, 6)?.id).toBe(expected));

test.each([
  [10, 10, 'a'],
  [500, 220, 'c'],
  [300, 10, undefined],
])('at %d,%d is the box %s', (x, y, expected) => expect(boxAt(scene, x, y)?.id).toBe(expected));
