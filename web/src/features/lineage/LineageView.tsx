import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { useHeld } from '~/shared/lib/hooks';
import { Loading } from '~/shared/ui/Answer';
import { ErrorNote } from '~/shared/ui/ErrorNote';
import type { Actions } from './actions';
import { Graph } from './Graph';
import { ListView } from './ListView';
import { NoLineage, Start } from './NoLineage';
import { Notices } from './Notices';
import type { LineageParams } from './params';
import { SidePanel } from './SidePanel';
import type { StageHandle } from './Stage';
import { Toolbar } from './Toolbar';
import { traceSentence } from './TracePanel';
import { useActions } from './useActions';
import { type LineageModel, useLineageModel } from './useLineageModel';
import './lineage.css';

interface Props {
  focus: string | undefined;
  params: LineageParams;
  onParams: (change: Partial<LineageParams>) => void;
  /** shows the lineage around another table */
  onFocus: (id: string) => void;
  isPage?: boolean;
}

/** Lineage around a table: a toolbar, the graph or its list, and a panel that explains what is chosen. */
export function LineageView({ focus: asked, params, onParams, onFocus, isPage = false }: Props) {
  const model = useLineageModel(asked, params);
  const { focus, scene, trace, open, showAll } = model;
  const [selected, onSelect] = useState<string | null>(null);
  const [said, say] = useState('');
  const held = useRef<string | null>(null);
  const stage = useRef<StageHandle | null>(null);
  const act = useActions({ focus, params, open, onParams, onFocus, onSelect, showAll, held });
  const name = scene?.boxes.get(focus ?? '')?.name;
  const chosen = selected ?? (trace.value ? null : (focus ?? null));
  // where the panel lies over the graph it waits to be asked for
  const isNarrow = useMediaQuery('(max-width: 1100px)', false, { getInitialValueInEffect: false });
  useEffect(() => {
    if (trace.value) say(traceSentence(trace.value));
  }, [trace.value]);
  return (
    <div className="lineage">
      <Toolbar params={params} onParams={onParams} name={name} isPage={isPage} />
      <div className="lineagebody">
        <div className="lineagemain">
          {!asked && !params.column && <Start />}
          <Trouble model={model} />
          {scene &&
            (params.view === 'list' ? (
              <ListView picture={scene.picture} trace={model.isOnly ? (trace.value?.trace ?? null) : null} act={act} />
            ) : (
              <Graph {...{ scene, params, onParams, act, held, stage, say }} selected={chosen}>
                <Notices model={model} />
                {scene.picture.boxes.length === 1 && <NoLineage revision={model.around.value?.revision} />}
              </Graph>
            ))}
        </div>
        {scene && (
          <Side
            model={model}
            params={params}
            onParams={onParams}
            selected={isNarrow ? selected : chosen}
            onSelect={onSelect}
            act={act}
            stage={stage}
          />
        )}
      </div>
      <div className="hidden-text" role="status" aria-live="polite">
        {said}
      </div>
    </div>
  );
}

/** What keeps the picture from being drawn: the wait for it, or an error. */
function Trouble({ model: { around, trace, scene, focus } }: { model: LineageModel }) {
  const waiting = useHeld(!scene && (around.fetching || trace.fetching || focus !== undefined), 150);
  if (around.error && !around.value) return <ErrorNote part="the lineage" error={around.error} retry={around.retry} />;
  if (trace.error && !trace.value) return <ErrorNote part="the trace" error={trace.error} retry={trace.retry} />;
  return waiting ? (
    <div className="lineagewait">
      <Loading part="the lineage" lines={6} />
    </div>
  ) : null;
}

interface SideProps {
  model: LineageModel;
  params: LineageParams;
  onParams: (change: Partial<LineageParams>) => void;
  selected: string | null;
  onSelect: (id: string | null) => void;
  act: Actions;
  stage: React.RefObject<StageHandle | null>;
}

function Side({ model, params, onParams, selected, onSelect, act, stage }: SideProps) {
  return (
    <SidePanel
      params={params}
      onParams={onParams}
      selected={selected}
      trace={model.trace.value}
      focus={model.focus ?? null}
      act={act}
      onShow={(id) => {
        stage.current?.show(id);
        onSelect(id);
      }}
    />
  );
}
