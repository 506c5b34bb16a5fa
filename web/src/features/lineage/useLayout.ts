import { useEffect, useRef, useState } from 'react';
import type { LayoutAnswer, LayoutRequest } from './layout.worker';
import type { Picture } from './picture';

/** The picture with its boxes placed, by a worker; the last one stays while the next is on its way. */
export function useLayout(picture: Picture | null): Picture | null {
  const worker = useRef<Worker>(null);
  const [placed, setPlaced] = useState<Picture | null>(null);
  useEffect(() => {
    const made = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.current = made;
    return () => made.terminate();
  }, []);
  const turn = useRef(0);
  useEffect(() => {
    const made = worker.current;
    if (!picture || !made) return;
    turn.current += 1;
    const request = toRequest(picture, turn.current);
    const onAnswer = ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.turn === request.turn) setPlaced(withPlaces(picture, data));
    };
    made.addEventListener('message', onAnswer);
    made.postMessage(request);
    return () => made.removeEventListener('message', onAnswer);
  }, [picture]);
  return placed;
}

function toRequest(picture: Picture, turn: number): LayoutRequest {
  const index = new Map(picture.boxes.map((box, i) => [box.id, i]));
  return {
    turn,
    sizes: picture.boxes.map(({ width, height }) => ({ width, height })),
    pairs: picture.lines.map((line) => [index.get(line.from) ?? 0, index.get(line.to) ?? 0] as const),
  };
}

function withPlaces(picture: Picture, { x, y, bends }: LayoutAnswer): Picture {
  const boxes = picture.boxes.map((box, i) => ({ ...box, x: x[i] ?? 0, y: y[i] ?? 0 }));
  const lines = picture.lines.map((line, i) => ({ ...line, bends: bends[i] ?? [] }));
  return { ...picture, boxes, lines };
}
