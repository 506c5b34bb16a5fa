import { Button, ScrollArea, Table, UnstyledButton } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { csvText, download } from '~/shared/lib/csv';
import { plural } from '~/shared/lib/format';
import { DatasetLink, JobLink } from '~/shared/ui/links';
import { StateMark, TagMark } from '~/shared/ui/Marks';
import type { Actions } from './actions';
import { hopText, type ListRow, listRows, type SortKey } from './list';
import type { Trace } from './model';
import type { Picture } from './picture';

interface Props {
  picture: Picture;
  /** its columns are the rows when only a trace is shown */
  trace: Trace | null;
  act: Actions;
}

const HEAD: [SortKey, string][] = [
  ['hop', 'Steps'],
  ['name', 'Table'],
  ['namespace', 'Namespace'],
  ['columns', 'Columns'],
];

/** The same tables and columns as the graph, as rows: sorted by any heading, and as CSV. */
export function ListView({ picture, trace, act }: Props) {
  const [sort, setSort] = useState<{ key: SortKey; falls: boolean }>({ key: 'hop', falls: false });
  const rows = useMemo(() => listRows(picture, trace, sort.key, sort.falls), [picture, trace, sort]);
  const by = (key: SortKey) => setSort({ key, falls: sort.key === key && !sort.falls });
  return (
    <div className="listview">
      <div className="listbar">
        <span>{trace ? plural(rows.length, 'column') : plural(rows.length, 'table')}</span>
        <CsvButton rows={rows} />
      </div>
      <ScrollArea flex={1} viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Lineage as a list' }}>
        <Table stickyHeader highlightOnHover className="rows" aria-label="Lineage as a list">
          <Table.Thead>
            <Table.Tr>
              {HEAD.map(([key, title]) => (
                <Table.Th key={key} aria-sort={sort.key !== key ? 'none' : sort.falls ? 'descending' : 'ascending'}>
                  <UnstyledButton className="sorter" onClick={() => by(key)}>
                    {trace && key === 'columns' ? 'Type' : title}{' '}
                    <span aria-hidden="true">{sort.key === key ? (sort.falls ? '↓' : '↑') : ''}</span>
                  </UnstyledButton>
                </Table.Th>
              ))}
              <Table.Th>Tags</Table.Th>
              <Table.Th>Last run</Table.Th>
              <Table.Th>Not shown</Table.Th>
              <Table.Th>
                <span className="hidden-text">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row key={row.key} row={row} act={act} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </div>
  );
}

function Row({ row, act }: { row: ListRow; act: Actions }) {
  const { box, column } = row;
  const hidden = [box.hiddenUp && `${box.hiddenUp} up`, box.hiddenDown && `${box.hiddenDown} down`]
    .filter(Boolean)
    .join(', ');
  return (
    <Table.Tr>
      <Table.Td>{hopText(row.hop)}</Table.Td>
      <Table.Td>
        {box.kind === 'JOB' ? <JobLink {...box} /> : <DatasetLink {...box} />}
        {column && <span className="mono"> . {column.name}</span>}
      </Table.Td>
      <Table.Td className="where">{box.namespace}</Table.Td>
      <Table.Td>{column ? column.type : box.columnCount}</Table.Td>
      <Table.Td>
        {(column ?? box).tags.map((t) => (
          <TagMark key={t} tag={t} />
        ))}
      </Table.Td>
      <Table.Td>{box.runState && <StateMark state={box.runState} />}</Table.Td>
      <Table.Td>{hidden}</Table.Td>
      <Table.Td>
        {row.hop !== 0 && !column && (
          <Button size="compact-xs" variant="default" onClick={() => act.focus(box.id)}>
            Around it<span className="hidden-text">: {box.name}</span>
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

export function CsvButton({ rows }: { rows: readonly ListRow[] }) {
  const save = () => {
    const header = ['steps', 'namespace', 'table', 'column', 'type', 'tags', 'hidden_up', 'hidden_down'];
    const cells = rows.map(({ hop, box, column }) => [
      hop,
      box.namespace,
      box.name,
      column?.name ?? '',
      column?.type ?? '',
      (column ?? box).tags.join(' '),
      box.hiddenUp,
      box.hiddenDown,
    ]);
    download('lineage.csv', 'text/csv', csvText(header, cells));
  };
  return (
    <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} />} onClick={save}>
      CSV
    </Button>
  );
}
