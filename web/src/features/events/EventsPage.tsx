import { Button, Code, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import type { RejectedEventsQuery } from '~/shared/gql/graphql';
import { plural } from '~/shared/lib/format';
import { useTitle } from '~/shared/lib/hooks';
import { Answer, Empty } from '~/shared/ui/Answer';
import { When } from '~/shared/ui/Marks';
import { CopyText } from '~/shared/ui/Sql';

const RejectedQuery = graphql(`
  query RejectedEvents($first: Int!) {
    rejectedEvents(first: $first) {
      totalCount
      nodes {
        id
        receivedAt
        accepted
        code
        path
        message
        body
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);
type Rejected = RejectedEventsQuery['rejectedEvents']['nodes'][number];
const STEP = 50;

/** What was refused, and what was taken although something was wrong with it: the reason, the place, the event. */
export function EventsPage() {
  const [first, setFirst] = useState(STEP);
  const [result, retry] = useQuery({ query: RejectedQuery, variables: { first } });
  useTitle('Rejected events');
  return (
    <div className="page">
      <Title order={1} fz={20}>
        Rejected events
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        Events that were refused, and events that were taken with a fault that could be tolerated.
      </Text>
      <Answer part="the rejected events" result={result} retry={retry} lines={8}>
        {({ rejectedEvents: { totalCount, nodes, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty title="None">
              <Text size="sm">Every event that arrived was taken without complaint.</Text>
            </Empty>
          ) : (
            <div className="stack">
              <Text size="sm" role="status">
                {plural(totalCount, 'event')}
              </Text>
              {nodes.map((e) => (
                <Entry key={e.id} event={e} />
              ))}
              {pageInfo.hasNextPage && (
                <Button variant="default" onClick={() => setFirst(first + STEP)}>
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

function Entry({ event }: { event: Rejected }) {
  return (
    <article className="panel" aria-label={event.message}>
      <div className="eventline">
        <span className={`eventmark eventmark-${event.accepted ? 'taken' : 'refused'}`}>
          {event.accepted ? 'taken, with a fault' : 'refused'}
        </span>
        <span className="mono">{event.code}</span>
        {event.path && <Code>{event.path}</Code>}
        <span className="where">
          <When at={event.receivedAt} />
        </span>
      </div>
      <Text size="sm" mt={6}>
        {event.message}
      </Text>
      {event.body && (
        <details className="trace">
          <summary>The event as it came</summary>
          <div className="sqlbox">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre className="sql" tabIndex={0} style={{ maxHeight: 320 }}>
              {pretty(event.body)}
            </pre>
            <CopyText text={event.body} label="Copy the event" />
          </div>
        </details>
      )}
    </article>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
