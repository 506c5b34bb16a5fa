import type { ColumnEntry, Trace } from './model';
import type { Box, Picture } from './picture';

export type SortKey = 'hop' | 'name' | 'namespace' | 'columns';

export interface ListRow {
  key: string;
  hop: number;
  box: Box;
  column: ColumnEntry | null;
}

/** The picture's tables, or the trace's columns, in order; ties are broken by steps and then by name. */
export function listRows(picture: Picture, trace: Trace | null, sort: SortKey, falls: boolean): ListRow[] {
  const rows = trace
    ? columnRows(picture, trace)
    : picture.boxes.map((box) => ({ key: box.id, hop: box.hop, box, column: null }));
  const sign = falls ? -1 : 1;
  return rows.sort((a, b) => sign * compare(a, b, sort) || a.hop - b.hop || compare(a, b, 'name'));
}

export function hopText(hop: number): string {
  if (hop === 0) return 'focus';
  return hop < 0 ? `${-hop} up` : `${hop} down`;
}

function columnRows(picture: Picture, trace: Trace): ListRow[] {
  const boxes = new Map(picture.boxes.map((box) => [box.id, box]));
  return trace.columns.flatMap((column) => {
    const box = boxes.get(column.place);
    return box ? [{ key: column.id, hop: column.hop, box, column }] : [];
  });
}

function compare(a: ListRow, b: ListRow, key: SortKey): number {
  switch (key) {
    case 'hop':
      return a.hop - b.hop;
    case 'name':
      return a.box.name.localeCompare(b.box.name) || (a.column?.name ?? '').localeCompare(b.column?.name ?? '');
    case 'namespace':
      return a.box.namespace.localeCompare(b.box.namespace);
    case 'columns':
      return a.box.columnCount - b.box.columnCount;
  }
}
