import { useCallback, useEffect, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { graphql } from '~/shared/gql';
import type { DatasetColumnsQuery } from '~/shared/gql/graphql';

export const ColumnsQuery = graphql(`
  query DatasetColumns($id: ID!, $first: Int!, $after: String, $match: String) {
    node(id: $id) {
      id
      ... on Dataset {
        columns(first: $first, after: $after, match: $match) {
          totalCount
          nodes {
            id
            name
            path
            ...ColumnRow
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);
const PAGE = 200;

type Node = NonNullable<DatasetColumnsQuery['node']>;
export type ColumnEntry = Extract<Node, { __typename: 'Dataset' }>['columns']['nodes'][number];

export interface Columns {
  total: number;
  rows: ColumnEntry[];
  fetching: boolean;
  error?: CombinedError;
  hasMore: boolean;
  /** asks for the next page, unless one is on its way */
  more: () => void;
  refresh: () => void;
}

interface Held {
  total: number;
  rows: ColumnEntry[];
  after: string | null;
  hasMore: boolean;
}
const NOTHING: Held = { total: 0, rows: [], after: null, hasMore: true };

/** The columns of a dataset that match, page by page as they come into sight. */
export function useColumns(id: string, match: string): Columns {
  const client = useClient();
  const [held, setHeld] = useState(NOTHING);
  const [state, setState] = useState<{ fetching: boolean; error?: CombinedError }>({ fetching: false });
  const load = useCallback(
    async (from: Held) => {
      setState({ fetching: true });
      const variables = { id, first: PAGE, after: from.after, match: match || null };
      const { data, error } = await client.query(ColumnsQuery, variables, { requestPolicy: 'network-only' });
      const page = data?.node?.__typename === 'Dataset' ? data.node.columns : null;
      return { page, error };
    },
    [client, id, match],
  );
  const show = useCallback(
    async (from: Held, isWanted: () => boolean) => {
      const { page, error } = await load(from);
      if (!isWanted()) return;
      setState({ fetching: false, error });
      if (!page) return;
      const { endCursor, hasNextPage } = page.pageInfo;
      setHeld({
        total: page.totalCount,
        rows: [...from.rows, ...page.nodes],
        after: endCursor ?? null,
        hasMore: hasNextPage,
      });
    },
    [load],
  );
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn means to ask again
  useEffect(() => {
    let wanted = true;
    show(NOTHING, () => wanted);
    return () => {
      wanted = false;
    };
  }, [show, turn]);
  const more = () => {
    if (!state.fetching && held.hasMore && held.after) show(held, () => true);
  };
  return {
    total: held.total,
    rows: held.rows,
    hasMore: held.hasMore,
    ...state,
    more,
    refresh: () => setTurn(turn + 1),
  };
}
