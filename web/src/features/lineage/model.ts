// What a lineage picture consists of, before anything is drawn. Plain values: no React, no canvas, no GraphQL client.

export type BoxKind = 'DATASET' | 'JOB';
export type LinkLook = 'value' | 'masked' | 'indirect' | 'unknown';
export type RunMark = 'UNKNOWN' | 'RUNNING' | 'COMPLETED' | 'ABORTED' | 'FAILED';

/** A dataset or job as the server told it. */
export interface Place {
  id: string;
  kind: BoxKind;
  namespace: string;
  name: string;
  platform: string;
  /** hops from the focus, negative upstream */
  hop: number;
  columnCount: number;
  tags: string[];
  /** neighbours that are not in the picture */
  hiddenUp: number;
  hiddenDown: number;
  runState: RunMark | null;
}

export interface ColumnEntry {
  id: string;
  name: string;
  type: string | null;
  tags: string[];
}

export interface Link {
  id: string;
  from: string;
  to: string;
  look: LinkLook;
}

/** The datasets around a focus and what feeds what. */
export interface Around {
  focus: string;
  places: Place[];
  links: Link[];
}

/** A column that a trace reaches, with the table it is in. */
export interface TracedColumn extends ColumnEntry {
  place: string;
  namespace: string;
  dataset: string;
  hop: number;
}

/** Everything a column comes from and goes to. Its links join columns. */
export interface Trace {
  column: string;
  columns: TracedColumn[];
  links: Link[];
}

export interface TraceCounts {
  upColumns: number;
  upTables: number;
  downColumns: number;
  downTables: number;
  personal: number;
}

export function traceCounts(trace: Trace, isPersonal: (tag: string) => boolean): TraceCounts {
  const up = trace.columns.filter((c) => c.hop < 0);
  const down = trace.columns.filter((c) => c.hop > 0);
  return {
    upColumns: up.length,
    upTables: new Set(up.map((c) => c.place)).size,
    downColumns: down.length,
    downTables: new Set(down.map((c) => c.place)).size,
    personal: trace.columns.filter((c) => c.tags.some(isPersonal)).length,
  };
}

/** How a link of this kind is drawn; what only decides about rows or order is `indirect`. */
export function lookOf(kind: string, masking: boolean): LinkLook {
  if (masking) return 'masked';
  switch (kind) {
    case 'JOIN':
    case 'FILTER':
    case 'GROUP_BY':
    case 'SORT':
    case 'WINDOW':
    case 'CONDITIONAL':
    case 'INDIRECT':
      return 'indirect';
    case 'UNKNOWN':
      return 'unknown';
    default:
      return 'value';
  }
}

/** The tables of a trace, each at the hop of its nearest column; `known` says more about those already in a picture. */
export function placesOfTrace(trace: Trace, known: Map<string, Place>): Place[] {
  const nearest = new Map<string, TracedColumn>();
  for (const column of trace.columns) {
    const held = nearest.get(column.place);
    if (!held || Math.abs(column.hop) < Math.abs(held.hop)) nearest.set(column.place, column);
  }
  return [...nearest.values()].map((column) => {
    const place = known.get(column.place) ?? unknownPlace(column);
    return { ...place, hop: column.hop, hiddenUp: 0, hiddenDown: 0 };
  });
}

function unknownPlace(column: TracedColumn): Place {
  return {
    id: column.place,
    kind: 'DATASET',
    namespace: column.namespace,
    name: column.dataset,
    platform: platformOf(column.namespace),
    hop: column.hop,
    columnCount: 0,
    tags: [],
    hiddenUp: 0,
    hiddenDown: 0,
    runState: null,
  };
}

/** The scheme of a namespace, or the whole of one that has none. */
export function platformOf(namespace: string): string {
  const colon = namespace.indexOf(':');
  return colon > 0 ? namespace.slice(0, colon) : namespace;
}
