import { Button, Code, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import type { JobPageQuery } from '~/shared/gql/graphql';
import { useTitle } from '~/shared/lib/hooks';
import { remember } from '~/shared/lib/recent';
import { Answer, NotKnown } from '~/shared/ui/Answer';
import { Owners, Tags } from '~/shared/ui/Authored';
import { DatasetPanel } from '~/shared/ui/DatasetPanel';
import { Description } from '~/shared/ui/Description';
import { JsonTree } from '~/shared/ui/JsonTree';
import { JobLink } from '~/shared/ui/links';
import { StateMark, When } from '~/shared/ui/Marks';
import { RunTable } from '~/shared/ui/RunTable';
import { Sql } from '~/shared/ui/Sql';

const route = getRouteApi('/job');

const JobQuery = graphql(`
  query JobPage($namespace: String!, $name: String!, $runs: Int!) {
    job(namespace: $namespace, name: $name) {
      id
      namespace
      name
      processingType
      integration
      jobType
      sourceLocation
      description {
        ...DescriptionText
      }
      owners {
        ...OwnerEntry
      }
      tags {
        ...TagEntry
      }
      query {
        text
        dialect
      }
      faults {
        code
        message
        reason
        span {
          start
          line
          column
        }
        line
      }
      sourceCode {
        language
        code
      }
      parent {
        namespace
        name
      }
      inputs {
        id
        namespace
        name
      }
      outputs {
        id
        namespace
        name
      }
      latestRun {
        state
        startedAt
        endedAt
      }
      runs(first: $runs) {
        nodes {
          id
          ...RunRow
        }
        pageInfo {
          hasNextPage
        }
      }
      facets {
        name
        value
      }
    }
  }
`);
type Job = NonNullable<JobPageQuery['job']>;
const STEP = 15;

/** One job: its query, what it reads and writes, and how its runs went. */
export function JobPage() {
  const { namespace, name } = route.useSearch();
  const [runs, setRuns] = useState(STEP);
  const [result, retry] = useQuery({ query: JobQuery, variables: { namespace, name, runs } });
  const found = result.data?.job != null;
  useTitle(name);
  useEffect(() => {
    if (found) remember({ kind: 'JOB', namespace, name });
  }, [found, namespace, name]);
  return (
    <div className="page">
      <Answer part="the job" result={result} retry={retry} lines={9}>
        {({ job }) =>
          job ? (
            <Known job={job} onMore={() => setRuns(runs + STEP)} />
          ) : (
            <NotKnown title="No such job">
              Nothing named “{name}” is known in “{namespace}”.
            </NotKnown>
          )
        }
      </Answer>
    </div>
  );
}

function Known({ job, onMore }: { job: Job; onMore: () => void }) {
  return (
    <div className="stack">
      <JobHeader job={job} />
      <section className="panel" aria-labelledby="about">
        <h2 id="about">What it does</h2>
        <Description id={job.id} description={job.description} />
      </section>
      <div className="two">
        <DatasetPanel title="Reads" sets={job.inputs} none="It has reported no inputs." />
        <DatasetPanel title="Writes" sets={job.outputs} none="It has reported no outputs." />
      </div>
      <Source job={job} />
      {job.faults.length > 0 && <Faults faults={job.faults} />}
      <section className="panel" aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        {job.runs.nodes.length === 0 ? (
          <Text size="sm" c="dimmed">
            No run of it has been reported.
          </Text>
        ) : (
          <RunTable runs={job.runs.nodes} showJob={false} label="Runs of this job" />
        )}
        {job.runs.pageInfo.hasNextPage && (
          <Button size="xs" variant="default" mt="sm" onClick={onMore}>
            Show more
          </Button>
        )}
      </section>
      {job.facets.length > 0 && (
        <section className="panel" aria-labelledby="facets">
          <h2 id="facets">Facets as received</h2>
          {job.facets.map((f) => (
            <JsonTree key={f.name} name={f.name} value={f.value} />
          ))}
        </section>
      )}
    </div>
  );
}

function JobHeader({ job }: { job: Job }) {
  const kind = [job.integration, job.jobType, job.processingType].filter(Boolean).map((k) => k?.toLowerCase());
  const at = job.latestRun?.endedAt ?? job.latestRun?.startedAt;
  return (
    <header>
      <Title order={1} fz={20}>
        {job.name}
      </Title>
      <div className="quiet">
        <span className="platform">{kind.join(' · ')}</span>
        <span>{job.namespace}</span>
        {job.parent && (
          <span>
            part of <JobLink {...job.parent} />
          </span>
        )}
        {job.latestRun && (
          <span className="lastrun">
            <StateMark state={job.latestRun.state} /> {at && <When at={at} />}
          </span>
        )}
      </div>
      <div className="quiet">
        <Owners id={job.id} owners={job.owners} />
        <Tags id={job.id} tags={job.tags} />
      </div>
    </header>
  );
}

function Source({ job }: { job: Job }) {
  if (!job.query && !job.sourceCode && !job.sourceLocation) return null;
  return (
    <section className="panel" aria-labelledby="source">
      <div className="panelhead">
        <h2 id="source">Query</h2>
        {job.sourceLocation && <span className="where">{job.sourceLocation}</span>}
      </div>
      {job.query && <Sql text={job.query.text} label={`Query of ${job.name}`} />}
      {!job.query && job.sourceCode && (
        <Sql text={job.sourceCode.code} label={`Source of ${job.name}, ${job.sourceCode.language}`} />
      )}
    </section>
  );
}

/** What in its queries was not understood, each with its place. */
function Faults({ faults }: { faults: Job['faults'] }) {
  const loses = faults.some((f) => f.reason !== null);
  return (
    <section className="panel" aria-labelledby="faults">
      <h2 id="faults">Not understood in its query</h2>
      {loses && (
        <Text size="sm" c="dimmed">
          Lineage through this job may lack tables or columns.
        </Text>
      )}
      <ul className="bare">
        {faults.map((f) => (
          <li key={`${f.code} ${f.span?.start} ${f.message}`}>
            <span className="mono">{f.code}</span> {f.message}
            {f.span && (
              <span className="where">
                line {f.span.line}, column {f.span.column}
              </span>
            )}
            {f.line && (
              <Code block w="100%">
                {f.line}
              </Code>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
