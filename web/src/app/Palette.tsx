import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import type { SuggestQuery } from '~/shared/gql/graphql';
import { shortName } from '~/shared/lib/format';
import { recents } from '~/shared/lib/recent';
import { KindMark } from '~/shared/ui/Marks';
import { paletteStore, selectFirst } from './paletteStore';
import { useScheme } from './scheme';

const Suggest = graphql(`
  query Suggest($text: String!) {
    suggest(text: $text, first: 8) {
      id
      kind
      namespace
      name
      dataset
      tags
    }
  }
`);
type Hit = SuggestQuery['suggest'][number];

interface Choice {
  id: string;
  label: string;
  description?: string;
  kind?: Hit['kind'];
  act: () => void;
}

/** Ctrl/Cmd-K: every dataset, column and job by name, every page, and what can be done from anywhere. */
export function Palette() {
  const [query, setQuery] = useState('');
  const [text] = useDebouncedValue(query.trim(), 80);
  const [result] = useQuery({ query: Suggest, variables: { text }, pause: text === '', requestPolicy: 'cache-first' });
  const hits = useHitChoices(text === '' ? [] : (result.data?.suggest ?? []));
  const recent = useRecentChoices(query);
  const pages = usePageChoices(query);
  const shown = hits.map((h) => h.id).join(' ');
  useEffect(() => {
    if (shown) selectFirst();
  }, [shown]);
  const none = hits.length + recent.length + pages.length === 0;
  return (
    <Spotlight.Root
      store={paletteStore}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      withinPortal={false}
      scrollable
      maxHeight={460}
      attributes={{ content: { 'aria-label': 'Find anything' } } as never}
    >
      <Spotlight.Search placeholder="Dataset, column, job or page…" aria-label="Find anything" />
      <Spotlight.ActionsList>
        <Choices label="Found" choices={hits} query={query} />
        <Choices label="Opened lately" choices={recent} query={query} />
        <Choices label="Pages and actions" choices={pages} query={query} />
        {none && <Spotlight.Empty>{result.fetching ? 'Looking…' : 'Nothing found'}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function Choices({ label, choices, query }: { label: string; choices: Choice[]; query: string }) {
  if (choices.length === 0) return null;
  return (
    <Spotlight.ActionsGroup label={label}>
      {choices.map((c) => (
        <Spotlight.Action
          key={c.id}
          label={c.label}
          description={c.description}
          onClick={c.act}
          highlightQuery={query.trim() !== ''}
          highlightColor="yellow"
          // Dimmed marks lose their contrast on the colour of the chosen row.
          dimmedSections={false}
          rightSection={c.kind && <KindMark kind={c.kind} />}
        />
      ))}
    </Spotlight.ActionsGroup>
  );
}

function useHitChoices(hits: readonly Hit[]): Choice[] {
  const navigate = useNavigate();
  return hits.map((hit) => {
    const { id, kind, namespace, name, dataset } = hit;
    const choice = { id: `hit-${id}`, kind, label: kind === 'COLUMN' ? name : shortName(name) };
    if (kind === 'COLUMN' && dataset)
      return {
        ...choice,
        description: `in ${dataset} · ${namespace}`,
        act: () => navigate({ to: '/dataset', search: { namespace, name: dataset, tab: 'columns', match: name } }),
      };
    if (kind === 'DATASET')
      return {
        ...choice,
        description: `${name} · ${namespace}`,
        act: () => navigate({ to: '/dataset', search: { namespace, name } }),
      };
    if (kind === 'JOB')
      return {
        ...choice,
        description: `${name} · ${namespace}`,
        act: () => navigate({ to: '/job', search: { namespace, name } }),
      };
    return { ...choice, description: namespace, act: () => navigate({ to: '/search', search: { q: name } }) };
  });
}

function useRecentChoices(query: string): Choice[] {
  const navigate = useNavigate();
  if (query.trim() !== '') return [];
  return recents()
    .slice(0, 5)
    .map(({ kind, namespace, name }) => ({
      id: `recent-${kind}-${namespace}-${name}`,
      label: shortName(name),
      description: `${name} · ${namespace}`,
      kind,
      act: () => navigate({ to: kind === 'JOB' ? '/job' : '/dataset', search: { namespace, name } }),
    }));
}

function usePageChoices(query: string): Choice[] {
  const navigate = useNavigate();
  const { dark, toggle, followSystem } = useScheme();
  const typed = query.trim().toLowerCase();
  const all: Choice[] = [
    {
      id: 'search',
      label: typed ? `Search for “${query.trim()}”` : 'Search',
      act: () => navigate({ to: '/search', search: { q: query.trim() || undefined } }),
    },
    { id: 'home', label: 'Start page', act: () => navigate({ to: '/' }) },
    { id: 'runs', label: 'Runs', act: () => navigate({ to: '/runs' }) },
    { id: 'failed', label: 'Failed runs', act: () => navigate({ to: '/runs', search: { state: 'FAILED' } }) },
    { id: 'events', label: 'Rejected events', act: () => navigate({ to: '/events' }) },
    {
      id: 'api',
      label: 'API explorer',
      description: 'GraphQL, in the browser',
      act: () => navigate({ to: '/graphql/ide' }),
    },
    { id: 'scheme', label: dark ? 'Use light colours' : 'Use dark colours', act: toggle },
    { id: 'system', label: 'Use the system’s colours', act: followSystem },
  ];
  return all.filter((c) => c.id === 'search' || c.label.toLowerCase().includes(typed));
}
