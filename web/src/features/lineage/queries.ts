import { graphql } from '~/shared/gql';
import type { EdgeKind, LineagePartFragment, TraceQuery as TraceAnswer } from '~/shared/gql/graphql';
import type { Part } from './merge';
import { type Link, lookOf, type Place, platformOf, type Trace } from './model';

export const PartFields = graphql(`
  fragment LineagePart on Lineage {
    revision {
      number
      at
    }
    complete
    reasons {
      code
      message
      count
    }
    nodes {
      id
      kind
      namespace
      name
      platform
      hop
      tags
      columnCount
      hiddenUp
      hiddenDown
      latestRunState
    }
    edges {
      id
      from
      to
      kind
      masking
    }
  }
`);

export const AroundQuery = graphql(`
  query Around($id: ID!, $depth: Int!) {
    lineage(id: $id, direction: BOTH, depth: $depth, level: DATASET) {
      focus
      ...LineagePart
    }
  }
`);

export const GrowQuery = graphql(`
  query Grow($id: ID!, $direction: Direction!) {
    lineage(id: $id, direction: $direction, depth: 1, level: DATASET) {
      ...LineagePart
    }
  }
`);

export const TraceQuery = graphql(`
  query Trace($id: ID!, $kinds: [EdgeKind!]) {
    node(id: $id) {
      id
      name
      ... on Column {
        dataset {
          id
          namespace
          name
        }
      }
    }
    lineage(id: $id, direction: BOTH, depth: 20, level: COLUMN, kinds: $kinds) {
      complete
      reasons {
        code
        message
        count
      }
      nodes {
        id
        kind
        namespace
        name
        parent
        dataset
        hop
        type
        tags
      }
      edges {
        id
        from
        to
        kind
        masking
      }
    }
  }
`);

export const OpenBoxesQuery = graphql(`
  query OpenBoxes($ids: [ID!]!, $first: Int!) {
    nodes(ids: $ids) {
      id
      ... on Dataset {
        namespace
        name
        platform
        columnCount
        tags {
          key
        }
        columns(first: $first) {
          nodes {
            id
            name
            type
            tags {
              key
            }
          }
        }
      }
    }
  }
`);

/** The kinds by which a value, and not only the choice or order of rows, comes from the source. */
export const VALUE_KINDS: EdgeKind[] = ['IDENTITY', 'TRANSFORMATION', 'AGGREGATION', 'DIRECT', 'UNKNOWN'];

export function toPart(lineage: LineagePartFragment): Part {
  const places = lineage.nodes
    .filter((n) => n.kind === 'DATASET' || n.kind === 'JOB')
    .map(
      (n): Place => ({
        id: n.id,
        kind: n.kind === 'JOB' ? 'JOB' : 'DATASET',
        namespace: n.namespace,
        name: n.name,
        platform: n.platform ?? platformOf(n.namespace),
        hop: n.hop,
        columnCount: n.columnCount,
        tags: [...n.tags],
        hiddenUp: n.hiddenUp,
        hiddenDown: n.hiddenDown,
        runState: n.latestRunState ?? null,
      }),
    );
  return { places, links: lineage.edges.map(toLink) };
}

export function toTrace(column: string, answer: TraceAnswer): Trace {
  const columns = answer.lineage.nodes.filter((n) => n.kind === 'COLUMN' && n.parent);
  return {
    column,
    columns: columns.map((n) => ({
      id: n.id,
      name: n.name,
      type: n.type ?? null,
      tags: [...n.tags],
      place: n.parent ?? '',
      namespace: n.namespace,
      dataset: n.dataset ?? '',
      hop: n.hop,
    })),
    links: answer.lineage.edges.map(toLink),
  };
}

function toLink(edge: { id: string; from: string; to: string; kind: EdgeKind; masking: boolean }): Link {
  return { id: edge.id, from: edge.from, to: edge.to, look: lookOf(edge.kind, edge.masking) };
}
