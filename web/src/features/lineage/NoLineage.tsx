import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { recents } from '~/shared/lib/recent';
import { Empty } from '~/shared/ui/Answer';
import { DatasetLink } from '~/shared/ui/links';

/** Says why a table stands alone, and what to look at next. */
export function NoLineage({ revision }: { revision: { number: number } | undefined }) {
  return (
    <div className="nolineage">
      <Empty title="Nothing is known to feed this table or to be made from it">
        <Text size="sm">
          At revision {revision?.number ?? '?'} no job has reported reading or writing it within these steps. If one
          should have, see whether its events arrive: <Link to="/events">rejected events</Link>,{' '}
          <Link to="/runs">latest runs</Link>.
        </Text>
      </Empty>
    </div>
  );
}

/** The page before a table is chosen. */
export function Start() {
  const datasets = recents().filter((r) => r.kind === 'DATASET');
  return (
    <div className="page">
      <h2 className="startTitle">Lineage of which table?</h2>
      <Text size="sm" mb="md">
        Find one with Ctrl K, or{' '}
        <Link to="/search" search={{ kind: ['DATASET'] }}>
          among all datasets
        </Link>
        , and choose Lineage there.
      </Text>
      {datasets.length > 0 && (
        <section className="panel" aria-labelledby="lately">
          <h2 id="lately">Opened lately</h2>
          <ul className="bare">
            {datasets.map((d) => (
              <li key={`${d.namespace} ${d.name}`}>
                <DatasetLink {...d} />
                <span className="where">{d.namespace}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
