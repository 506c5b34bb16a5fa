import { list, type RawSearch, text } from '~/shared/lib/params';

/** The search page's whole state: the text and, per facet, the values of which one must hold. */
export interface SearchParams {
  q?: string;
  kind?: string[];
  platform?: string[];
  namespace?: string[];
  owner?: string[];
  tag?: string[];
  domain?: string[];
}

export const FACETS = ['kind', 'platform', 'namespace', 'owner', 'tag', 'domain'] as const;
export type FacetName = (typeof FACETS)[number];

export function searchSearch(raw: RawSearch): SearchParams {
  return {
    q: text(raw.q),
    kind: list(raw.kind),
    platform: list(raw.platform),
    namespace: list(raw.namespace),
    owner: list(raw.owner),
    tag: list(raw.tag),
    domain: list(raw.domain),
  };
}
