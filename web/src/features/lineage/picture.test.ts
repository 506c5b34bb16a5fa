import { expect, test } from 'vitest';
import type { Around, Place, Trace } from './model';
import { buildPicture, HEAD, MAX_ROWS, type PictureInput, portY, ROW } from './picture';

const place = (id: string, hop: number, columnCount = 3): Place => ({
  id,
  kind: 'DATASET',
  namespace: 'n',
  name: id,
  platform: 'n',
  hop,
  columnCount,
  tags: [],
  hiddenUp: 0,
  hiddenDown: 0,
  runState: null,
});
const entry = (id: string) => ({ id, name: id, type: 'int', tags: [] });
const traced = (id: string, hop: number) => ({
  ...entry(id),
  place: id.split('.')[0] ?? '',
  namespace: 'n',
  dataset: 'd',
  hop,
});

const around: Around = {
  focus: 'b',
  places: [place('a', -1), place('b', 0), place('c', 1)],
  links: [
    { id: 'f1', from: 'a', to: 'b', look: 'value' },
    { id: 'f2', from: 'b', to: 'c', look: 'value' },
  ],
};
const trace: Trace = {
  column: 'b.x',
  columns: [traced('a.x', -1), traced('b.x', 0)],
  links: [{ id: 'e1', from: 'a.x', to: 'b.x', look: 'masked' }],
};
const base: PictureInput = {
  around,
  trace: null,
  traceOnly: null,
  open: new Set(),
  columns: new Map(),
  full: new Set(),
};

/** Boxes as `id[columns +more]`, lines as `from.column>to.column look`, those on the trace with `!`. */
function render(input: Partial<PictureInput>): string {
  const picture = buildPicture({ ...base, ...input });
  const boxes = picture.boxes.map(
    (b) =>
      `${b.id}${b.onTrace ? '!' : ''}[${b.columns.map((c) => c.id).join(' ')}${b.moreColumns ? ` +${b.moreColumns}` : ''}]`,
  );
  const lines = picture.lines.map(
    (l) => `${l.fromColumn ?? l.from}>${l.toColumn ?? l.to} ${l.look}${l.onTrace ? '!' : ''}`,
  );
  return [...boxes, ...lines].join(' | ');
}

const wide = Array.from({ length: 20 }, (_, i) => entry(`b.${i}`));

test.each<[string, Partial<PictureInput>, string]>([
  ['closed boxes and table links', {}, 'a[] | b[] | c[] | a>b value | b>c value'],
  [
    'an open box',
    { open: new Set(['b']), columns: new Map([['b', [entry('b.x'), entry('b.y')]]]) },
    'a[] | b[b.x b.y +1] | c[] | a>b value | b>c value',
  ],
  ['a trace takes the place of the table link it explains', { trace }, 'a![] | b![] | c[] | a>b masked! | b>c value'],
  [
    'a trace ends at a column that is drawn',
    { trace, open: new Set(['b']), columns: new Map([['b', [entry('b.x')]]]) },
    'a![] | b![b.x +2] | c[] | a>b.x masked! | b>c value',
  ],
  [
    'only the trace',
    { trace, traceOnly: [place('a', -1), place('b', 0)] },
    'a![a.x +2] | b![b.x +2] | a.x>b.x masked!',
  ],
])('%s', (_, input, expected) => expect(render(input)).toBe(expected));

test('a wide box shows its first columns, and traced ones wherever they stand', () => {
  const far: Trace = { column: 'b.17', columns: [traced('b.17', 0)], links: [] };
  const [, box] = buildPicture({ ...base, trace: far, open: new Set(['b']), columns: new Map([['b', wide]]) }).boxes;
  expect(box?.columns.map((c) => c.id)).toEqual([...wide.slice(0, MAX_ROWS).map((c) => c.id), 'b.17']);
});

test('ports are in the middle of rows', () => {
  const [, box] = buildPicture({
    ...base,
    open: new Set(['b']),
    columns: new Map([['b', [entry('b.x'), entry('b.y')]]]),
  }).boxes;
  if (!box) throw new Error('expected the box b');
  expect([portY(box, null), portY(box, 'b.y'), portY(box, 'gone')]).toEqual([HEAD / 2, HEAD + 1.5 * ROW, HEAD / 2]);
});
