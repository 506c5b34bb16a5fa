export interface SnippetPart {
  text: string;
  matched: boolean;
}

/** Takes a search snippet apart at its «» marks. An unpaired mark is shown as it stands. */
export function snippetParts(snippet: string): SnippetPart[] {
  const parts: SnippetPart[] = [];
  let at = 0;
  for (const match of snippet.matchAll(/«([^«»]*)»/g)) {
    if (match.index > at) parts.push({ text: snippet.slice(at, match.index), matched: false });
    parts.push({ text: match[1] ?? '', matched: true });
    at = match.index + match[0].length;
  }
  if (at < snippet.length) parts.push({ text: snippet.slice(at), matched: false });
  return parts;
}
