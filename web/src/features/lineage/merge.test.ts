import { expect, test } from 'vitest';
import { mergeParts, type Part } from './merge';
import type { Link, Place } from './model';

/** `a-1 +2/0` is place a at hop -1 that hides two upstream and none downstream. */
function place(text: string): Place {
  const [, id = '', hop, up, down] = /^(\w+?)(-?\d+) \+(\d+)\/(\d+)$/.exec(text) ?? [];
  const none = { kind: 'DATASET' as const, namespace: 'n', platform: 'n', columnCount: 0, tags: [], runState: null };
  return { id, name: id, hop: Number(hop), hiddenUp: Number(up), hiddenDown: Number(down), ...none };
}

const link = (text: string): Link => {
  const [from = '', to = ''] = text.split('>');
  return { id: text, from, to, look: 'value' };
};

const part = (places: string[], links: string[]): Part => ({ places: places.map(place), links: links.map(link) });

function check(base: Part, up: number, down: number, grown: Part[], expected: string[]) {
  const around = mergeParts('f', base, { up, down }, grown);
  const lines = around.places.map((p) => `${p.id}${p.hop} +${p.hiddenUp}/${p.hiddenDown}`);
  expect([...lines, ...around.links.map((l) => l.id)]).toEqual(expected);
}

const chain = part(['f0 +0/0', 'a-1 +0/0', 'b-2 +1/0', 'c1 +0/3'], ['a>f', 'b>a', 'f>c']);

test('all that was asked for is shown', () => {
  check(chain, 2, 2, [], ['f0 +0/0', 'a-1 +0/0', 'b-2 +1/0', 'c1 +0/3', 'a>f', 'b>a', 'f>c']);
});

test('what is cut by the hops is counted as hidden', () => {
  check(chain, 1, 0, [], ['f0 +0/1', 'a-1 +1/0', 'a>f']);
});

test('a grown box brings its neighbours, at their distance from the focus', () => {
  const grown = part(['c0 +1/0', 'd1 +0/0', 'e1 +0/0', 'g1 +0/0'], ['c>d', 'c>e', 'c>g']);
  check(chain, 0, 1, [grown], ['f0 +1/0', 'c1 +0/0', 'd2 +0/0', 'e2 +0/0', 'g2 +0/0', 'f>c', 'c>d', 'c>e', 'c>g']);
});

test('a part that grew a box which is not shown changes nothing', () => {
  check(chain, 0, 0, [part(['z0 +0/0', 'y1 +0/0'], ['z>y'])], ['f0 +1/1']);
});
