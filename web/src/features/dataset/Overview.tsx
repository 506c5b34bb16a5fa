import { SimpleGrid } from '@mantine/core';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { Description } from '~/shared/ui/Description';
import { JsonTree } from '~/shared/ui/JsonTree';
import { Facts } from './Facts';
import { Quality } from './Quality';
import { WhereFrom } from './WhereFrom';

const OverviewFields = graphql(`
  fragment DatasetOverview on Dataset {
    id
    description {
      ...DescriptionText
    }
    facets {
      name
      value
    }
    ...WhereFrom
    ...Quality
    ...DatasetFacts
  }
`);

export function Overview({ dataset }: { dataset: FragmentType<typeof OverviewFields> }) {
  const d = readFragment(OverviewFields, dataset);
  return (
    <div className="overview">
      <div className="overmain">
        <section className="panel" aria-labelledby="about">
          <h2 id="about">What it is</h2>
          <Description id={d.id} description={d.description} />
        </section>
        <WhereFrom dataset={d} />
        {d.facets.length > 0 && (
          <section className="panel" aria-labelledby="facets">
            <h2 id="facets">Facets as received</h2>
            {d.facets.map((f) => (
              <JsonTree key={f.name} name={f.name} value={f.value} />
            ))}
          </section>
        )}
      </div>
      <SimpleGrid cols={1} className="overside">
        <Facts dataset={d} />
        <Quality dataset={d} />
      </SimpleGrid>
    </div>
  );
}
