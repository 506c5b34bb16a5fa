import { expect, test } from 'vitest';
import { ago, bytes, duration, isPersonal, plural, schemaName, shortName, tagText } from './format';

const now = Date.UTC(2026, 10, 21, 12);

test.each([
  [now, 'just now'],
  [now - 120_000, '2 minutes ago'],
  [now - 3 * 3_600_000, '3 hours ago'],
  [now - 86_400_000, 'yesterday'],
  [now + 7_200_000, 'in 2 hours'],
])('%d is %s', (at, expected) => expect(ago(at, now)).toBe(expected));

test.each([
  [840, '840 ms'],
  [1500, '1.5 s'],
  [125_000, '2 min 5 s'],
  [7_320_000, '2 h 2 min'],
])('%d ms is %s', (ms, expected) => expect(duration(ms)).toBe(expected));

test.each([
  ['shop.public.orders', 'orders', 'shop.public'],
  ['orders', 'orders', ''],
  ['web/page_views', 'page_views', 'web'],
  ['trailing.', 'trailing.', ''],
])('%s is %s in %s', (name, short, schema) => {
  expect([shortName(name), schemaName(name)]).toEqual([short, schema]);
});

test('numbers are read as people write them', () => {
  expect([plural(1, 'column'), plural(1200, 'column'), plural(2, 'query', 'queries')]).toEqual([
    '1 column',
    '1,200 columns',
    '2 queries',
  ]);
  expect([bytes(12), bytes(18_460_000)]).toEqual(['12 B', '18.5 MB']);
  expect([tagText('pii', 'true'), tagText('tier', 'gold'), tagText('pii', '')]).toEqual(['pii', 'tier: gold', 'pii']);
});

test.each([
  ['pii', true],
  ['PII.email', true],
  ['data:personal', true],
  ['spiingle', false],
  ['tier', false],
])('the tag %s is personal: %s', (key, expected) => expect(isPersonal(key)).toBe(expected));
