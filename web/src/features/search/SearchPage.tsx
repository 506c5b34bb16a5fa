import { Button, CloseButton, Group, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import { plural } from '~/shared/lib/format';
import { useTitle } from '~/shared/lib/hooks';
import { Answer, Empty } from '~/shared/ui/Answer';
import { ButtonLink } from '~/shared/ui/links';
import { Facets } from './Facets';
import { chips, toFilter, toggled } from './filter';
import { HitList } from './HitList';
import type { SearchParams } from './params';
import './search.css';

const route = getRouteApi('/search');

export const SearchQuery = graphql(`
  query Search($text: String!, $filter: SearchFilter, $after: String) {
    search(text: $text, filter: $filter, first: 25, after: $after) {
      totalCount
      revision
      hits {
        id
        ...Hit
      }
      facets {
        field
        ...FacetValues
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** Search: the text and the facets are the URL, hits say why they matched. */
export function SearchPage() {
  const params = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: SearchParams) => navigate({ search: next, replace: true });
  useTitle(params.q ? `“${params.q}”` : 'Search');
  const variables = { text: params.q ?? '', filter: toFilter(params) };
  const [result, retry] = useQuery({ query: SearchQuery, variables });
  return (
    <div className="searchpage">
      <Title order={1} className="hidden-text">
        Search
      </Title>
      <SearchBox params={params} onText={(q) => set({ ...params, q: q || undefined })} />
      <Chips params={params} onChange={set} />
      <Answer part="the search results" result={result} retry={retry} lines={10}>
        {({ search }) => (
          <div className="searchbody" aria-busy={result.fetching || result.stale}>
            <Facets facets={search.facets} params={params} onToggle={(chip) => set(toggled(params, chip))} />
            <section aria-label="Results">
              <Text size="sm" c="dimmed" mb="xs" role="status">
                {plural(search.totalCount, 'result')}
              </Text>
              {search.totalCount === 0 ? (
                <Nothing params={params} />
              ) : (
                <HitList key={JSON.stringify(variables)} first={search} variables={variables} />
              )}
            </section>
          </div>
        )}
      </Answer>
    </div>
  );
}

function SearchBox({ params, onText }: { params: SearchParams; onText: (q: string) => void }) {
  const [text, setText] = useState(params.q ?? '');
  const sent = useRef(params.q ?? '');
  const send = useDebouncedCallback((q: string) => {
    sent.current = q;
    onText(q);
  }, 160);
  useEffect(() => {
    if ((params.q ?? '') !== sent.current) setText(params.q ?? '');
    sent.current = params.q ?? '';
  }, [params.q]);
  const change = (q: string) => {
    setText(q);
    send(q);
  };
  return (
    <TextInput
      type="search"
      size="md"
      aria-label="Search datasets, columns and jobs"
      placeholder="Search datasets, columns, jobs, owners…"
      leftSection={<IconSearch size={18} />}
      rightSection={text && <CloseButton aria-label="Clear the search" onClick={() => change('')} />}
      value={text}
      autoFocus
      onChange={(e) => change(e.currentTarget.value)}
    />
  );
}

function Chips({ params, onChange }: { params: SearchParams; onChange: (next: SearchParams) => void }) {
  const all = chips(params);
  if (all.length === 0) return null;
  return (
    <Group gap={6} mt="xs" role="group" aria-label="Active filters">
      {all.map((chip) => (
        <Button
          key={`${chip.field} ${chip.value}`}
          size="compact-xs"
          variant="default"
          onClick={() => onChange(toggled(params, chip))}
          rightSection={<span aria-hidden="true">×</span>}
          aria-label={`Remove filter ${chip.field}: ${chip.value}`}
        >
          {chip.field}: {chip.field === 'kind' ? chip.value.toLowerCase() : chip.value}
        </Button>
      ))}
      <Button size="compact-xs" variant="subtle" onClick={() => onChange({ q: params.q })}>
        Clear all
      </Button>
    </Group>
  );
}

function Nothing({ params }: { params: SearchParams }) {
  const filtered = chips(params).length > 0;
  return (
    <Empty title={params.q ? `Nothing matches “${params.q}”` : 'Nothing is here yet'}>
      <Text size="sm">
        {filtered
          ? 'The filters leave nothing over. Removing one shows more.'
          : 'Names are found by their parts: try one word of the name, a column, or an owner. Typing errors of one letter are forgiven.'}
      </Text>
      <Group mt="sm">
        {filtered && (
          <ButtonLink size="compact-sm" variant="default" to="/search" search={{ q: params.q }}>
            Search without filters
          </ButtonLink>
        )}
        <ButtonLink size="compact-sm" variant="default" to="/search" search={{}}>
          Show everything
        </ButtonLink>
      </Group>
    </Empty>
  );
}
