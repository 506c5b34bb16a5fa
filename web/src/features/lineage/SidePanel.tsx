import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Actions } from './actions';
import { BoxPanel } from './BoxPanel';
import { EdgePanel } from './EdgePanel';
import type { LineageParams } from './params';
import { TracePanel } from './TracePanel';
import type { TraceAnswer } from './useLineage';

interface Props {
  params: LineageParams;
  onParams: (change: Partial<LineageParams>) => void;
  selected: string | null;
  trace: TraceAnswer | null;
  focus: string | null;
  act: Actions;
  onShow: (id: string) => void;
}

/** Explains what is chosen: a link before a table before the trace. It can be put away and comes back with the next choice. */
export function SidePanel(props: Props) {
  const { params, onParams, selected, trace } = props;
  const subject = params.edge ?? selected ?? params.column ?? '';
  const [closed, setClosed] = useState('');
  if (subject === '' || closed === subject) return null;
  const close = () => {
    setClosed(params.edge ? '' : subject);
    if (params.edge) onParams({ edge: undefined });
  };
  return (
    <aside className="sidepanel" aria-label="Details">
      <ActionIcon className="sideclose" variant="subtle" color="gray" aria-label="Close the details" onClick={close}>
        <IconX size={16} />
      </ActionIcon>
      {content(props, trace)}
    </aside>
  );
}

function content(props: Props, trace: TraceAnswer | null): ReactNode {
  const { params, onParams, selected, act, onShow, focus } = props;
  if (params.edge) return <EdgePanel id={params.edge} />;
  if (selected) return <BoxPanel id={selected} focus={focus} column={params.column ?? null} act={act} />;
  if (trace) return <TracePanel answer={trace} only={params.only === true} onParams={onParams} onShow={onShow} />;
  return null;
}
