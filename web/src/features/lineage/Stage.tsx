import {
  type ReactNode,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Actions } from './actions';
import { Box } from './Box';
import { Engine } from './engine';
import type { Scene } from './geometry';
import { describe } from './keys';
import { Minimap } from './Minimap';
import type { Palette } from './palette';
import type { Box as BoxModel } from './picture';
import { usePointer } from './usePointer';

export interface StageHandle {
  show(id: string): void;
  reveal(id: string): void;
  fit(): void;
  zoom(factor: number): void;
}

interface Props {
  scene: Scene;
  palette: Palette;
  colours: ReadonlyMap<string, number>;
  selected: string | null;
  column: string | null;
  edge: string | null;
  active: string;
  row: number;
  /** the box that stays where it is on the screen when the scene changes; taken by the stage */
  held: RefObject<string | null>;
  act: Actions;
  handle: RefObject<StageHandle | null>;
  children?: ReactNode;
}

const NONE: ReadonlySet<string> = new Set();

/** The drawing area: a canvas for every frame, and above it, while nothing moves, the boxes in sight as elements. */
export function Stage(props: Props) {
  const { scene, palette, colours, selected, column, edge, act } = props;
  const wrap = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [engine, setEngine] = useState<Engine | null>(null);
  // by id, so that after a change the same boxes stand where the new scene has them, and keep their focus
  const [mounted, setMounted] = useState<string[]>([]);
  const newest = useRef(scene);
  newest.current = scene;
  const state = useMemo(
    () => ({ scene, palette, colours, selected, column, edge, hover: null, skip: NONE }),
    [scene, palette, colours, selected, column, edge],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the engine is made once; later states reach it by update
  useLayoutEffect(() => {
    if (!canvas.current || !layer.current || !wrap.current) return;
    const made = new Engine({ canvas: canvas.current, layer: layer.current }, state, (boxes) =>
      setMounted(boxes.map((box) => box.id)),
    );
    const { width, height } = wrap.current.getBoundingClientRect();
    made.resize(width, height);
    const observer = new ResizeObserver(
      ([entry]) => entry && made.resize(entry.contentRect.width, entry.contentRect.height),
    );
    observer.observe(wrap.current);
    setEngine(made);
    return () => {
      observer.disconnect();
      made.stop();
    };
  }, []);
  const last = useRef(scene);
  useLayoutEffect(() => {
    if (!engine || last.current === scene) return;
    last.current = scene;
    engine.setScene(scene, props.held.current, scene.picture.focus);
    props.held.current = null;
  }, [engine, scene, props.held]);
  const boxes = useMemo(
    () => mounted.map((id) => scene.boxes.get(id)).filter((box) => box !== undefined),
    [mounted, scene],
  );
  const ids = useMemo(() => new Set(boxes.map((box) => box.id)), [boxes]);
  useLayoutEffect(() => engine?.update({ ...state, skip: ids }), [engine, state, ids]);
  useLayoutEffect(() => engine?.setSkip(ids), [engine, ids]);
  useImperativeHandle(props.handle, () => engine ?? { show() {}, reveal() {}, fit() {}, zoom() {} }, [engine]);
  usePointer(wrap, engine, newest, act);
  useFocusFollows(props.active, boxes);
  return (
    <div ref={wrap} className="stage">
      <div aria-hidden="true">
        <canvas ref={canvas} className="stagecanvas" />
      </div>
      <div ref={layer} className="stagelayer">
        {boxes.map((box) => (
          <StageBox key={box.id} box={box} stage={props} />
        ))}
      </div>
      <ZoomBar engine={engine} />
      {engine && <Minimap engine={engine} scene={scene} palette={palette} colours={colours} />}
      {props.children}
    </div>
  );
}

function StageBox({ box, stage }: { box: BoxModel; stage: Props }) {
  const { scene, selected, column, active, row, colours, act } = stage;
  const { traced } = scene.picture;
  const dimmed = traced.size > 0 ? (box.onTrace ? 'traced' : 'quiet') : '';
  const isActive = box.id === active;
  return (
    <Box
      box={box}
      colour={colours.get(box.platform) ?? 0}
      look={box.id === selected ? 'selected' : dimmed}
      isActive={isActive}
      neighbours={describe(scene.picture, { ...box, name: '', namespace: '' }, false).replace(/^[, ]+/, '')}
      traced={traced}
      column={column}
      row={isActive ? row : -1}
      act={act}
    />
  );
}

/** Real focus goes with the active box, but only when it is already within the graph. */
function useFocusFollows(active: string, boxes: BoxModel[]): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the box may become an element only after the view rests
  useEffect(() => {
    const focused = document.activeElement;
    if (!focused?.closest('.graph') || focused.closest('.zoombar')) return;
    const title = document.querySelector<HTMLElement>(`[data-box="${CSS.escape(active)}"] .boxtitle`);
    if (title && title !== focused) title.focus({ preventScroll: true });
  }, [active, boxes]);
}

function ZoomBar({ engine }: { engine: Engine | null }) {
  return (
    <div className="zoombar">
      <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => engine?.zoom(1.25)}>
        +
      </button>
      <button type="button" aria-label="Zoom out" title="Zoom out (-)" onClick={() => engine?.zoom(0.8)}>
        −
      </button>
      <button type="button" aria-label="Show everything" title="Show everything (f)" onClick={() => engine?.fit()}>
        ⤢
      </button>
    </div>
  );
}
