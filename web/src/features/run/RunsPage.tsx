import { Button, SegmentedControl, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import { useTitle } from '~/shared/lib/hooks';
import { Answer, Empty } from '~/shared/ui/Answer';
import { RunTable } from '~/shared/ui/RunTable';
import { type RunsParams, STATES } from './params';

const route = getRouteApi('/runs');

const RecentRunsQuery = graphql(`
  query RecentRuns($first: Int!, $state: RunState) {
    recentRuns(first: $first, state: $state) {
      id
      ...RunRow
    }
  }
`);
const STEP = 50;
const CHOICES = [
  { value: '', label: 'All' },
  ...STATES.map((s) => ({ value: s, label: s[0] + s.slice(1).toLowerCase() })),
];

/** The latest runs of all jobs, narrowed by state. */
export function RunsPage() {
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const [first, setFirst] = useState(STEP);
  const [result, retry] = useQuery({ query: RecentRunsQuery, variables: { first, state: state ?? null } });
  useTitle('Runs');
  return (
    <div className="page">
      <Title order={1} fz={20} mb="sm">
        Runs
      </Title>
      <SegmentedControl
        size="xs"
        mb="md"
        aria-label="State"
        data={CHOICES}
        value={state ?? ''}
        onChange={(value) => navigate({ search: { state: (value || undefined) as RunsParams['state'] } })}
      />
      <Answer part="the runs" result={result} retry={retry} lines={12}>
        {({ recentRuns }) =>
          recentRuns.length === 0 ? (
            <Empty title="No runs">
              <Text size="sm">{state ? 'No run is in this state.' : 'No job has reported a run yet.'}</Text>
            </Empty>
          ) : (
            <div className="panel">
              <RunTable runs={recentRuns} showJob label="Latest runs" />
              {recentRuns.length === first && (
                <Button size="xs" variant="default" mt="sm" onClick={() => setFirst(first + STEP)}>
                  Show more
                </Button>
              )}
            </div>
          )
        }
      </Answer>
    </div>
  );
}
