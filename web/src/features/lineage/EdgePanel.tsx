import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import type { EdgeKind, HowItIsMadeQuery, LineageSource } from '~/shared/gql/graphql';
import { plural, shortName } from '~/shared/lib/format';
import { Answer } from '~/shared/ui/Answer';
import { DatasetLink, JobLink } from '~/shared/ui/links';
import { StateMark, When } from '~/shared/ui/Marks';
import { Sql } from '~/shared/ui/Sql';

const EdgeQuery = graphql(`
  query HowItIsMade($id: ID!) {
    edge(id: $id) {
      id
      kind
      masking
      source
      expression
      spanStart
      spanEnd
      firstSeen
      lastSeen
      runCount
      from {
        id
        kind
        namespace
        name
        dataset
      }
      to {
        id
        kind
        namespace
        name
        dataset
      }
      job {
        namespace
        name
        integration
      }
      query {
        text
        dialect
      }
      lastRun {
        id
        state
      }
    }
  }
`);
type Edge = NonNullable<HowItIsMadeQuery['edge']>;

const KINDS: Record<EdgeKind, string> = {
  READS: 'The job reads this dataset.',
  WRITES: 'The job writes this dataset.',
  FEEDS: 'The one is made from the other.',
  IDENTITY: 'The value is copied as it is.',
  TRANSFORMATION: 'The value is computed from it.',
  AGGREGATION: 'The value is aggregated from it.',
  DIRECT: 'The value comes from it.',
  JOIN: 'It decides which rows are joined; no value comes from it.',
  FILTER: 'It decides which rows remain; no value comes from it.',
  GROUP_BY: 'Rows are grouped by it; no value comes from it.',
  SORT: 'Rows are ordered by it; no value comes from it.',
  WINDOW: 'It shapes the window; no value comes from it.',
  CONDITIONAL: 'It decides between values; none comes from it.',
  INDIRECT: 'It has a say in the rows; no value comes from it.',
  UNKNOWN: 'It is known that data flows here, but not how.',
};
const SOURCES: Record<LineageSource, string> = {
  EXPLICIT: 'declared by its writer, edge by edge',
  COLUMN_LINEAGE: 'declared by its writer, column by column',
  SQL: 'read from the query',
  INPUTS_OUTPUTS: 'concluded from what the job reads and writes',
};

/** How a link is made: the query with the expression marked, the job, and since when and how it is known. */
export function EdgePanel({ id }: { id: string }) {
  const [result, retry] = useQuery({ query: EdgeQuery, variables: { id } });
  return (
    <>
      <h2 className="sidetitle">How it is made</h2>
      <Answer part="the link" result={result} retry={retry}>
        {({ edge }) =>
          edge ? (
            <Known edge={edge} />
          ) : (
            <Text size="sm">This link is no longer current: no run has made it lately.</Text>
          )
        }
      </Answer>
    </>
  );
}

function Known({ edge }: { edge: Edge }) {
  const { spanStart, spanEnd, query } = edge;
  const span = useMemo(
    () => (spanStart != null && spanEnd != null ? { start: spanStart, end: spanEnd } : undefined),
    [spanStart, spanEnd],
  );
  return (
    <div className="edgepanel">
      <p className="edgeends">
        <End end={edge.from} /> → <End end={edge.to} />
      </p>
      <Text size="sm">
        {KINDS[edge.kind]} {edge.masking && <b>It is masked on the way.</b>}
      </Text>
      {edge.expression && <code className="expression">{edge.expression}</code>}
      <Facts edge={edge} />
      {query ? (
        <Sql text={query.text} label="Query of this link" span={span} maxHeight={420} />
      ) : (
        <Text size="sm" c="dimmed">
          No query is known for it.
        </Text>
      )}
    </div>
  );
}

function Facts({ edge }: { edge: Edge }) {
  return (
    <dl className="facts">
      {edge.job && (
        <>
          <dt>Made by</dt>
          <dd>
            <JobLink {...edge.job} />
          </dd>
        </>
      )}
      <dt>Known how</dt>
      <dd>{SOURCES[edge.source]}</dd>
      <dt>Seen</dt>
      <dd>
        first <When at={edge.firstSeen} />, last <When at={edge.lastSeen} />
        {edge.runCount > 0 && `, in ${plural(edge.runCount, 'run')}`}
      </dd>
      {edge.lastRun && (
        <>
          <dt>Last run</dt>
          <dd>
            <Link to="/run/$id" params={{ id: edge.lastRun.id }}>
              <StateMark state={edge.lastRun.state} />
            </Link>
          </dd>
        </>
      )}
    </dl>
  );
}

function End({ end }: { end: Edge['from'] }) {
  const { kind, namespace, name, dataset } = end;
  if (kind === 'COLUMN')
    return (
      <span>
        <DatasetLink namespace={namespace} name={dataset ?? ''}>
          {shortName(dataset ?? '')}
        </DatasetLink>
        <span className="mono">.{name}</span>
      </span>
    );
  return (
    <DatasetLink namespace={namespace} name={name}>
      {shortName(name)}
    </DatasetLink>
  );
}
