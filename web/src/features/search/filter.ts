import type { NodeKind, SearchFilter } from '~/shared/gql/graphql';
import { FACETS, type FacetName, type SearchParams } from './params';

const KINDS: readonly NodeKind[] = ['DATASET', 'COLUMN', 'JOB', 'RUN', 'OWNER', 'TAG', 'NAMESPACE', 'DOMAIN', 'TERM'];

/** The URL's facets as the API takes them; a kind that does not exist is dropped rather than sent. */
export function toFilter(params: SearchParams): SearchFilter {
  return {
    kinds: params.kind?.map((k) => k.toUpperCase()).filter((k): k is NodeKind => KINDS.includes(k as NodeKind)),
    platforms: params.platform,
    namespaces: params.namespace,
    owners: params.owner,
    tags: params.tag,
    domains: params.domain,
  };
}

export interface Chip {
  field: FacetName;
  value: string;
}

export function chips(params: SearchParams): Chip[] {
  return FACETS.flatMap((field) => (params[field] ?? []).map((value) => ({ field, value })));
}

/** The parameters with one facet value switched; the last value of a facet takes the facet with it. */
export function toggled(params: SearchParams, { field, value }: Chip): SearchParams {
  const held = params[field] ?? [];
  const next = held.includes(value) ? held.filter((v) => v !== value) : [...held, value];
  return { ...params, [field]: next.length > 0 ? next : undefined };
}

/** The facet a count came from, whether the server says `kind` or `kinds`. */
export function facetName(field: string): FacetName | undefined {
  return FACETS.find((f) => f === field || `${f}s` === field);
}
