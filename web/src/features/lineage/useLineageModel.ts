import { useMemo, useState } from 'react';
import { makeScene, type Scene } from './geometry';
import { type ColumnEntry, type Place, placesOfTrace, type TracedColumn } from './model';
import type { LineageParams } from './params';
import { buildPicture } from './picture';
import { useLayout } from './useLayout';
import {
  type AroundAnswer,
  type Asked,
  type TraceAnswer,
  useAround,
  useFarPlaces,
  useOpenColumns,
  useTrace,
} from './useLineage';

export interface LineageModel {
  focus: string | undefined;
  around: Asked<AroundAnswer>;
  trace: Asked<TraceAnswer>;
  /** the boxes whose columns are shown */
  open: ReadonlySet<string>;
  /** only the trace's tables and columns are shown */
  isOnly: boolean;
  scene: Scene | null;
  showAll: (id: string) => void;
}

const NO_IDS: readonly string[] = [];

/** From the URL's state to a placed picture: asks the server, joins the answers, lays out in the worker. */
export function useLineageModel(asked: string | undefined, params: LineageParams): LineageModel {
  const trace = useTrace(params.column, params.indirect === true);
  const focus = asked ?? trace.value?.dataset.id;
  const around = useAround(focus, params.up ?? 1, params.down ?? 1, params.grow ?? NO_IDS);
  const open = useMemo(() => openBoxes(focus, params.open ?? NO_IDS), [focus, params.open]);
  const columns = useOpenColumns(useMemo(() => [...open], [open]));
  const [full, setFull] = useState<ReadonlySet<string>>(new Set());
  const isOnly = params.only === true && trace.value !== null;
  const scene = useScene({ around, trace, open, columns, full, isOnly });
  return { focus, around, trace, open, isOnly, scene, showAll: (id) => setFull((old) => new Set([...old, id])) };
}

interface SceneInput {
  around: Asked<AroundAnswer>;
  trace: Asked<TraceAnswer>;
  open: ReadonlySet<string>;
  columns: ReadonlyMap<string, ColumnEntry[]>;
  full: ReadonlySet<string>;
  isOnly: boolean;
}

function useScene({ around, trace, open, columns, full, isOnly }: SceneInput): Scene | null {
  const known = useMemo(() => new Map(around.value?.places.map((p) => [p.id, p])), [around.value]);
  const walked = trace.value?.trace ?? null;
  const farIds = useMemo(() => (isOnly && walked ? farFrom(known, walked.columns) : []), [isOnly, walked, known]);
  const far = useFarPlaces(farIds);
  const picture = useMemo(() => {
    if (!around.value) return null;
    const traceOnly = isOnly && walked ? placesOfTrace(walked, new Map([...far, ...known])) : null;
    return buildPicture({ around: around.value, trace: walked, traceOnly, open, columns, full });
  }, [around.value, walked, isOnly, known, far, open, columns, full]);
  const placed = useLayout(picture);
  return useMemo(() => (placed ? makeScene(placed) : null), [placed]);
}

function farFrom(known: ReadonlyMap<string, Place>, columns: readonly TracedColumn[]): string[] {
  return [...new Set(columns.map((c) => c.place))].filter((id) => !known.has(id)).sort();
}

/** The focus is open unless it was closed, which is written `-id`. */
function openBoxes(focus: string | undefined, open: readonly string[]): ReadonlySet<string> {
  const ids = new Set(open.filter((id) => !id.startsWith('-')));
  if (focus && !open.includes(`-${focus}`)) ids.add(focus);
  return ids;
}
