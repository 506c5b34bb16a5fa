import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import { Answer, Empty } from '~/shared/ui/Answer';
import { RunTable } from '~/shared/ui/RunTable';

const RunsQuery = graphql(`
  query DatasetRuns($id: ID!, $first: Int!) {
    node(id: $id) {
      id
      ... on Dataset {
        runs(first: $first) {
          nodes {
            id
            ...RunRow
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`);
const STEP = 25;

/** The runs that read or wrote the dataset, newest first. */
export function Runs({ id }: { id: string }) {
  const [first, setFirst] = useState(STEP);
  const [result, retry] = useQuery({ query: RunsQuery, variables: { id, first } });
  return (
    <Answer part="the runs" result={result} retry={retry} lines={8}>
      {({ node }) => {
        const runs = node?.__typename === 'Dataset' ? node.runs : null;
        if (!runs || runs.nodes.length === 0)
          return (
            <Empty title="No runs">
              <Text size="sm">
                No run has reported reading or writing this dataset; what is known of it came from another source.
              </Text>
            </Empty>
          );
        return (
          <div className="panel">
            <RunTable runs={runs.nodes} showJob label="Runs that read or wrote this dataset" />
            {runs.pageInfo.hasNextPage && (
              <Button variant="default" size="xs" mt="sm" onClick={() => setFirst(first + STEP)}>
                Show more
              </Button>
            )}
          </div>
        );
      }}
    </Answer>
  );
}
