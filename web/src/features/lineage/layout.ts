// A layered layout: sources at the left, what is made of them to the right. Deterministic and iterative throughout,
// so that deep chains neither overflow a stack nor depend on the order in which they arrived.

export interface Size {
  width: number;
  height: number;
}
export type Pair = readonly [from: number, to: number];
/** Where a link passes a layer that it has no box in: level from left to right. */
export interface Bend {
  left: number;
  right: number;
  y: number;
}
export interface Placement {
  x: Float64Array;
  y: Float64Array;
  /** for each pair that was given, the layers it passes; none for links that run back */
  bends: Bend[][];
}

const GAP_X = 110;
const GAP_Y = 18;
const GAP_LINE = 6;
const SWEEPS = 10;
const ALIGNMENTS = 12;

/** Places boxes of the given sizes; pairs are indices into them. Cycles are allowed: one link of each then runs back. */
export function layout(sizes: readonly Size[], pairs: readonly Pair[]): Placement {
  const edges = acyclic(sizes.length, distinct(sizes.length, pairs));
  const ranks = rank(sizes.length, edges);
  const graph = withBends(sizes, edges, ranks);
  order(graph);
  const middles = align(graph);
  const { x, y, bend } = place(sizes, graph, middles);
  const bends = pairs.map(([from, to]) => (graph.routes.get(from * sizes.length + to) ?? []).map(bend));
  return { x, y, bends };
}

/** Boxes, and a bend wherever a link passes a layer; indices from `sizes.length` on are bends. */
interface Layered {
  layers: number[][];
  rank: number[];
  width: number[];
  height: number[];
  up: number[][];
  down: number[][];
  /** the bends of each link, by `from * boxes + to` */
  routes: Map<number, number[]>;
}

function distinct(count: number, pairs: readonly Pair[]): Pair[] {
  const seen = new Set<number>();
  return pairs.filter(([from, to]) => {
    const key = from * count + to;
    if (from === to || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The same links with those turned round that close a cycle in a depth-first walk. */
function acyclic(count: number, edges: Pair[]): Pair[] {
  const out = lists(count);
  edges.forEach(([from], i) => {
    out[from]?.push(i);
  });
  const state = new Uint8Array(count);
  const turned = new Set<number>();
  for (let root = 0; root < count; root++) {
    if (state[root] === 0) walk(root, edges, out, state, turned);
  }
  return edges.map(([from, to], i) => (turned.has(i) ? [to, from] : [from, to]));
}

const OPEN = 1;
const DONE = 2;

function walk(root: number, edges: Pair[], out: number[][], state: Uint8Array, turned: Set<number>): void {
  const stack = [{ node: root, next: 0 }];
  state[root] = OPEN;
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const edge = out[top.node]?.[top.next++];
    if (edge === undefined) {
      state[top.node] = DONE;
      stack.pop();
      continue;
    }
    const to = edges[edge]?.[1] ?? top.node;
    if (state[to] === OPEN) turned.add(edge);
    else if (state[to] === 0) {
      state[to] = OPEN;
      stack.push({ node: to, next: 0 });
    }
  }
}

/** Longest path from the left; then sources move right, next to what they feed. */
function rank(count: number, edges: Pair[]): number[] {
  const { up, down } = neighbours(count, edges);
  const waiting = up.map((list) => list.length);
  const queue = waiting.flatMap((n, i) => (n === 0 ? [i] : []));
  const ranks = new Array<number>(count).fill(0);
  for (let head = 0; head < queue.length; head++) {
    const node = at(queue, head);
    for (const next of at(down, node)) {
      ranks[next] = Math.max(at(ranks, next), at(ranks, node) + 1);
      waiting[next] = at(waiting, next) - 1;
      if (waiting[next] === 0) queue.push(next);
    }
  }
  for (const node of queue.reverse()) {
    const after = at(down, node);
    if (after.length > 0 && at(up, node).length === 0) ranks[node] = least(after.map((n) => at(ranks, n))) - 1;
  }
  return ranks;
}

function withBends(sizes: readonly Size[], edges: Pair[], ranks: number[]): Layered {
  const graph: Layered = {
    layers: lists(most(ranks) + 1),
    rank: [...ranks],
    width: sizes.map((s) => s.width),
    height: sizes.map((s) => s.height),
    up: lists(sizes.length),
    down: lists(sizes.length),
    routes: new Map(),
  };
  ranks.forEach((r, i) => {
    at(graph.layers, r).push(i);
  });
  for (const [from, to] of edges) {
    let last = from;
    const route: number[] = [];
    for (let layer = at(ranks, from) + 1; layer < at(ranks, to); layer++) {
      const bend = addBend(graph, layer);
      join(graph, last, bend);
      route.push(bend);
      last = bend;
    }
    join(graph, last, to);
    graph.routes.set(from * sizes.length + to, route);
  }
  return graph;
}

function addBend(graph: Layered, layer: number): number {
  const bend = graph.rank.push(layer) - 1;
  graph.width.push(0);
  graph.height.push(2);
  graph.up.push([]);
  graph.down.push([]);
  at(graph.layers, layer).push(bend);
  return bend;
}

function join(graph: Layered, from: number, to: number): void {
  at(graph.down, from).push(to);
  at(graph.up, to).push(from);
}

/** Sorts each layer so that few links cross: sweeps by the mean place of neighbours, keeping the best order seen. */
function order(graph: Layered): void {
  const places = firstOrder(graph);
  sortLayers(graph, places);
  let best = graph.layers.map((l) => [...l]);
  let fewest = crossings(graph, places);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const rightwards = sweep % 2 === 0;
    for (const layer of rightwards ? graph.layers : graph.layers.toReversed())
      sortByMean(graph, layer, places, rightwards);
    const count = crossings(graph, places);
    if (count < fewest) {
      fewest = count;
      best = graph.layers.map((l) => [...l]);
    }
  }
  graph.layers = best;
}

/** A depth-first walk over both directions, which keeps relatives together to begin with. */
function firstOrder(graph: Layered): Float64Array {
  const places = new Float64Array(graph.rank.length).fill(-1);
  let next = 0;
  for (const root of graph.layers.flat()) {
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (at(places, node) >= 0) continue;
      places[node] = next++;
      stack.push(...at(graph.down, node).toReversed(), ...at(graph.up, node).toReversed());
    }
  }
  return places;
}

function sortLayers(graph: Layered, places: Float64Array): void {
  for (const layer of graph.layers) {
    layer.sort((a, b) => at(places, a) - at(places, b));
    layer.forEach((node, i) => {
      places[node] = i;
    });
  }
}

function sortByMean(graph: Layered, layer: number[], places: Float64Array, rightwards: boolean): void {
  const means = new Map<number, number>();
  for (const node of layer) {
    const near = at(rightwards ? graph.up : graph.down, node);
    const far = at(graph.layers, at(graph.rank, node) + (rightwards ? -1 : 1), []).length;
    const scale = layer.length / Math.max(1, far);
    means.set(node, near.length === 0 ? at(places, node) : mean(near.map((n) => at(places, n))) * scale);
  }
  layer.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0) || at(places, a) - at(places, b));
  layer.forEach((node, i) => {
    places[node] = i;
  });
}

/** Crossings between neighbouring layers, counted as inversions with a Fenwick tree. */
function crossings(graph: Layered, places: Float64Array): number {
  let total = 0;
  graph.layers.forEach((layer, l) => {
    const width = graph.layers[l + 1]?.length ?? 0;
    const tree = new Int32Array(width + 2);
    let seen = 0;
    for (const node of layer) {
      const ends = at(graph.down, node)
        .map((n) => at(places, n))
        .sort((a, b) => a - b);
      for (const end of ends) {
        total += seen - sum(tree, end + 1);
        seen++;
        for (let i = end + 1; i <= width; i += i & -i) tree[i] = at(tree, i) + 1;
      }
    }
  });
  return total;
}

function sum(tree: Int32Array, end: number): number {
  let total = 0;
  for (let i = end; i > 0; i -= i & -i) total += at(tree, i);
  return total;
}

/** Vertical middles: each layer in turn moves towards the median of its neighbours, as far as no two overlap. */
function align(graph: Layered): Float64Array {
  const middles = new Float64Array(graph.rank.length);
  for (const layer of graph.layers) {
    let y = 0;
    for (const node of layer) {
      middles[node] = y + at(graph.height, node) / 2;
      y += at(graph.height, node) + GAP_Y;
    }
  }
  for (let turn = 0; turn < ALIGNMENTS; turn++) {
    const rightwards = turn % 2 === 0;
    for (const layer of rightwards ? graph.layers : graph.layers.toReversed()) {
      settle(graph, layer, middles, rightwards ? graph.up : graph.down);
    }
  }
  return middles;
}

/** The places nearest to what is wanted that keep order and gaps: pooling of adjacent violators, weights 1 and 2 (bends). */
function settle(graph: Layered, layer: number[], middles: Float64Array, near: number[][]): void {
  const offsets: number[] = [];
  layer.forEach((node, i) => {
    const before = layer[i - 1];
    offsets.push(before === undefined ? 0 : at(offsets, i - 1) + distance(graph, before, node));
  });
  const pools: { value: number; weight: number; count: number }[] = [];
  layer.forEach((node, i) => {
    const places = at(near, node).map((n) => at(middles, n));
    const wanted = places.length === 0 ? at(middles, node) : median(places);
    let pool = { value: wanted - at(offsets, i), weight: at(graph.width, node) > 0 ? 1 : 2, count: 1 };
    for (let last = pools.at(-1); last && last.value > pool.value; last = pools.at(-1)) {
      pools.pop();
      const weight = last.weight + pool.weight;
      pool = {
        value: (last.value * last.weight + pool.value * pool.weight) / weight,
        weight,
        count: last.count + pool.count,
      };
    }
    pools.push(pool);
  });
  let i = 0;
  for (const pool of pools) {
    for (const stop = i + pool.count; i < stop; i++) middles[at(layer, i)] = pool.value + at(offsets, i);
  }
}

function distance(graph: Layered, above: number, below: number): number {
  const gap = at(graph.width, above) > 0 || at(graph.width, below) > 0 ? GAP_Y : GAP_LINE;
  return (at(graph.height, above) + at(graph.height, below)) / 2 + gap;
}

function place(sizes: readonly Size[], graph: Layered, middles: Float64Array) {
  const lefts: number[] = [];
  const widths = graph.layers.map((layer) => most(layer.map((node) => at(graph.width, node))));
  let left = 0;
  graph.layers.forEach((layer, i) => {
    lefts.push(left);
    left += at(widths, i) + GAP_X + Math.min(220, layer.length * 0.6);
  });
  const x = new Float64Array(sizes.length);
  const y = new Float64Array(sizes.length);
  sizes.forEach((size, i) => {
    x[i] = at(lefts, at(graph.rank, i));
    y[i] = at(middles, i) - size.height / 2;
  });
  const top = least([...y]);
  const bend = (node: number): Bend => {
    const start = at(lefts, at(graph.rank, node));
    return { left: start, right: start + at(widths, at(graph.rank, node)), y: at(middles, node) - top };
  };
  return { x, y: y.map((value) => value - top), bend };
}

function neighbours(count: number, edges: Pair[]): { up: number[][]; down: number[][] } {
  const up = lists(count);
  const down = lists(count);
  for (const [from, to] of edges) {
    at(down, from).push(to);
    at(up, to).push(from);
  }
  return { up, down };
}

function lists(count: number): number[][] {
  return Array.from({ length: count }, () => []);
}

/** An element that is there by construction; a fallback where it may not be. */
function at<T>(list: ArrayLike<T>, index: number, otherwise?: T): T {
  const value = list[index] ?? otherwise;
  if (value === undefined) throw new RangeError(`layout: expected an element at ${index}, found none`);
  return value;
}

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return (at(sorted, (sorted.length - 1) >> 1) + at(sorted, sorted.length >> 1)) / 2;
}

function least(values: number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
