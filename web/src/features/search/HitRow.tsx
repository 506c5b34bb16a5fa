import { IconBinaryTree2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import type { HitFragment } from '~/shared/gql/graphql';
import { ButtonLink, Name } from '~/shared/ui/links';
import { KindMark, Snippet, TagMark } from '~/shared/ui/Marks';

export const HitRowFields = graphql(`
  fragment Hit on SearchHit {
    id
    kind
    namespace
    name
    dataset
    platform
    description
    owners
    tags
    matches {
      field
      snippet
    }
  }
`);

/** One hit: what it is, where it is, whose it is, and why it matched. */
export function HitRow({ hit: masked }: { hit: FragmentType<typeof HitRowFields> }) {
  const hit = readFragment(HitRowFields, masked);
  const described = hit.matches.find((m) => m.field.startsWith('description'));
  const why = hit.matches.filter((m) => m !== described && m.field !== 'name');
  return (
    <li className="hit">
      <KindMark kind={hit.kind} />
      <div className="hitbody">
        <div className="hitline">
          <HitName hit={hit} />
          {hit.tags.map((t) => (
            <TagMark key={t} tag={t} />
          ))}
        </div>
        <div className="hitwhere">
          {hit.platform && <span className="platform">{hit.platform}</span>}
          <span>{hit.namespace}</span>
          {hit.owners.length > 0 && <span>owned by {hit.owners.join(', ')}</span>}
        </div>
        {described ? (
          <p className="hittext">
            <Snippet text={described.snippet} />
          </p>
        ) : (
          hit.description && <p className="hittext">{hit.description}</p>
        )}
        {why.length > 0 && <Why matches={why} />}
      </div>
      <HitAction hit={hit} />
    </li>
  );
}

function HitName({ hit }: { hit: HitFragment }) {
  const { kind, namespace, name, dataset } = hit;
  if (kind === 'COLUMN' && dataset)
    return (
      <>
        <Link
          to="/dataset"
          search={{ namespace, name: dataset, tab: 'columns', match: name }}
          className="hitname namelink mono"
        >
          <Marked hit={hit} plain={name} />
        </Link>
        <span className="hitin">
          in <Name name={dataset} />
        </span>
      </>
    );
  if (kind === 'DATASET')
    return (
      <Link to="/dataset" search={{ namespace, name }} className="hitname namelink">
        <Marked hit={hit} plain={<Name name={name} />} />
      </Link>
    );
  if (kind === 'JOB')
    return (
      <Link to="/job" search={{ namespace, name }} className="hitname namelink">
        <Marked hit={hit} plain={name} />
      </Link>
    );
  return <span className="hitname">{name}</span>;
}

/** The name with its matched words marked, when the snippet of the name is the whole of it. */
function Marked({ hit, plain }: { hit: HitFragment; plain: ReactNode }) {
  const match = hit.matches.find((m) => m.field === 'name');
  const whole = match?.snippet.replaceAll(/[«»]/g, '') === hit.name;
  return match && whole ? <Snippet text={match.snippet} /> : plain;
}

function Why({ matches }: { matches: HitFragment['matches'] }) {
  return (
    <div className="hitwhy">
      {matches.map((m) => (
        <span key={m.field}>
          <span className="hitfield">{m.field}</span> <Snippet text={m.snippet} />
        </span>
      ))}
    </div>
  );
}

function HitAction({ hit }: { hit: HitFragment }) {
  if (hit.kind !== 'DATASET' && hit.kind !== 'COLUMN') return null;
  const search = hit.kind === 'COLUMN' ? { column: hit.id, only: true as const } : { focus: hit.id };
  return (
    <ButtonLink
      to="/lineage"
      search={search}
      size="compact-xs"
      variant="default"
      leftSection={<IconBinaryTree2 size={13} />}
    >
      {hit.kind === 'COLUMN' ? 'Trace' : 'Lineage'}
    </ButtonLink>
  );
}
