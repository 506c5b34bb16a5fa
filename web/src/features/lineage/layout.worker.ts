import { type Bend, layout, type Pair, type Size } from './layout';

export interface LayoutRequest {
  turn: number;
  sizes: Size[];
  pairs: Pair[];
}
export interface LayoutAnswer {
  turn: number;
  x: Float64Array;
  y: Float64Array;
  bends: Bend[][];
}

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  const { x, y, bends } = layout(data.sizes, data.pairs);
  const answer: LayoutAnswer = { turn: data.turn, x, y, bends };
  self.postMessage(answer, { transfer: [x.buffer, y.buffer] });
};
