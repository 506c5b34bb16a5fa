import { Kbd, Modal, Table } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

const KEYS: [string[], string][] = [
  [['Ctrl K'], 'Find anything, from anywhere'],
  [['/'], 'Go to the search box'],
  [['g', 's'], 'Search page'],
  [['g', 'h'], 'Start page'],
  [['g', 'l'], 'Lineage'],
  [['g', 'r'], 'Runs'],
  [['j', 'k'], 'Next and previous result'],
  [['?'], 'This list'],
];
const LINEAGE_KEYS: [string[], string][] = [
  [['←', '→'], 'Along the links, to the nearest table'],
  [['↑', '↓'], 'Tables of the same step; in an open table, its columns'],
  [['Enter'], 'Open a table’s columns; trace a column'],
  [['Shift Enter'], 'Put this table in the middle'],
  [['[', ']'], 'One step less, one more downstream'],
  [['{', '}'], 'One step less, one more upstream'],
  [['+', '−', 'f'], 'Closer, further, show everything'],
  [['Esc'], 'Clear the trace, then the selection'],
];
const PLACES: Record<string, '/search' | '/' | '/lineage' | '/runs'> = {
  s: '/search',
  h: '/',
  l: '/lineage',
  r: '/runs',
};

/** `/`, `?` and the two-key jumps; silent while one types. */
export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate();
  const go = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = event.timeStamp - go.current < 1200 ? PLACES[event.key] : undefined;
      go.current = event.key === 'g' ? event.timeStamp : 0;
      if (place) navigate({ to: place });
      else if (event.key === '/') focusSearch(() => navigate({ to: '/search' }));
      else if (event.key === '?') onHelp();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, onHelp]);
}

function focusSearch(otherwise: () => void): void {
  const box = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (!box) otherwise();
  box?.focus();
  box?.select();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], .graphiql-container') !== null
  );
}

export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Keyboard shortcuts"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <KeyTable title="Everywhere" keys={KEYS} />
      <KeyTable title="In the lineage graph" keys={LINEAGE_KEYS} />
    </Modal>
  );
}

function KeyTable({ title, keys }: { title: string; keys: [string[], string][] }) {
  return (
    <Table captionSide="top" mb="md">
      <Table.Caption ta="left" fw={600}>
        {title}
      </Table.Caption>
      <Table.Tbody>
        {keys.map(([combination, meaning]) => (
          <Table.Tr key={meaning}>
            <Table.Td w={150}>
              {combination.map((k) => (
                <Kbd key={k} mr={4}>
                  {k}
                </Kbd>
              ))}
            </Table.Td>
            <Table.Td>{meaning}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
