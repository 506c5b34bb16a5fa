export type TokenKind = 'keyword' | 'string' | 'number' | 'comment' | 'plain';
export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
}
export interface Piece extends Token {
  marked: boolean;
}

const KEYWORDS = new Set(
  `select from where group by having order limit offset join left right full inner outer cross on using as and or not null is in
   exists between like ilike case when then else end with recursive union all except intersect insert into values update set delete
   merge matched create replace table view temporary temp materialized distinct over partition rows range cast true false asc desc
   qualify window lateral unnest returning if drop alter add column`.split(/\s+/),
);
const PATTERN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|\b\d+(?:\.\d+)?\b|[A-Za-z_]\w*|\s+|[^\sA-Za-z_]/g;

/** Splits a query into coloured pieces. It colours, it does not parse: every character comes back, in order. */
export function sqlTokens(text: string): Token[] {
  const out: Token[] = [];
  for (const match of text.matchAll(PATTERN)) out.push({ kind: kindOf(match[0]), text: match[0], start: match.index });
  return out;
}

/** The tokens, cut where the span (in UTF-16 units) begins and ends, each saying whether it lies within. */
export function markSpan(tokens: Token[], start: number, end: number): Piece[] {
  return tokens.flatMap((token) => {
    const stop = token.start + token.text.length;
    const cuts = [token.start, ...[start, end].filter((c) => c > token.start && c < stop), stop];
    return cuts.slice(0, -1).map((from, i) => {
      const to = cuts[i + 1] ?? stop;
      const piece = token.text.slice(from - token.start, to - token.start);
      return { kind: token.kind, text: piece, start: from, marked: from >= start && to <= end };
    });
  });
}

/** Turns an offset in characters (code points), as the server counts, into one in UTF-16 units, as strings count here. */
export function utf16Offset(text: string, characters: number): number {
  let units = 0;
  let seen = 0;
  for (const character of text) {
    if (seen === characters) break;
    units += character.length;
    seen += 1;
  }
  return units;
}

function kindOf(text: string): TokenKind {
  if (text.startsWith('--') || text.startsWith('/*')) return 'comment';
  if (text.startsWith("'")) return 'string';
  if (/^\d/.test(text)) return 'number';
  return KEYWORDS.has(text.toLowerCase()) ? 'keyword' : 'plain';
}
