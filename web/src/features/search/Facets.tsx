import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { count } from '~/shared/lib/format';
import { type Chip, facetName } from './filter';
import { FACETS, type FacetName, type SearchParams } from './params';

const FacetFields = graphql(`
  fragment FacetValues on FacetCounts {
    field
    values {
      value
      count
    }
  }
`);

const TITLES: Record<FacetName, string> = {
  kind: 'Kind',
  platform: 'Platform',
  namespace: 'Namespace',
  owner: 'Owner',
  tag: 'Tag',
  domain: 'Domain',
};
const SHOWN = 7;

interface Props {
  facets: readonly FragmentType<typeof FacetFields>[];
  params: SearchParams;
  onToggle: (chip: Chip) => void;
}

/** The facets with their counts; a chosen value stays in sight even when it counts nothing. */
export function Facets({ facets, params, onToggle }: Props) {
  const read = readFragment(FacetFields, facets);
  return (
    <aside className="facets" aria-label="Filters">
      {FACETS.map((name) => {
        const values = read.find((f) => facetName(f.field) === name)?.values ?? [];
        const held = params[name] ?? [];
        const missing = held.filter((h) => !values.some((v) => same(v.value, h))).map((value) => ({ value, count: 0 }));
        const all = [...missing, ...values];
        return all.length > 0 && <Facet key={name} name={name} values={all} held={held} onToggle={onToggle} />;
      })}
    </aside>
  );
}

interface FacetProps {
  name: FacetName;
  values: { value: string; count: number }[];
  held: string[];
  onToggle: (chip: Chip) => void;
}

function Facet({ name, values, held, onToggle }: FacetProps) {
  const [all, setAll] = useState(false);
  const isHeld = (value: string) => held.some((h) => same(h, value));
  const shown = all ? values : values.filter((v, i) => i < SHOWN || isHeld(v.value));
  return (
    <fieldset className="facet">
      <legend>{TITLES[name]}</legend>
      {shown.map((v) => (
        <Checkbox
          key={v.value}
          size="xs"
          checked={isHeld(v.value)}
          onChange={() => onToggle({ field: name, value: held.find((h) => same(h, v.value)) ?? v.value })}
          classNames={{ body: 'facetrow', labelWrapper: 'facetlabelwrap', label: 'facetlabel' }}
          label={
            <>
              <span className="facetvalue" title={v.value}>
                {name === 'kind' ? v.value.toLowerCase() : v.value}
              </span>
              <span className="facetcount">{count(v.count)}</span>
            </>
          }
        />
      ))}
      {shown.length < values.length && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(true)}>
          {values.length - shown.length} more
        </Button>
      )}
    </fieldset>
  );
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
