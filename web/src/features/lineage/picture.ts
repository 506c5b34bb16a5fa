import type { Bend } from './layout';
import type { Around, ColumnEntry, Link, LinkLook, Place, Trace } from './model';

export const WIDTH = 240;
export const HEAD = 44;
export const ROW = 20;
const FOOT = 8;
export const MAX_ROWS = 12;

/** A place as it is drawn. `x` and `y` are 0 until a layout has set them. */
export interface Box extends Place {
  columns: ColumnEntry[];
  moreColumns: number;
  isOpen: boolean;
  onTrace: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A link between two boxes; a column's end is set where that column is drawn as a row. */
export interface Line {
  id: string;
  from: string;
  to: string;
  fromColumn: string | null;
  toColumn: string | null;
  look: LinkLook;
  onTrace: boolean;
  /** the layers it passes between its ends; empty until a layout has set them */
  bends: Bend[];
}

export interface Picture {
  /** the table in the middle; of a trace alone, that of the traced column */
  focus: string;
  isTraceOnly: boolean;
  boxes: Box[];
  lines: Line[];
  traced: ReadonlySet<string>;
}

export interface PictureInput {
  around: Around;
  trace: Trace | null;
  /** the places of the trace, when only they are to be shown */
  traceOnly: Place[] | null;
  open: ReadonlySet<string>;
  columns: ReadonlyMap<string, ColumnEntry[]>;
  /** boxes that show all their columns */
  full: ReadonlySet<string>;
}

/** What is drawn: which boxes, which of their columns, which links. Pure, so the same input is the same picture. */
export function buildPicture(input: PictureInput): Picture {
  const traced = new Set(input.trace?.columns.map((c) => c.id));
  const places = input.traceOnly ?? input.around.places;
  const boxes = places.map((place) => makeBox(place, input, traced));
  const shown = new Map(boxes.map((box) => [box.id, box]));
  const lines = input.trace ? traceLines(input.trace, shown) : [];
  const covered = new Set(lines.map((line) => `${line.from} ${line.to}`));
  const rest = input.traceOnly ? [] : input.around.links;
  for (const link of rest) {
    if (shown.has(link.from) && shown.has(link.to) && !covered.has(`${link.from} ${link.to}`))
      lines.push(tableLine(link));
  }
  return { focus: homeOf(input), isTraceOnly: input.traceOnly !== null, boxes, lines, traced };
}

function homeOf({ around, trace, traceOnly }: PictureInput): string {
  const own = traceOnly && trace?.columns.find((c) => c.id === trace.column);
  return own ? own.place : around.focus;
}

/** The vertical middle of a column's row within its box, or of the box's head when the column is not drawn. */
export function portY(box: Box, column: string | null): number {
  const row = column === null ? -1 : box.columns.findIndex((c) => c.id === column);
  return row < 0 ? HEAD / 2 : HEAD + row * ROW + ROW / 2;
}

function makeBox(place: Place, input: PictureInput, traced: ReadonlySet<string>): Box {
  const own = input.trace?.columns.filter((c) => c.place === place.id) ?? [];
  const columns = shownColumns(place, input, own, traced);
  const isOpen = columns.length > 0;
  const count = Math.max(place.columnCount, columns.length);
  const moreColumns = isOpen ? count - columns.length : 0;
  const rows = columns.length + (moreColumns > 0 ? 1 : 0);
  const height = isOpen ? HEAD + rows * ROW + FOOT : HEAD;
  return {
    ...place,
    columnCount: count,
    columns,
    moreColumns,
    isOpen,
    onTrace: own.length > 0,
    x: 0,
    y: 0,
    width: WIDTH,
    height,
  };
}

function shownColumns(
  place: Place,
  input: PictureInput,
  own: ColumnEntry[],
  traced: ReadonlySet<string>,
): ColumnEntry[] {
  if (input.traceOnly) return own;
  if (!input.open.has(place.id)) return [];
  const all = input.columns.get(place.id) ?? own;
  if (input.full.has(place.id) || all.length <= MAX_ROWS) return all;
  const first = all.slice(0, MAX_ROWS);
  const late = all.slice(MAX_ROWS).filter((c) => traced.has(c.id));
  return [...first, ...late];
}

function tableLine(link: Link): Line {
  return { ...link, fromColumn: null, toColumn: null, onTrace: false, bends: [] };
}

/** The trace's links between the boxes that are shown; those that end alike are drawn once, the plainest of them. */
function traceLines(trace: Trace, shown: ReadonlyMap<string, Box>): Line[] {
  const home = new Map(trace.columns.map((c) => [c.id, c.place]));
  const lines = new Map<string, Line>();
  for (const link of trace.links) {
    const from = shown.get(home.get(link.from) ?? '');
    const to = shown.get(home.get(link.to) ?? '');
    if (!from || !to || from === to) continue;
    const fromColumn = from.columns.some((c) => c.id === link.from) ? link.from : null;
    const toColumn = to.columns.some((c) => c.id === link.to) ? link.to : null;
    const key = `${from.id} ${fromColumn} ${to.id} ${toColumn}`;
    const held = lines.get(key);
    if (held && LOOKS.indexOf(held.look) <= LOOKS.indexOf(link.look)) continue;
    lines.set(key, {
      id: link.id,
      from: from.id,
      to: to.id,
      fromColumn,
      toColumn,
      look: link.look,
      onTrace: true,
      bends: [],
    });
  }
  return [...lines.values()];
}

const LOOKS: LinkLook[] = ['value', 'masked', 'unknown', 'indirect'];
