import { expect, test } from 'vitest';
import { snippetParts } from './snippet';

const render = (snippet: string) =>
  snippetParts(snippet)
    .map((p) => (p.matched ? `[${p.text}]` : p.text))
    .join('|');

test.each([
  ['', ''],
  ['plain', 'plain'],
  ['fct_«orders»', 'fct_|[orders]'],
  ['«a» and «b»!', '[a]| and |[b]|!'],
  ['open « only', 'open « only'],
])('%s', (snippet, expected) => expect(render(snippet)).toBe(expected));
