import { Button, Group, ScrollArea, Table, UnstyledButton } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { csvText, download } from '~/shared/lib/csv';
import { isPersonal, plural, shortName } from '~/shared/lib/format';
import { DatasetLink } from '~/shared/ui/links';
import { type TracedColumn, traceCounts } from './model';
import type { LineageParams } from './params';
import type { TraceAnswer } from './useLineage';

interface Props {
  answer: TraceAnswer;
  only: boolean;
  onParams: (change: Partial<LineageParams>) => void;
  onShow: (place: string) => void;
}

/** The trace in one sentence, for the live region. */
export function traceSentence({ trace, column, dataset }: TraceAnswer): string {
  const n = traceCounts(trace, isPersonal);
  return `${dataset.name}.${column.name}: ${plural(n.upColumns, 'upstream column')} in ${plural(n.upTables, 'table')}, ${plural(n.downColumns, 'downstream column')} in ${plural(n.downTables, 'table')}`;
}

/** A traced column: how far it reaches, and every column on its way. */
export function TracePanel({ answer, only, onParams, onShow }: Props) {
  const { trace, column, dataset } = answer;
  const n = traceCounts(trace, isPersonal);
  const sorted = [...trace.columns].sort((a, b) => a.hop - b.hop || a.dataset.localeCompare(b.dataset));
  return (
    <>
      <h2 className="sidetitle">
        <DatasetLink {...dataset}>{shortName(dataset.name)}</DatasetLink>{' '}
        <span className="sidecolumn">. {column.name}</span>
      </h2>
      <p className="sidefacts">
        <b>{plural(n.downColumns, 'column')}</b> in <b>{plural(n.downTables, 'table')}</b> downstream ·{' '}
        <b>{plural(n.upColumns, 'column')}</b> in <b>{plural(n.upTables, 'table')}</b> upstream · <b>{n.personal}</b>{' '}
        personal
      </p>
      <Group gap="xs">
        <Button size="compact-sm" onClick={() => onParams({ only: only ? undefined : true })}>
          {only ? 'Show the tables around it' : 'Show only this trace’s columns'}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => save(sorted)}
        >
          CSV
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => onParams({ column: undefined, only: undefined })}>
          End the trace
        </Button>
      </Group>
      <TraceTable columns={sorted} onShow={onShow} />
    </>
  );
}

const SHOWN = 200;

function TraceTable({ columns, onShow }: { columns: TracedColumn[]; onShow: (place: string) => void }) {
  const [all, setAll] = useState(false);
  const rows = all ? columns : columns.slice(0, SHOWN);
  return (
    <ScrollArea flex={1} mt="sm" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Columns of the trace' }}>
      <Table className="rows tracetable" aria-label="Columns of the trace" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>Table</Table.Th>
            <Table.Th>Steps</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((c) => (
            <Table.Tr key={c.id}>
              <Table.Td>
                {c.name} {c.tags.some(isPersonal) && <span className="pii">PII</span>}
              </Table.Td>
              <Table.Td>
                <UnstyledButton className="showplace" title={c.dataset} onClick={() => onShow(c.place)}>
                  {shortName(c.dataset)}
                </UnstyledButton>
              </Table.Td>
              <Table.Td>{c.hop}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length < columns.length && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(true)}>
          {rows.length} of {columns.length} shown: show all
        </Button>
      )}
    </ScrollArea>
  );
}

function save(columns: TracedColumn[]): void {
  const header = ['steps', 'namespace', 'table', 'column', 'type', 'tags'];
  const rows = columns.map((c) => [c.hop, c.namespace, c.dataset, c.name, c.type ?? '', c.tags.join(' ')]);
  download('trace.csv', 'text/csv', csvText(header, rows));
}
