import { Alert, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import type { RunPageQuery } from '~/shared/gql/graphql';
import { duration } from '~/shared/lib/format';
import { useTitle } from '~/shared/lib/hooks';
import { Answer, NotKnown } from '~/shared/ui/Answer';
import { DatasetPanel } from '~/shared/ui/DatasetPanel';
import { JsonTree } from '~/shared/ui/JsonTree';
import { JobLink } from '~/shared/ui/links';
import { StateMark, When } from '~/shared/ui/Marks';
import { CopyText } from '~/shared/ui/Sql';

const route = getRouteApi('/run/$id');

const RunQuery = graphql(`
  query RunPage($id: ID!) {
    run(id: $id) {
      id
      runId
      state
      startedAt
      endedAt
      durationMs
      nominalStart
      nominalEnd
      parentRunId
      parentJob {
        namespace
        name
      }
      error
      stackTrace
      job {
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
      events {
        type
        at
      }
      facets {
        name
        value
      }
    }
  }
`);
type Run = NonNullable<RunPageQuery['run']>;

/** One run: how it went, what it read and wrote, and everything it reported. */
export function RunPage() {
  const { id } = route.useParams();
  const [result, retry] = useQuery({ query: RunQuery, variables: { id } });
  useTitle(result.data?.run ? `Run of ${result.data.run.job.name}` : 'Run');
  return (
    <div className="page">
      <Answer part="the run" result={result} retry={retry} lines={9}>
        {({ run }) =>
          run ? (
            <Known run={run} />
          ) : (
            <NotKnown title="No such run">
              Nothing is known of a run with the id “{id}”. Old runs may have been removed by the retention policy.
            </NotKnown>
          )
        }
      </Answer>
    </div>
  );
}

function Known({ run }: { run: Run }) {
  return (
    <div className="stack">
      <div>
        <Title order={1} fz={20}>
          Run of <JobLink {...run.job} />
        </Title>
        <Text size="sm" c="dimmed" mt={4} className="mono">
          {run.runId}
        </Text>
      </div>
      {run.error && <Failure error={run.error} trace={run.stackTrace} />}
      <section className="panel" aria-labelledby="outcome">
        <h2 id="outcome">Outcome</h2>
        <Outcome run={run} />
      </section>
      <div className="two">
        <DatasetPanel title="Inputs" sets={run.inputs} none="It reported no inputs." />
        <DatasetPanel title="Outputs" sets={run.outputs} none="It reported no outputs." />
      </div>
      <section className="panel" aria-labelledby="events">
        <h2 id="events">Events</h2>
        <ul className="bare">
          {run.events.map((e) => (
            <li key={`${e.type} ${e.at}`}>
              <span className="mono">{e.type}</span> <When exact at={e.at} />
            </li>
          ))}
        </ul>
      </section>
      {run.facets.length > 0 && (
        <section className="panel" aria-labelledby="facets">
          <h2 id="facets">Facets as received</h2>
          {run.facets.map((f) => (
            <JsonTree key={f.name} name={f.name} value={f.value} />
          ))}
        </section>
      )}
    </div>
  );
}

function Failure({ error, trace }: { error: string; trace?: string | null }) {
  return (
    <Alert color="red" variant="light" title="It failed">
      <Text size="sm">{error}</Text>
      {trace && (
        <details className="trace">
          <summary>Stack trace</summary>
          <div className="sqlbox">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre className="sql" tabIndex={0} style={{ maxHeight: 360 }}>
              {trace}
            </pre>
            <CopyText text={trace} label="Copy the stack trace" />
          </div>
        </details>
      )}
    </Alert>
  );
}

function Outcome({ run }: { run: Run }) {
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        <StateMark state={run.state} />
      </dd>
      <dt>Started</dt>
      <dd>{run.startedAt ? <When exact at={run.startedAt} /> : 'not reported'}</dd>
      <dt>Ended</dt>
      <dd>{run.endedAt ? <When exact at={run.endedAt} /> : 'not yet'}</dd>
      {run.durationMs != null && (
        <>
          <dt>Duration</dt>
          <dd>{duration(run.durationMs)}</dd>
        </>
      )}
      {run.nominalStart && (
        <>
          <dt>For the time of</dt>
          <dd>
            <When exact at={run.nominalStart} />
          </dd>
        </>
      )}
      {run.parentJob && (
        <>
          <dt>Part of</dt>
          <dd>
            <JobLink {...run.parentJob} /> {run.parentRunId && <span className="mono">{run.parentRunId}</span>}
          </dd>
        </>
      )}
    </dl>
  );
}
