import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { ButtonLink } from '~/shared/ui/links';
import { TagMark } from '~/shared/ui/Marks';

const ColumnRowFields = graphql(`
  fragment ColumnRow on Column {
    id
    name
    path
    type
    declared
    upstreamCount
    downstreamCount
    description {
      value
    }
    tags {
      key
      value
    }
  }
`);

interface Props {
  column: FragmentType<typeof ColumnRowFields>;
  index: number;
  top: number;
}

/** One column; a nested field stands indented under its parent and is named by its last part. */
export function ColumnRow({ column, index, top }: Props) {
  const c = readFragment(ColumnRowFields, column);
  const depth = c.path.length - 1;
  return (
    <div role="row" className="columnrow" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      <span role="cell" className="mono colname" style={{ paddingLeft: depth * 18 }} title={c.name}>
        {depth > 0 && <span aria-hidden="true">└ </span>}
        {depth > 0 && <span className="hidden-text">{c.path.slice(0, -1).join('.')}.</span>}
        {c.path.at(-1) ?? c.name}
      </span>
      <span role="cell" className="mono coltype" title={c.type ?? undefined}>
        {c.type ?? (c.declared ? '' : 'only in lineage')}
      </span>
      <span role="cell" className="coltext" title={c.description?.value}>
        {c.description?.value}
      </span>
      <span role="cell" className="coltags">
        {c.tags.map((t) => (
          <TagMark key={t.key} tag={t.key} value={t.value} />
        ))}
      </span>
      <span role="cell" className="collinks">
        {c.upstreamCount + c.downstreamCount > 0 ? `from ${c.upstreamCount} · to ${c.downstreamCount}` : '–'}
      </span>
      <span role="cell" className="colact">
        {c.upstreamCount + c.downstreamCount > 0 && (
          <ButtonLink
            to="/lineage"
            search={{ column: c.id, only: true }}
            size="compact-xs"
            variant="default"
            aria-label={`Trace ${c.name}`}
          >
            Trace
          </ButtonLink>
        )}
      </span>
    </div>
  );
}
