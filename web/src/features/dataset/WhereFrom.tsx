import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import type { WhereFromFragment } from '~/shared/gql/graphql';
import { DatasetLink, JobLink } from '~/shared/ui/links';
import { StateMark, When } from '~/shared/ui/Marks';
import { Sql } from '~/shared/ui/Sql';

const WhereFromFields = graphql(`
  fragment WhereFrom on Dataset {
    id
    producers {
      id
      namespace
      name
      integration
      inputs {
        id
        namespace
        name
      }
      query {
        text
        dialect
      }
      latestRun {
        id
        state
        startedAt
        endedAt
      }
    }
    consumers {
      id
      namespace
      name
      integration
    }
  }
`);
type Producer = WhereFromFragment['producers'][number];

/** Which jobs make the dataset, from what and by which query, and which jobs read it. */
export function WhereFrom({ dataset }: { dataset: FragmentType<typeof WhereFromFields> }) {
  const d = readFragment(WhereFromFields, dataset);
  return (
    <>
      <section className="panel" aria-labelledby="wherefrom">
        <h2 id="wherefrom">Where it comes from</h2>
        {d.producers.length === 0 && (
          <Text size="sm" c="dimmed">
            No job has reported writing it: it may be a source, or its writer does not send events yet.
          </Text>
        )}
        {d.producers.map((job) => (
          <ProducerEntry key={job.id} job={job} />
        ))}
      </section>
      <section className="panel" aria-labelledby="readby">
        <h2 id="readby">What reads it</h2>
        {d.consumers.length === 0 && (
          <Text size="sm" c="dimmed">
            No job has reported reading it.
          </Text>
        )}
        <ul className="joblist">
          {d.consumers.map((job) => (
            <li key={job.id}>
              <JobLink {...job} />
              <span className="where">
                {[job.integration?.toLowerCase(), job.namespace].filter(Boolean).join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function ProducerEntry({ job }: { job: Producer }) {
  const at = job.latestRun?.endedAt ?? job.latestRun?.startedAt;
  return (
    <article className="producer">
      <div className="producerline">
        <JobLink {...job} />
        <span className="where">{[job.integration?.toLowerCase(), job.namespace].filter(Boolean).join(' · ')}</span>
        {job.latestRun && (
          <Link to="/run/$id" params={{ id: job.latestRun.id }} className="lastrun">
            <StateMark state={job.latestRun.state} />
            {at && <When at={at} />}
          </Link>
        )}
      </div>
      {job.inputs.length > 0 && (
        <p className="inputs">
          reads{' '}
          {job.inputs.map((input, i) => (
            <span key={input.id}>
              {i > 0 && ', '}
              <DatasetLink {...input} />
            </span>
          ))}
        </p>
      )}
      {job.query && <Sql text={job.query.text} label={`Query of ${job.name}`} maxHeight={260} />}
    </article>
  );
}
