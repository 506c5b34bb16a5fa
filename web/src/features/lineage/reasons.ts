/** Why an answer is partial, in words; reasons of one kind are told once, with their number. */
export function reasonTexts(reasons: readonly { code: string; message: string; count: number }[]): string[] {
  const counts = new Map<string, number>();
  const others: string[] = [];
  for (const { code, message, count } of reasons) {
    if (code in WORDS) counts.set(code, Math.max(counts.get(code) ?? 0, count));
    else if (!others.includes(message)) others.push(message);
  }
  return [...[...counts].map(([code, n]) => WORDS[code]?.(n) ?? code), ...others];
}

const many = (n: number, one: string, more: string) => (n === 1 ? `1 ${one}` : `${n} ${more}`);

const WORDS: Record<string, (n: number) => string> = {
  NODE_LIMIT: (n) => `the answer was cut at its size limit${n > 0 ? `, at least ${n} more exist` : ''}`,
  DEPTH_LIMIT: () => 'it goes on beyond the number of steps that were walked',
  DEADLINE: () => 'the time for the answer ran out',
  UNPARSED_QUERY: (n) => `queries of ${many(n, 'job', 'jobs')} could not be read in full`,
  UNKNOWN_TRANSFORMATION: (n) => `${many(n, 'link says', 'links say')} that data flows, but not how`,
  UNRESOLVED_DATASET: (n) => `queries of ${many(n, 'job', 'jobs')} name tables or columns that could not be told`,
  RESTRICTED: (n) => `you may not see ${many(n, 'table', 'tables')}`,
};
