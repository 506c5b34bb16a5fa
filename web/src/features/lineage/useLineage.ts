import { useEffect, useMemo, useState } from 'react';
import { type CombinedError, useClient, useQuery } from 'urql';
import { readFragment } from '~/shared/gql';
import type { LineagePartFragment } from '~/shared/gql/graphql';
import { mergeParts } from './merge';
import type { Around, ColumnEntry, Place, Trace } from './model';
import { platformOf } from './model';
import {
  AroundQuery,
  GrowQuery,
  OpenBoxesQuery,
  PartFields,
  TraceQuery,
  toPart,
  toTrace,
  VALUE_KINDS,
} from './queries';

export interface Reason {
  code: string;
  message: string;
  count: number;
}
export interface Asked<Value> {
  value: Value | null;
  fetching: boolean;
  error?: CombinedError;
  reasons: readonly Reason[];
  retry: () => void;
}
export interface AroundAnswer extends Around {
  revision: { number: number; at: string };
}

/** The tables around a focus: one request for the hops, and one for each box that was grown by hand. */
export function useAround(
  focus: string | undefined,
  up: number,
  down: number,
  grow: readonly string[],
): Asked<AroundAnswer> {
  const variables = { id: focus ?? '', depth: Math.max(1, up, down) };
  const [result, execute] = useQuery({ query: AroundQuery, variables, pause: !focus });
  const grown = useGrown(grow);
  const answer = result.data?.lineage;
  const isOurs = answer !== undefined && focus !== undefined && answer.focus === focus;
  const base = isOurs ? readFragment(PartFields, answer) : null;
  const value = useMemo((): AroundAnswer | null => {
    if (!base || !focus) return null;
    const parts = grown.map((g) => toPart(g));
    return { ...mergeParts(focus, toPart(base), { up, down }, parts), revision: base.revision };
  }, [base, focus, up, down, grown]);
  const reasons = [...(base?.reasons ?? []), ...grown.flatMap((g) => g.reasons)];
  return {
    value,
    fetching: result.fetching,
    error: result.error,
    reasons,
    retry: () => execute({ requestPolicy: 'network-only' }),
  };
}

/** The answers for `u:id` and `d:id`; those that have come so far. */
function useGrown(grow: readonly string[]): LineagePartFragment[] {
  const client = useClient();
  const [held, setHeld] = useState<LineagePartFragment[]>([]);
  const key = grow.join(' ');
  useEffect(() => {
    let wanted = true;
    const ask = async (entry: string) => {
      const direction = entry.startsWith('u:') ? 'UPSTREAM' : 'DOWNSTREAM';
      const { data } = await client.query(
        GrowQuery,
        { id: entry.slice(2), direction },
        { requestPolicy: 'cache-first' },
      );
      return data ? [readFragment(PartFields, data.lineage)] : [];
    };
    Promise.all(key === '' ? [] : key.split(' ').map(ask)).then((parts) => wanted && setHeld(parts.flat()));
    return () => {
      wanted = false;
    };
  }, [client, key]);
  return held;
}

export interface TraceAnswer {
  trace: Trace;
  column: { id: string; name: string };
  dataset: { id: string; namespace: string; name: string };
}

/** All a column comes from and goes to. */
export function useTrace(column: string | undefined, indirect: boolean): Asked<TraceAnswer> {
  const variables = { id: column ?? '', kinds: indirect ? null : VALUE_KINDS };
  const [result, execute] = useQuery({ query: TraceQuery, variables, pause: !column });
  const data = result.data;
  const value = useMemo(() => {
    const node = data?.node;
    if (!data || !column || node?.__typename !== 'Column' || node.id !== column) return null;
    return { trace: toTrace(column, data), column: { id: node.id, name: node.name }, dataset: node.dataset };
  }, [column, data]);
  const reasons = value ? (data?.lineage.reasons ?? []) : [];
  const error = column ? result.error : undefined;
  return { value, fetching: result.fetching, error, reasons, retry: () => execute({ requestPolicy: 'network-only' }) };
}

const COLUMNS = 500;

/** The columns of the boxes that are open, in one request. */
export function useOpenColumns(ids: readonly string[]): ReadonlyMap<string, ColumnEntry[]> {
  const variables = { ids: [...ids], first: COLUMNS };
  const [result] = useQuery({
    query: OpenBoxesQuery,
    variables,
    pause: ids.length === 0,
    requestPolicy: 'cache-first',
  });
  const [held, setHeld] = useState<ReadonlyMap<string, ColumnEntry[]>>(new Map());
  useEffect(() => {
    if (!result.data) return;
    const next = new Map<string, ColumnEntry[]>();
    for (const node of result.data.nodes) {
      if (node?.__typename === 'Dataset') next.set(node.id, node.columns.nodes.map(toColumn));
    }
    setHeld((old) => new Map([...old, ...next]));
  }, [result.data]);
  return held;
}

/** What is known of tables that a trace reaches beyond the picture, in one request. */
export function useFarPlaces(ids: readonly string[]): ReadonlyMap<string, Place> {
  const variables = { ids: [...ids], first: 1 };
  const [result] = useQuery({
    query: OpenBoxesQuery,
    variables,
    pause: ids.length === 0,
    requestPolicy: 'cache-first',
  });
  return useMemo(() => {
    const places = new Map<string, Place>();
    for (const node of result.data?.nodes ?? []) {
      if (node?.__typename !== 'Dataset') continue;
      const { id, namespace, name, columnCount } = node;
      const platform = node.platform ?? platformOf(namespace);
      const tags = node.tags.map((t) => t.key);
      places.set(id, {
        id,
        kind: 'DATASET',
        namespace,
        name,
        platform,
        hop: 0,
        columnCount,
        tags,
        hiddenUp: 0,
        hiddenDown: 0,
        runState: null,
      });
    }
    return places;
  }, [result.data]);
}

function toColumn(column: {
  id: string;
  name: string;
  type?: string | null;
  tags: readonly { key: string }[];
}): ColumnEntry {
  return { id: column.id, name: column.name, type: column.type ?? null, tags: column.tags.map((t) => t.key) };
}
