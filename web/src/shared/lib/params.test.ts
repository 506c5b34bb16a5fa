import { expect, test } from 'vitest';
import { count, flag, list, oneOf, parseSearch, stringifySearch, text } from './params';

test.each([
  ['', {}],
  ['?q=orders', { q: 'orders' }],
  ['?tag=a&tag=b&up=2', { tag: ['a', 'b'], up: '2' }],
  ['?namespace=postgres://shop-db:5432', { namespace: 'postgres://shop-db:5432' }],
])('%s is read and written back', (search, expected) => {
  expect(parseSearch(search)).toEqual(expected);
  expect(stringifySearch(expected)).toBe(search);
});

test('what is not set leaves no trace', () => {
  expect(stringifySearch({ a: undefined, b: false, c: '', d: [], e: true, f: 0 })).toBe('?e=1&f=0');
});

test('values are checked, never trusted', () => {
  expect([count('3', 9), count('99', 9), count('-1', 9), count('x', 9), count(undefined, 9)]).toEqual([
    3,
    9,
    undefined,
    undefined,
    undefined,
  ]);
  expect([flag('1'), flag('yes'), list('a'), list(['a', '']), text(['a', 'b'])]).toEqual([
    true,
    undefined,
    ['a'],
    ['a'],
    'a',
  ]);
  expect([oneOf('b', ['a', 'b']), oneOf('c', ['a', 'b'])]).toEqual(['b', undefined]);
});
