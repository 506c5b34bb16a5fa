import type { Area } from './camera';
import type { Box, Line, Picture } from './picture';
import { portY } from './picture';

/** A cubic curve that leaves to the right and arrives from the left. */
export interface Piece {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** how far the control points stand out */
  reach: number;
}

/** A link as it is drawn: curves between the layers, level runs across the layers it passes. */
export interface Curve {
  pieces: Piece[];
  area: Area;
}

export interface Scene {
  picture: Picture;
  boxes: ReadonlyMap<string, Box>;
  curves: ReadonlyMap<Line, Curve>;
}

/** Looks up every box and computes every curve once, so that drawing a frame does neither. */
export function makeScene(picture: Picture): Scene {
  const boxes = new Map(picture.boxes.map((box) => [box.id, box]));
  const curves = new Map<Line, Curve>();
  for (const line of picture.lines) {
    const from = boxes.get(line.from);
    const to = boxes.get(line.to);
    if (from && to) curves.set(line, curveOf(from, to, line));
  }
  return { picture, boxes, curves };
}

function curveOf(from: Box, to: Box, line: Line): Curve {
  const x1 = from.x + from.width;
  const y1 = from.y + portY(from, line.fromColumn);
  const x2 = to.x;
  const y2 = to.y + portY(to, line.toColumn);
  const pieces: Piece[] = [];
  let at = { x: x1, y: y1 };
  for (const bend of line.bends) {
    pieces.push(piece(at.x, at.y, bend.left, bend.y), piece(bend.left, bend.y, bend.right, bend.y));
    at = { x: bend.right, y: bend.y };
  }
  pieces.push(piece(at.x, at.y, x2, y2));
  return { pieces, area: around(pieces) };
}

function piece(x1: number, y1: number, x2: number, y2: number): Piece {
  const across = Math.abs(x2 - x1);
  return { x1, y1, x2, y2, reach: x2 > x1 ? across * 0.45 : Math.max(60, across * 0.3) };
}

function around(pieces: readonly Piece[]): Area {
  const xs = pieces.flatMap((p) => (p.x2 > p.x1 ? [p.x1, p.x2] : [p.x1 + p.reach, p.x2 - p.reach]));
  const ys = pieces.flatMap((p) => [p.y1, p.y2]);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

const STEPS = 20;

/** The line nearest to a point, if one is within `tolerance`; lines on the trace win over those beneath them. */
export function lineAt(scene: Scene, x: number, y: number, tolerance: number): Line | null {
  let best: Line | null = null;
  let nearest = tolerance;
  for (const [line, curve] of scene.curves) {
    if (isFar(curve, x, y, tolerance)) continue;
    const away = distance(curve, x, y) - (line.onTrace ? 1 : 0);
    if (away < nearest) {
      nearest = away;
      best = line;
    }
  }
  return best;
}

export function boxAt(scene: Scene, x: number, y: number): Box | null {
  return scene.picture.boxes.find((b) => x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height) ?? null;
}

function isFar({ area }: Curve, x: number, y: number, tolerance: number): boolean {
  const { left, right, top, bottom } = area;
  return x < left - tolerance || x > right + tolerance || y < top - tolerance || y > bottom + tolerance;
}

function distance(curve: Curve, x: number, y: number): number {
  return Math.min(...curve.pieces.map((p) => distanceToPiece(p, x, y)));
}

function distanceToPiece(c: Piece, x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  let before = pointOn(c, 0);
  for (let i = 1; i <= STEPS; i++) {
    const next = pointOn(c, i / STEPS);
    least = Math.min(least, toSegment(x, y, before, next));
    before = next;
  }
  return least;
}

interface Point {
  x: number;
  y: number;
}

function pointOn(c: Piece, t: number): Point {
  const u = 1 - t;
  const [a, b, d, e] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: a * c.x1 + b * (c.x1 + c.reach) + d * (c.x2 - c.reach) + e * c.x2, y: (a + b) * c.y1 + (d + e) * c.y2 };
}

function toSegment(x: number, y: number, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy || 1;
  const t = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / length));
  return Math.hypot(x - a.x - t * dx, y - a.y - t * dy);
}
