import './workers';
import 'graphiql/style.css';
import { useComputedColorScheme } from '@mantine/core';
import { GraphiQL } from 'graphiql';
import { useEffect, useRef } from 'react';
import { useTitle } from '~/shared/lib/hooks';
import { token } from '~/shared/lib/token';
import { plainTabs } from './plainTabs';
import './explorer.css';

const EXAMPLES = `# Every query of the API, in the browser. Ctrl-Space completes, the book icon shows the schema.
# Three to begin with; put the cursor into one and press Ctrl-Enter.

query FindRevenue {
  search(text: "revenue", first: 10) {
    totalCount
    hits { kind namespace name matches { field snippet } }
  }
}

query TheEstate {
  estate { revision { number at } datasets columns jobs runs edges }
}

query FailedRuns {
  recentRuns(first: 5, state: FAILED) { runId error job { namespace name } }
}
`;

/** The API explorer, bundled whole: it fetches nothing but /graphql. */
export function ExplorerPage() {
  const scheme = useComputedColorScheme('light');
  const query = new URLSearchParams(location.search).get('query') ?? undefined;
  const box = useRef<HTMLDivElement>(null);
  useTitle('API explorer');
  useEffect(() => (box.current ? plainTabs(box.current) : undefined), []);
  return (
    <div className="explorer" ref={box}>
      <h1 className="hidden-text">API explorer</h1>
      <GraphiQL key={scheme} fetcher={fetcher} forcedTheme={scheme} defaultQuery={EXAMPLES} initialQuery={query} />
    </div>
  );
}

async function fetcher(request: { query: string; variables?: unknown; operationName?: string | null }) {
  const held = token();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(held ? { authorization: `Bearer ${held}` } : {}) },
    body: JSON.stringify(request),
  });
  return response.json();
}
