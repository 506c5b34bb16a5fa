import { expect, test } from 'vitest';
import { layout, type Pair, type Size } from './layout';

const boxes = (count: number, height = 44): Size[] => Array.from({ length: count }, () => ({ width: 240, height }));

/** The layers from left to right, each from top to bottom. */
function render(count: number, pairs: Pair[]): string {
  const { x, y } = layout(boxes(count), pairs);
  const lefts = [...new Set(x)].sort((a, b) => a - b);
  const layer = (left: number) => [...x.keys()].filter((i) => x[i] === left).sort((a, b) => (y[a] ?? 0) - (y[b] ?? 0));
  return lefts.map((left) => layer(left).join(' ')).join(' | ');
}

test.each<[string, number, Pair[], string]>([
  ['nothing', 0, [], ''],
  ['one box', 1, [], '0'],
  [
    'a chain',
    3,
    [
      [0, 1],
      [1, 2],
    ],
    '0 | 1 | 2',
  ],
  [
    'a fan',
    4,
    [
      [0, 1],
      [0, 2],
      [0, 3],
    ],
    '0 | 1 2 3',
  ],
  [
    'a long link beside a chain',
    3,
    [
      [0, 1],
      [1, 2],
      [0, 2],
    ],
    '0 | 1 | 2',
  ],
  [
    'a late source stands next to what it feeds',
    4,
    [
      [0, 1],
      [1, 2],
      [3, 2],
    ],
    '0 | 1 3 | 2',
  ],
  [
    'a cycle is cut once',
    3,
    [
      [0, 1],
      [1, 2],
      [2, 0],
    ],
    '0 | 1 | 2',
  ],
  [
    'a link to itself and a repeated one are nothing',
    2,
    [
      [0, 0],
      [0, 1],
      [0, 1],
    ],
    '0 | 1',
  ],
])('%s', (_, count, pairs, expected) => expect(render(count, pairs)).toBe(expected));

/** Numbers that look random and are the same each time. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function estate(count: number): { sizes: Size[]; pairs: Pair[] } {
  const random = pseudoRandom(7);
  const sizes = Array.from({ length: count }, () => ({ width: 240, height: 44 + 20 * Math.floor(random() * 12) }));
  const pairs = Array.from({ length: count * 2 }, (): Pair => {
    const from = Math.floor(random() * (count - 1));
    return [from, from + 1 + Math.floor(random() * Math.min(40, count - from - 1))];
  });
  return { sizes, pairs };
}

test('no two boxes overlap, at a thousand of them', () => {
  const { sizes, pairs } = estate(1000);
  const { x, y } = layout(sizes, pairs);
  for (const left of new Set(x)) {
    const layer = [...x.keys()].filter((i) => x[i] === left);
    const sorted = layer.sort((a, b) => (y[a] ?? 0) - (y[b] ?? 0));
    sorted.slice(1).forEach((node, i) => {
      const above = sorted[i] ?? 0;
      expect((y[above] ?? 0) + (sizes[above]?.height ?? 0)).toBeLessThanOrEqual((y[node] ?? 0) + 1e-6);
    });
  }
});

test('a long link goes round the box between its ends', () => {
  const { x, y, bends } = layout(boxes(3), [
    [0, 1],
    [1, 2],
    [0, 2],
  ]);
  expect(bends.map((b) => b.length)).toEqual([0, 0, 1]);
  const [bend] = bends[2] ?? [];
  expect([bend?.left, bend?.right]).toEqual([x[1], (x[1] ?? 0) + 240]);
  const middle = y[1] ?? 0;
  expect((bend?.y ?? middle) < middle || (bend?.y ?? middle) > middle + 44).toBe(true);
});

test('links run from left to right', () => {
  const { sizes, pairs } = estate(300);
  const { x } = layout(sizes, pairs);
  expect(pairs.filter(([from, to]) => (x[from] ?? 0) >= (x[to] ?? 0))).toEqual([]);
});

test('a chain of ten thousand does not overflow', () => {
  const pairs = Array.from({ length: 9_999 }, (_, i): Pair => [i, i + 1]);
  expect(layout(boxes(10_000), pairs).x.length).toBe(10_000);
});

test('the same input gives the same picture', () => {
  const { sizes, pairs } = estate(200);
  expect(layout(sizes, pairs)).toEqual(layout(sizes, pairs));
});
