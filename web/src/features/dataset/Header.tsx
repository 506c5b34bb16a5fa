import { IconBinaryTree2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { plural } from '~/shared/lib/format';
import { Owners, Tags } from '~/shared/ui/Authored';
import { ButtonLink, Name } from '~/shared/ui/links';

const HeaderFields = graphql(`
  fragment DatasetHeader on Dataset {
    id
    namespace
    name
    type
    platform
    dropped
    lifecycle
    upstreamCount
    downstreamCount
    owners {
      ...OwnerEntry
    }
    tags {
      ...TagEntry
    }
  }
`);

/** What the dataset is, at a glance: name, place, kind, owners, tags, and the way to its lineage. */
export function Header({ dataset }: { dataset: FragmentType<typeof HeaderFields> }) {
  const d = readFragment(HeaderFields, dataset);
  return (
    <header className="dshead">
      <div className="dstitle">
        <h1>
          <Name name={d.name} />
        </h1>
        {d.dropped && <span className="pii">DROPPED</span>}
        <div style={{ flex: 1 }} />
        <ButtonLink to="/lineage" search={{ focus: d.id }} size="xs" leftSection={<IconBinaryTree2 size={15} />}>
          Lineage
        </ButtonLink>
      </div>
      <div className="dsfacts">
        {d.platform && <span className="platform">{d.platform}</span>}
        <Link to="/search" search={{ namespace: [d.namespace] }}>
          {d.namespace}
        </Link>
        {d.type && <span>{d.type.toLowerCase()}</span>}
        <span>
          {plural(d.upstreamCount, 'link')} in, {d.downstreamCount} out
        </span>
      </div>
      <div className="dsmeta">
        <Owners id={d.id} owners={d.owners} />
        <Tags id={d.id} tags={d.tags} />
      </div>
    </header>
  );
}
