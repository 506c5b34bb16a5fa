import { isPersonal, shortName } from '~/shared/lib/format';
import { type Area, type Camera, sight, touches, type View } from './camera';
import type { Curve, Scene } from './geometry';
import type { LinkLook } from './model';
import type { Palette } from './palette';
import { type Box, HEAD, type Line, ROW } from './picture';

export interface PaintState {
  scene: Scene;
  palette: Palette;
  colours: ReadonlyMap<string, number>;
  selected: string | null;
  column: string | null;
  /** the link whose making is shown, or the one under the pointer */
  edge: string | null;
  hover: string | null;
  /** boxes that are real elements at this moment and are not to be painted */
  skip: ReadonlySet<string>;
}

/** From here on boxes are elements of the page while nothing moves; below they are only painted. */
export const NEAR = 0.45;
const MIDDLE = 0.55;
const FAR = 0.3;
const DASH: Record<LinkLook, number[]> = { value: [], masked: [7, 4], indirect: [2, 4], unknown: [10, 3, 2, 3] };

/** Paints one frame: links beneath, boxes above, only what is in sight. */
export function paint(
  context: CanvasRenderingContext2D,
  camera: Camera,
  view: View,
  ratio: number,
  state: PaintState,
): void {
  const { palette, scene } = state;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.bg;
  context.fillRect(0, 0, view.width, view.height);
  context.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  const area = sight(camera, view);
  paintLines(context, camera, area, state);
  for (const box of scene.picture.boxes) {
    if (touches(box, area) && !state.skip.has(box.id)) paintBox(context, box, camera.k, state);
  }
}

function paintLines(context: CanvasRenderingContext2D, camera: Camera, area: Area, state: PaintState): void {
  const { scene, palette, selected } = state;
  const hasTrace = scene.picture.traced.size > 0;
  const strong = (line: Line) => (hasTrace ? line.onTrace : line.from === selected || line.to === selected);
  const lines = [...scene.curves].filter(([, curve]) => inSight(curve, area));
  context.lineWidth = Math.max(1.2, 0.8 / camera.k);
  context.strokeStyle = palette.edge;
  context.globalAlpha = hasTrace ? 0.4 : 0.9;
  strokeAll(
    context,
    lines.filter(([line]) => !strong(line)),
  );
  context.globalAlpha = 1;
  context.strokeStyle = palette.hi;
  context.lineWidth = Math.max(1.6, 1.3 / camera.k);
  strokeAll(
    context,
    lines.filter(([line]) => strong(line)),
  );
  context.lineWidth = Math.max(3, 2.4 / camera.k);
  strokeAll(
    context,
    lines.filter(([line]) => line.id === state.edge || line.id === state.hover),
  );
  context.setLineDash([]);
}

function strokeAll(context: CanvasRenderingContext2D, lines: [Line, Curve][]): void {
  for (const look of Object.keys(DASH) as LinkLook[]) {
    context.setLineDash(DASH[look]);
    context.beginPath();
    for (const [line, c] of lines) {
      if (line.look !== look) continue;
      c.pieces.forEach((p, i) => {
        if (i === 0) context.moveTo(p.x1, p.y1);
        context.bezierCurveTo(p.x1 + p.reach, p.y1, p.x2 - p.reach, p.y2, p.x2, p.y2);
      });
    }
    context.stroke();
  }
}

function inSight({ area: own }: Curve, area: Area): boolean {
  return own.right >= area.left && own.left <= area.right && own.bottom >= area.top && own.top <= area.bottom;
}

function paintBox(context: CanvasRenderingContext2D, box: Box, k: number, state: PaintState): void {
  const { palette, scene } = state;
  const hasTrace = scene.picture.traced.size > 0;
  const isBright = !hasTrace || box.onTrace;
  const bar = palette.platforms[state.colours.get(box.platform) ?? 0] ?? palette.dim;
  if (k < FAR) {
    context.fillStyle = hasTrace && box.onTrace ? palette.hi : isBright ? bar : palette.line;
    context.fillRect(box.x, box.y, box.width, box.height);
    return;
  }
  const isSelected = box.id === state.selected;
  context.fillStyle = isSelected ? palette.sel : palette.card;
  context.strokeStyle = isSelected || (hasTrace && box.onTrace) ? palette.hi : palette.line;
  context.lineWidth = isSelected ? 2 : 1;
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 6);
  context.fill();
  context.stroke();
  context.fillStyle = isBright ? bar : palette.line;
  context.beginPath();
  context.roundRect(box.x, box.y, 5, box.height, [6, 0, 0, 6]);
  context.fill();
  paintHead(context, box, k, isBright, palette);
  if (k >= MIDDLE) paintColumns(context, box, state);
}

function paintHead(context: CanvasRenderingContext2D, box: Box, k: number, isBright: boolean, palette: Palette): void {
  const isMiddle = k < MIDDLE;
  const personal = box.tags.some(isPersonal);
  context.textBaseline = 'middle';
  context.fillStyle = isBright ? palette.text : palette.dim;
  context.font = `600 ${isMiddle ? 17 : 13}px ${palette.font}`;
  context.fillText(
    cut(context, shortName(box.name), box.width - (personal ? 74 : 44)),
    box.x + 13,
    box.y + (isMiddle ? 22 : 15),
  );
  if (!isMiddle) {
    context.fillStyle = palette.dim;
    context.font = `11px ${palette.font}`;
    context.fillText(cut(context, subtitle(box), box.width - 44), box.x + 13, box.y + 32);
  }
  if (personal) {
    context.fillStyle = palette.pii;
    context.font = `700 10px ${palette.font}`;
    context.fillText('PII', box.x + box.width - 50, box.y + HEAD / 2);
  }
}

function paintColumns(context: CanvasRenderingContext2D, box: Box, { palette, scene, column }: PaintState): void {
  const { traced } = scene.picture;
  box.columns.forEach((entry, i) => {
    const y = box.y + HEAD + i * ROW;
    const isTraced = traced.has(entry.id);
    if (isTraced || entry.id === column) {
      context.fillStyle = palette.sel;
      context.fillRect(box.x + 5, y, box.width - 6, ROW);
    }
    const colour = traced.size > 0 && !isTraced ? palette.dim : palette.text;
    context.fillStyle = entry.tags.some(isPersonal) ? palette.pii : colour;
    context.font = `12px ${palette.mono}`;
    context.fillText(cut(context, entry.name, 140), box.x + 13, y + ROW / 2);
  });
  if (box.moreColumns === 0) return;
  context.fillStyle = palette.dim;
  context.font = `12px ${palette.font}`;
  context.fillText(`+ ${box.moreColumns} more columns`, box.x + 13, box.y + HEAD + box.columns.length * ROW + ROW / 2);
}

/** The quiet line of a box: where it is and how wide. */
export function subtitle(box: Box): string {
  const short = shortName(box.name);
  const schema = box.name === short ? box.namespace : box.name.slice(0, -short.length - 1);
  return box.kind === 'JOB' ? 'job' : `${schema} · ${box.columnCount} cols`;
}

const cuts = new Map<string, string>();

function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${width} ${context.font} ${text}`;
  const held = cuts.get(key);
  if (held !== undefined) return held;
  let shown = text;
  while (shown.length > 1 && context.measureText(shown === text ? shown : `${shown}…`).width > width)
    shown = shown.slice(0, -1);
  const result = shown === text ? text : `${shown}…`;
  if (cuts.size > 20_000) cuts.clear();
  cuts.set(key, result);
  return result;
}
