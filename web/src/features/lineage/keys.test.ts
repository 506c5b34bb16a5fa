import { expect, test } from 'vitest';
import { neighbour, type Step } from './keys';
import type { Box, Line, Picture } from './picture';

const at = (id: string, x: number, y: number) => ({ id, x, y }) as Box;
const line = (from: string, to: string) => ({ id: `${from}${to}`, from, to }) as Line;
const picture: Picture = {
  focus: 'f',
  isTraceOnly: false,
  boxes: [at('a', 0, 0), at('b', 0, 100), at('f', 300, 90), at('c', 600, 0), at('d', 600, 200)],
  lines: [line('a', 'f'), line('b', 'f'), line('f', 'c'), line('f', 'd')],
  traced: new Set(),
};

test.each<[string, Step, string | null]>([
  ['f', 'left', 'b'],
  ['f', 'right', 'c'],
  ['f', 'up', null],
  ['a', 'down', 'b'],
  ['d', 'up', 'c'],
  ['c', 'right', null],
  ['gone', 'left', 'f'],
])('from %s %s is %s', (id, step, expected) => expect(neighbour(picture, id, step)).toBe(expected));
