import type { RunState } from '~/shared/gql/graphql';
import { oneOf, type RawSearch } from '~/shared/lib/params';

export const STATES = ['RUNNING', 'COMPLETED', 'FAILED', 'ABORTED'] as const satisfies readonly RunState[];

export interface RunsParams {
  state?: (typeof STATES)[number];
}

export function runsSearch(raw: RawSearch): RunsParams {
  return { state: oneOf(raw.state, STATES) };
}
