import { Text, Timeline } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import { count } from '~/shared/lib/format';
import { Answer, Empty } from '~/shared/ui/Answer';
import { When } from '~/shared/ui/Marks';

const HistoryQuery = graphql(`
  query DatasetHistory($id: ID!) {
    node(id: $id) {
      id
      ... on Dataset {
        history(first: 100) {
          revision {
            number
            at
          }
          until {
            number
          }
          changed
        }
      }
    }
  }
`);

/** Every version of the dataset: when it came, and what was different from the one before. */
export function History({ id }: { id: string }) {
  const [result, retry] = useQuery({ query: HistoryQuery, variables: { id } });
  return (
    <Answer part="the history" result={result} retry={retry}>
      {({ node }) => {
        const versions = node?.__typename === 'Dataset' ? node.history : [];
        if (versions.length === 0)
          return (
            <Empty title="No history">
              <Text size="sm">No version of this dataset is kept.</Text>
            </Empty>
          );
        return (
          <div className="panel">
            <Timeline bulletSize={14} lineWidth={2} active={0}>
              {versions.map((v) => (
                <Timeline.Item
                  key={v.revision.number}
                  title={v.changed.length > 0 ? v.changed.join(', ') : 'first seen'}
                >
                  <Text size="sm" c="dimmed">
                    <When at={v.revision.at} /> · revision {count(v.revision.number)}
                    {v.until ? `, held until ${count(v.until.number)}` : ', current'}
                  </Text>
                </Timeline.Item>
              ))}
            </Timeline>
          </div>
        );
      }}
    </Answer>
  );
}
