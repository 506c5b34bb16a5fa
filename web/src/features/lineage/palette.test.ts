import { expect, test } from 'vitest';
import { platformColours } from './palette';

const render = (platforms: string[]) => [...platformColours(platforms)].map(([p, c]) => `${p}=${c}`).join(' ');

test.each([
  [['snowflake', 'postgres'], 'postgres=0 snowflake=1'],
  [['snowflake'], 'snowflake=1'],
  [['mysql', 'postgres'], 'mysql=0 postgres=1'],
  [['a', 'b', 'c'], 'a=4 b=5 c=0'],
  [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'a=4 b=5 c=0 d=1 e=2 f=3 g=4'],
])('%j', (platforms, expected) => expect(render(platforms)).toBe(expected));
