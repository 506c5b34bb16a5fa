import {
  bounds,
  type Camera,
  centre,
  firstLook,
  holding,
  LEGIBLE,
  seeAll,
  sight,
  touches,
  type View,
  zoomAt,
} from './camera';
import type { Scene } from './geometry';
import { NEAR, type PaintState, paint } from './paint';
import type { Box } from './picture';

const REST_MS = 130;
const MOST_ELEMENTS = 160;

export interface Surface {
  canvas: HTMLCanvasElement;
  /** holds the boxes that are elements; moved as one */
  layer: HTMLElement;
}

/**
 * Draws the scene and remembers where one looks. While something moves there is only the canvas; once it rests, `onRest`
 * names the boxes in sight, which then become real elements above it.
 */
export class Engine {
  camera: Camera = { x: 0, y: 0, k: 1 };
  private view: View = { width: 1, height: 1 };
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly watchers = new Set<() => void>();
  private hasLooked = false;

  constructor(
    private readonly surface: Surface,
    private state: PaintState,
    private readonly onRest: (boxes: Box[]) => void,
  ) {}

  /** Called after every move of the camera or change of the view's size. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  update(state: PaintState): void {
    this.state = state;
    this.request();
  }

  hover(line: string | null): void {
    if (this.state.hover === line) return;
    this.state = { ...this.state, hover: line };
    this.request();
  }

  /** A new scene. The held box, else the home, stays where it was; a scene of another scope is looked at afresh. */
  setScene(scene: Scene, held: string | null, home: string): void {
    const old = this.state.scene;
    const before = old.boxes.get(held ?? home);
    const after = scene.boxes.get(held ?? home);
    const isSameScope = old.picture.isTraceOnly === scene.picture.isTraceOnly;
    this.state = { ...this.state, scene, skip: new Set() };
    if (this.hasLooked && isSameScope && before && after) this.camera = holding(this.camera, before, after);
    else this.camera = firstLook(scene.picture.boxes, scene.boxes.get(home), this.view);
    this.hasLooked = scene.picture.boxes.length > 0;
    this.rest();
  }

  resize(width: number, height: number): void {
    const isFirst = this.view.width === 1;
    this.view = { width, height };
    this.surface.canvas.width = Math.round(width * devicePixelRatio);
    this.surface.canvas.height = Math.round(height * devicePixelRatio);
    if (isFirst) {
      const { scene } = this.state;
      this.camera = firstLook(scene.picture.boxes, scene.boxes.get(scene.picture.focus), this.view);
    }
    this.rest();
    this.draw();
  }

  size(): View {
    return this.view;
  }

  move(camera: Camera): void {
    this.camera = camera;
    this.request();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST_MS);
  }

  pan(dx: number, dy: number): void {
    this.move({ ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy });
  }

  zoom(factor: number, px = this.view.width / 2, py = this.view.height / 2): void {
    this.move(zoomAt(this.camera, factor, px, py));
  }

  fit(): void {
    this.move(seeAll(bounds(this.state.scene.picture.boxes), this.view));
  }

  /** Brings a box to the middle, near enough to read. */
  show(id: string): void {
    const box = this.state.scene.boxes.get(id);
    if (box) this.move(centre(box, this.view, Math.max(LEGIBLE, this.camera.k)));
  }

  /** Moves no more than it must for the box to be in sight. */
  reveal(id: string): void {
    const box = this.state.scene.boxes.get(id);
    if (!box) return;
    const { x, y, k } = this.camera;
    const area = sight({ x: x - 30, y: y - 30, k }, { width: this.view.width - 60, height: this.view.height - 60 });
    const inside =
      box.x >= area.left &&
      box.x + box.width <= area.right &&
      box.y >= area.top &&
      box.y + Math.min(box.height, 300) <= area.bottom;
    if (!inside || k < NEAR) this.show(id);
    else this.rest();
  }

  /** Draws at once. */
  draw(): void {
    this.frame = 0;
    const { canvas, layer } = this.surface;
    const { x, y, k } = this.camera;
    layer.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    layer.style.visibility = k >= NEAR ? 'visible' : 'hidden';
    const skip = k >= NEAR ? this.state.skip : new Set<string>();
    const context = canvas.getContext('2d', { alpha: false });
    if (context) paint(context, this.camera, this.view, devicePixelRatio, { ...this.state, skip });
    for (const watcher of this.watchers) watcher();
  }

  /** The boxes that are elements now; they are left out of the painting. */
  setSkip(skip: ReadonlySet<string>): void {
    this.state = { ...this.state, skip };
    this.draw();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }

  private request(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  private rest(): void {
    clearTimeout(this.timer);
    const area = sight(this.camera, this.view);
    const near = this.camera.k >= NEAR;
    const boxes = near ? this.state.scene.picture.boxes.filter((box) => touches(box, area)) : [];
    this.onRest(boxes.slice(0, MOST_ELEMENTS));
    this.request();
  }
}
