// Where one looks: the world is scaled by `k` and then moved by `x`, `y`, all in CSS pixels.

export interface Camera {
  x: number;
  y: number;
  k: number;
}
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
export interface View {
  width: number;
  height: number;
}
interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

const MIN = 0.05;
const MAX = 2.5;
const MARGIN = 0.92;
/** The first look is never from further away than this: names must be legible. */
export const LEGIBLE = 0.7;

export function bounds(rects: readonly Rect[]): Area {
  const area = {
    left: Number.POSITIVE_INFINITY,
    top: Number.POSITIVE_INFINITY,
    right: Number.NEGATIVE_INFINITY,
    bottom: Number.NEGATIVE_INFINITY,
  };
  for (const r of rects) {
    area.left = Math.min(area.left, r.x);
    area.top = Math.min(area.top, r.y);
    area.right = Math.max(area.right, r.x + r.width);
    area.bottom = Math.max(area.bottom, r.y + r.height);
  }
  return rects.length > 0 ? area : { left: 0, top: 0, right: 1, bottom: 1 };
}

/** Shows the whole area, in the middle, never larger than life. */
export function seeAll(area: Area, view: View): Camera {
  const width = area.right - area.left;
  const height = area.bottom - area.top;
  const k = clamp(Math.min(1, MARGIN * Math.min(view.width / width, view.height / height)));
  return { k, x: (view.width - (area.left + area.right) * k) / 2, y: (view.height - (area.top + area.bottom) * k) / 2 };
}

/** Puts a box in the middle; of one taller than the view, its head. */
export function centre(rect: Rect, view: View, k: number): Camera {
  const height = Math.min(rect.height, view.height / k - 80);
  return { k, x: view.width / 2 - (rect.x + rect.width / 2) * k, y: view.height / 2 - (rect.y + height / 2) * k };
}

/** All if all is legible, else the home box in the middle at the smallest legible size. */
export function firstLook(rects: readonly Rect[], home: Rect | undefined, view: View): Camera {
  const all = seeAll(bounds(rects), view);
  return all.k >= LEGIBLE || !home ? all : filled(centre(home, view, LEGIBLE), bounds(rects), view);
}

const EDGE = 48;

/** Moved so far that no side shows emptiness while the other side has more to show. */
function filled(camera: Camera, area: Area, view: View): Camera {
  const x = within(camera.x, area.left, area.right, view.width, camera.k);
  const y = within(camera.y, area.top, area.bottom, view.height, camera.k);
  return { k: camera.k, x, y };
}

function within(offset: number, from: number, to: number, size: number, k: number): number {
  const highest = EDGE - from * k;
  const lowest = size - EDGE - to * k;
  return lowest > highest ? (lowest + highest) / 2 : Math.max(lowest, Math.min(highest, offset));
}

/** Closer or further while the point (in view pixels) stays where it is. */
export function zoomAt(camera: Camera, factor: number, px: number, py: number): Camera {
  const k = clamp(camera.k * factor);
  const ratio = k / camera.k;
  return { k, x: px - (px - camera.x) * ratio, y: py - (py - camera.y) * ratio };
}

export function toWorld(camera: Camera, px: number, py: number): { x: number; y: number } {
  return { x: (px - camera.x) / camera.k, y: (py - camera.y) / camera.k };
}

export function sight(camera: Camera, view: View): Area {
  const { x: left, y: top } = toWorld(camera, 0, 0);
  const { x: right, y: bottom } = toWorld(camera, view.width, view.height);
  return { left, top, right, bottom };
}

export function touches(rect: Rect, area: Area): boolean {
  return (
    rect.x <= area.right &&
    rect.x + rect.width >= area.left &&
    rect.y <= area.bottom &&
    rect.y + rect.height >= area.top
  );
}

/** The camera after the scene changed, such that one box has not moved on the screen. */
export function holding(camera: Camera, before: Rect, after: Rect): Camera {
  return { ...camera, x: camera.x + (before.x - after.x) * camera.k, y: camera.y + (before.y - after.y) * camera.k };
}

function clamp(k: number): number {
  return Math.max(MIN, Math.min(MAX, k));
}
