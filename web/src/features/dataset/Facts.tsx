import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { count } from '~/shared/lib/format';
import { When } from '~/shared/ui/Marks';
import { statisticText } from './statistic';

const FactFields = graphql(`
  fragment DatasetFacts on Dataset {
    type
    platform
    namespace
    name
    lifecycle
    columnCount
    reportedAs {
      namespace
      name
    }
    source {
      name
      uri
    }
    since {
      number
      at
    }
    statistics {
      name
      value
      at
      direction
    }
  }
`);

/** The technical facts in pairs: kind, source, other names, size. */
export function Facts({ dataset }: { dataset: FragmentType<typeof FactFields> }) {
  const d = readFragment(FactFields, dataset);
  const others = d.reportedAs.filter((r) => r.namespace !== d.namespace || r.name !== d.name);
  return (
    <section className="panel" aria-labelledby="facts">
      <h2 id="facts">Facts</h2>
      <dl className="facts">
        {d.type && <Pair term="Kind">{d.type.toLowerCase()}</Pair>}
        {d.platform && <Pair term="Platform">{d.platform}</Pair>}
        <Pair term="Namespace">{d.namespace}</Pair>
        {d.source?.uri && d.source.uri !== d.namespace && <Pair term="Source">{d.source.uri}</Pair>}
        <Pair term="Columns">{count(d.columnCount)}</Pair>
        {d.lifecycle && <Pair term="Last change">{d.lifecycle.toLowerCase()}</Pair>}
        {others.length > 0 && <Pair term="Also named">{others.map((o) => `${o.namespace} ${o.name}`).join(', ')}</Pair>}
        <Pair term="Known since">
          <When at={d.since.at} /> (revision {count(d.since.number)})
        </Pair>
      </dl>
      {d.statistics.length > 0 && (
        <>
          <h3 className="subhead">Statistics of the last run</h3>
          <dl className="facts">
            {d.statistics.map((s) => (
              <Pair key={`${s.name} ${s.direction}`} term={statisticText(s.name, s.value).name}>
                {statisticText(s.name, s.value).value} <span className="where">{s.direction.toLowerCase()}</span>
              </Pair>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function Pair({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}
