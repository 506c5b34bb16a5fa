import { Link } from '@tanstack/react-router';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { count, plural } from '~/shared/lib/format';
import { When } from '~/shared/ui/Marks';

const CountFields = graphql(`
  fragment EstateCounts on Estate {
    revision {
      number
      at
    }
    datasets
    columns
    jobs
    runs
    edges
    events
    rejected
  }
`);

const NamespaceFields = graphql(`
  fragment Namespaces on Estate {
    namespaces {
      name
      platform
      datasets
      jobs
    }
  }
`);

/** How much is known, each number a way to the rows behind it. */
export function EstateCounts({ estate }: { estate: FragmentType<typeof CountFields> }) {
  const e = readFragment(CountFields, estate);
  return (
    <section className="counts" aria-label="The estate in numbers">
      <Link to="/search" search={{ kind: ['DATASET'] }}>
        <b>{count(e.datasets)}</b> datasets
      </Link>
      <Link to="/search" search={{ kind: ['COLUMN'] }}>
        <b>{count(e.columns)}</b> columns
      </Link>
      <Link to="/search" search={{ kind: ['JOB'] }}>
        <b>{count(e.jobs)}</b> jobs
      </Link>
      <Link to="/runs">
        <b>{count(e.runs)}</b> runs
      </Link>
      <span>
        <b>{count(e.edges)}</b> lineage edges
      </span>
      <span>
        <b>{count(e.events)}</b> events
      </span>
      <Link to="/events">
        <b>{count(e.rejected)}</b> rejected
      </Link>
      <span className="asof">
        revision {count(e.revision.number)}, <When at={e.revision.at} />
      </span>
    </section>
  );
}

export function Namespaces({ estate }: { estate: FragmentType<typeof NamespaceFields> }) {
  const { namespaces } = readFragment(NamespaceFields, estate);
  return (
    <section className="panel" aria-labelledby="namespaces">
      <h2 id="namespaces">Namespaces</h2>
      <ul className="plain">
        {namespaces.map((n) => (
          <li key={n.name}>
            <Link to="/search" search={{ namespace: [n.name] }} className="namelink">
              {n.name}
            </Link>
            <span className="howmany">
              {[n.datasets && plural(n.datasets, 'dataset'), n.jobs && plural(n.jobs, 'job')]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
