import { CloseButton, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { count, plural } from '~/shared/lib/format';
import { Empty, Loading } from '~/shared/ui/Answer';
import { ErrorNote } from '~/shared/ui/ErrorNote';
import { ColumnRow } from './ColumnRow';
import { type Columns as ColumnsState, useColumns } from './useColumns';

interface Props {
  id: string;
  match: string;
  onMatch: (match: string) => void;
}

/** The columns as a table that stays quick at thousands of rows: only those in sight are elements of the page. */
export function Columns({ id, match, onMatch }: Props) {
  const [text, setText] = useState(match);
  const [settled] = useDebouncedValue(text.trim(), 180);
  const columns = useColumns(id, settled);
  useEffect(() => {
    if (settled !== match) onMatch(settled);
  }, [settled, match, onMatch]);
  const waiting = columns.fetching && columns.rows.length === 0;
  return (
    <section aria-label="Columns">
      <div className="columnbar">
        <TextInput
          size="xs"
          w={300}
          aria-label="Search within the columns"
          placeholder="Search within the columns"
          leftSection={<IconSearch size={14} />}
          rightSection={text && <CloseButton size="xs" aria-label="Clear the search" onClick={() => setText('')} />}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
        <Text size="sm" c="dimmed" role="status">
          {!waiting && `${plural(columns.total, 'column')}${settled ? ` with “${settled}”` : ''}`}
        </Text>
      </div>
      {columns.error && <ErrorNote part="the columns" error={columns.error} retry={columns.refresh} />}
      {waiting && <Loading part="the columns" lines={8} />}
      {!waiting && !columns.error && columns.rows.length === 0 && <NoColumns match={settled} />}
      {columns.rows.length > 0 && <ColumnTable columns={columns} />}
    </section>
  );
}

function NoColumns({ match }: { match: string }) {
  return (
    <Empty title={match ? `No column has “${match}” in its name` : 'No columns are known'}>
      <Text size="sm">
        {match
          ? 'The search looks at names and nested paths.'
          : 'No event has carried a schema for this dataset, and no query that is understood names its columns.'}
      </Text>
    </Empty>
  );
}

const ROW = 34;

function ColumnTable({ columns }: { columns: ColumnsState }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [tall, setTall] = useState(600);
  useEffect(() => {
    const top = scroller.current?.getBoundingClientRect().top ?? 300;
    setTall(Math.max(320, window.innerHeight - top - 62));
  }, []);
  const virtual = useVirtualizer({
    count: columns.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const { more } = columns;
  useEffect(() => {
    if (last >= columns.rows.length - 40) more();
  }, [last, columns.rows.length, more]);
  return (
    <div className="panel columntable">
      <div
        ref={scroller}
        className="columnscroll"
        style={{ maxHeight: tall }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        role="group"
        aria-label="Columns, scrolls"
      >
        <div role="table" aria-label="Columns" aria-rowcount={columns.total + 1}>
          <ColumnHead />
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {shown.map((item) => {
              const row = columns.rows[item.index];
              return row && <ColumnRow key={row.id} column={row} index={item.index} top={item.start} />;
            })}
          </div>
        </div>
      </div>
      {columns.hasMore && (
        <Text size="xs" c="dimmed" p="xs">
          {count(columns.rows.length)} of {count(columns.total)} loaded; scrolling loads the rest
        </Text>
      )}
    </div>
  );
}

function ColumnHead() {
  return (
    <div role="rowgroup" className="columnhead">
      <div role="row" className="columnrow" aria-rowindex={1}>
        {['Column', 'Type', 'Description', 'Tags', 'Links', ''].map((title) => (
          <span key={title} role="columnheader">
            {title || <span className="hidden-text">Actions</span>}
          </span>
        ))}
      </div>
    </div>
  );
}
