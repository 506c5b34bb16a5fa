import { SimpleGrid, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import { useTitle } from '~/shared/lib/hooks';
import { recents } from '~/shared/lib/recent';
import { Answer } from '~/shared/ui/Answer';
import { AnchorLink, DatasetLink, JobLink } from '~/shared/ui/links';
import { KindMark } from '~/shared/ui/Marks';
import { RunTable } from '~/shared/ui/RunTable';
import { EstateCounts, Namespaces } from './Estate';
import { FirstRun } from './FirstRun';
import './home.css';

const HomeQuery = graphql(`
  query Home {
    estate {
      datasets
      jobs
      ...EstateCounts
      ...Namespaces
    }
    failed: recentRuns(first: 4, state: FAILED) {
      id
      ...RunRow
    }
    recent: recentRuns(first: 8) {
      id
      ...RunRow
    }
  }
`);

/** The start: a search box that is ready to type in, and below it what this estate is and what happened lately. */
export function HomePage() {
  const [result, retry] = useQuery({ query: HomeQuery });
  useTitle(undefined);
  return (
    <div className="page home">
      <HomeSearch />
      <Answer part="the estate" result={result} retry={retry} lines={8}>
        {(data) =>
          data.estate.datasets + data.estate.jobs === 0 ? (
            <FirstRun refresh={() => retry({ requestPolicy: 'network-only' })} />
          ) : (
            <>
              <EstateCounts estate={data.estate} />
              <SimpleGrid cols={{ base: 1, md: 2 }} mt="lg">
                <OpenedLately />
                <Namespaces estate={data.estate} />
              </SimpleGrid>
              {data.failed.length > 0 && (
                <RunPanel title="Failed lately" runs={data.failed} more={{ state: 'FAILED' as const }} />
              )}
              <RunPanel title="Latest runs" runs={data.recent} more={{}} />
            </>
          )
        }
      </Answer>
    </div>
  );
}

function HomeSearch() {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    navigate({ to: '/search', search: { q: text.trim() || undefined } });
  };
  return (
    <form onSubmit={submit} className="homesearch">
      <Title order={1} fz={24} ta="center" mb="md">
        What are you looking for?
      </Title>
      <TextInput
        type="search"
        size="lg"
        autoFocus
        aria-label="Search datasets, columns and jobs"
        placeholder="A table, a column, a job, an owner…"
        leftSection={<IconSearch size={20} />}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
      />
    </form>
  );
}

function OpenedLately() {
  const all = recents();
  return (
    <section className="panel" aria-labelledby="opened">
      <h2 id="opened">Opened lately</h2>
      {all.length === 0 && (
        <Text size="sm" c="dimmed">
          Datasets and jobs you open are kept here, on this machine.
        </Text>
      )}
      <ul className="plain">
        {all.map((r) => (
          <li key={`${r.kind} ${r.namespace} ${r.name}`}>
            <KindMark kind={r.kind} />
            <span>
              {r.kind === 'JOB' ? <JobLink {...r} /> : <DatasetLink {...r} />}
              <span className="where">{r.namespace}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RunPanelProps {
  title: string;
  runs: React.ComponentProps<typeof RunTable>['runs'];
  more: { state?: 'FAILED' };
}

function RunPanel({ title, runs, more }: RunPanelProps) {
  if (runs.length === 0) return null;
  return (
    <section className="panel" aria-label={title}>
      <div className="panelhead">
        <h2>{title}</h2>
        <AnchorLink to="/runs" search={more} size="sm">
          All of them
        </AnchorLink>
      </div>
      <RunTable runs={runs} showJob label={title} />
    </section>
  );
}
