import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import type { FragmentType } from '~/shared/gql';
import type { SearchFilter } from '~/shared/gql/graphql';
import { Answer } from '~/shared/ui/Answer';
import { HitRow, type HitRowFields } from './HitRow';
import { SearchQuery } from './SearchPage';

interface Variables {
  text: string;
  filter: SearchFilter;
}
interface Page {
  hits: readonly ({ id: string } & FragmentType<typeof HitRowFields>)[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** The first page of hits and, as far as asked for, the pages after it. `j` and `k` go from hit to hit. */
export function HitList({ first, variables }: { first: Page; variables: Variables }) {
  useRowKeys();
  return (
    <ol className="hits">
      <Rows page={first} variables={variables} />
    </ol>
  );
}

function Rows({ page, variables }: { page: Page; variables: Variables }) {
  const [more, setMore] = useState(false);
  const { hasNextPage, endCursor } = page.pageInfo;
  return (
    <>
      {page.hits.map((hit) => (
        <HitRow key={hit.id} hit={hit} />
      ))}
      {hasNextPage && endCursor && (more ? <NextPage variables={variables} after={endCursor} /> : null)}
      {hasNextPage && !more && (
        <li className="morehits">
          <Button variant="default" onClick={() => setMore(true)}>
            Show more
          </Button>
        </li>
      )}
    </>
  );
}

function NextPage({ variables, after }: { variables: Variables; after: string }) {
  const [result, retry] = useQuery({ query: SearchQuery, variables: { ...variables, after } });
  return (
    <Answer part="more results" result={result} retry={retry}>
      {({ search }) => <Rows page={search} variables={variables} />}
    </Answer>
  );
}

function useRowKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = { j: 1, k: -1 }[event.key];
      if (!step || event.ctrlKey || event.metaKey || (event.target as HTMLElement).closest('input, textarea')) return;
      const rows = [...document.querySelectorAll<HTMLElement>('.hit a.hitname')];
      const at = rows.indexOf(document.activeElement as HTMLElement);
      rows[Math.max(0, Math.min(rows.length - 1, at + step))]?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
