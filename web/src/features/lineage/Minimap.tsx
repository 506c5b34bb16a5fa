import { type PointerEvent, useEffect, useMemo, useRef } from 'react';
import { bounds } from './camera';
import type { Engine } from './engine';
import type { Scene } from './geometry';
import type { Palette } from './palette';

const WIDTH = 200;
const HEIGHT = 140;
const MARGIN = 6;

interface Props {
  engine: Engine;
  scene: Scene;
  palette: Palette;
  colours: ReadonlyMap<string, number>;
}

/** The whole picture in small, with a frame around what is in sight; dragging moves it. */
export function Minimap({ engine, scene, palette, colours }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const map = useMemo(() => scaleOf(scene), [scene]);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.fillStyle = palette.card;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    for (const box of scene.picture.boxes) {
      context.fillStyle = palette.platforms[colours.get(box.platform) ?? 0] ?? palette.dim;
      context.fillRect(map.x(box.x), map.y(box.y), Math.max(2, box.width * map.k), Math.max(1.5, box.height * map.k));
    }
  }, [scene, palette, colours, map]);
  useEffect(() => {
    const place = () => {
      const { camera } = engine;
      const { width, height } = engine.size();
      const style = frame.current?.style;
      if (!style) return;
      style.transform = `translate(${map.x(-camera.x / camera.k)}px, ${map.y(-camera.y / camera.k)}px)`;
      style.width = `${(width / camera.k) * map.k}px`;
      style.height = `${(height / camera.k) * map.k}px`;
    };
    place();
    return engine.watch(place);
  }, [engine, map]);
  const go = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const { k } = engine.camera;
    const { width, height } = engine.size();
    const [x, y] = [map.worldX(event.clientX - left), map.worldY(event.clientY - top)];
    engine.move({ k, x: width / 2 - x * k, y: height / 2 - y * k });
  };
  return (
    <div className="minimap" aria-hidden="true" onPointerDown={go} onPointerMove={go}>
      <canvas
        ref={canvas}
        width={WIDTH * devicePixelRatio}
        height={HEIGHT * devicePixelRatio}
        style={{ width: WIDTH, height: HEIGHT }}
      />
      <div ref={frame} className="minimapframe" />
    </div>
  );
}

function scaleOf(scene: Scene) {
  const area = bounds(scene.picture.boxes);
  const width = area.right - area.left;
  const height = area.bottom - area.top;
  const k = Math.min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height, 0.2);
  const left = (WIDTH - width * k) / 2;
  const top = (HEIGHT - height * k) / 2;
  return {
    k,
    x: (x: number) => left + (x - area.left) * k,
    y: (y: number) => top + (y - area.top) * k,
    worldX: (px: number) => (px - left) / k + area.left,
    worldY: (py: number) => (py - top) / k + area.top,
  };
}
