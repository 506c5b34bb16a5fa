import { expect, test } from 'vitest';
import { chips, facetName, toFilter, toggled } from './filter';

test('facets become the filter, unknown kinds fall away', () => {
  expect(toFilter({ q: 'x', kind: ['dataset', 'JOB', 'nonsense'], tag: ['pii'] })).toEqual({
    kinds: ['DATASET', 'JOB'],
    tags: ['pii'],
  });
});

test('a facet value is switched on and off', () => {
  const on = toggled({ q: 'x' }, { field: 'tag', value: 'pii' });
  expect(on).toEqual({ q: 'x', tag: ['pii'] });
  expect(toggled(on, { field: 'tag', value: 'gdpr' }).tag).toEqual(['pii', 'gdpr']);
  expect(toggled(on, { field: 'tag', value: 'pii' }).tag).toBeUndefined();
});

test('chips follow the order of the facets', () => {
  expect(chips({ tag: ['pii'], kind: ['JOB'] }).map((c) => `${c.field}=${c.value}`)).toEqual(['kind=JOB', 'tag=pii']);
});

test.each([
  ['kind', 'kind'],
  ['owners', 'owner'],
  ['score', undefined],
])('%s is the facet %s', (field, expected) => expect(facetName(field)).toBe(expected));
