import { Tabs } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import type { DatasetPageQuery } from '~/shared/gql/graphql';
import { count, shortName } from '~/shared/lib/format';
import { useTitle } from '~/shared/lib/hooks';
import { remember } from '~/shared/lib/recent';
import { Answer, NotKnown } from '~/shared/ui/Answer';
import { Columns } from './Columns';
import { Header } from './Header';
import { History } from './History';
import { Overview } from './Overview';
import type { DatasetParams, Tab } from './params';
import { Runs } from './Runs';
import './dataset.css';

const PageQuery = graphql(`
  query DatasetPage($namespace: String!, $name: String!) {
    dataset(namespace: $namespace, name: $name) {
      id
      columnCount
      upstreamCount
      downstreamCount
      ...DatasetHeader
      ...DatasetOverview
    }
  }
`);

interface Props {
  search: DatasetParams;
  onSearch: (change: Partial<DatasetParams>) => void;
  /** the lineage tab, from the feature that draws it */
  lineage: (id: string) => ReactNode;
}

/** Everything about one dataset; the tab is part of the URL. */
export function DatasetPage({ search, onSearch, lineage }: Props) {
  const { namespace, name } = search;
  const [result, retry] = useQuery({ query: PageQuery, variables: { namespace, name } });
  const found = result.data?.dataset != null;
  useTitle(shortName(name));
  useEffect(() => {
    if (found) remember({ kind: 'DATASET', namespace, name });
  }, [found, namespace, name]);
  return (
    <Answer part="the dataset" result={result} retry={retry} lines={9}>
      {({ dataset }) =>
        dataset ? (
          <Known dataset={dataset} search={search} onSearch={onSearch} lineage={lineage} />
        ) : (
          <NotKnown title="No such dataset">
            Nothing named “{name}” is known in “{namespace}”. It may be spelled otherwise: search for a part of its
            name.
          </NotKnown>
        )
      }
    </Answer>
  );
}

type Dataset = NonNullable<DatasetPageQuery['dataset']>;

function Known({ dataset, search, onSearch, lineage }: Props & { dataset: Dataset }) {
  const tab = search.tab ?? 'overview';
  const links = dataset.upstreamCount + dataset.downstreamCount;
  const titles: [Tab, string, number | null][] = [
    ['overview', 'Overview', null],
    ['columns', 'Columns', dataset.columnCount],
    ['lineage', 'Lineage', links],
    ['runs', 'Runs', null],
    ['history', 'History', null],
  ];
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(next) => onSearch({ tab: next === 'overview' ? undefined : (next as Tab) })}
      className={`dataset ${tab === 'lineage' ? 'dataset-fill' : ''}`}
    >
      <Header dataset={dataset} />
      <Tabs.List px={24}>
        {titles.map(([value, label, n]) => (
          <Tabs.Tab key={value} value={value}>
            {label} {n !== null && <span className="tabcount">{count(n)}</span>}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="overview" className="dsbody">
        <Overview dataset={dataset} />
      </Tabs.Panel>
      <Tabs.Panel value="columns" className="dsbody">
        <Columns id={dataset.id} match={search.match ?? ''} onMatch={(m) => onSearch({ match: m || undefined })} />
      </Tabs.Panel>
      <Tabs.Panel value="lineage" className="dsfill">
        {lineage(dataset.id)}
      </Tabs.Panel>
      <Tabs.Panel value="runs" className="dsbody">
        <Runs id={dataset.id} />
      </Tabs.Panel>
      <Tabs.Panel value="history" className="dsbody">
        <History id={dataset.id} />
      </Tabs.Panel>
    </Tabs>
  );
}
