import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { duration } from '~/shared/lib/format';
import { JobLink } from './links';
import { StateMark, When } from './Marks';

export const RunRowFields = graphql(`
  fragment RunRow on Run {
    id
    runId
    state
    startedAt
    endedAt
    durationMs
    error
    job {
      namespace
      name
    }
  }
`);

interface Props {
  runs: readonly FragmentType<typeof RunRowFields>[];
  /** off where all runs are of one job */
  showJob: boolean;
  label: string;
}

/** Runs, newest first, each with what went wrong in one line. */
export function RunTable({ runs, showJob, label }: Props) {
  return (
    <Table aria-label={label} verticalSpacing={7} highlightOnHover className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>State</Table.Th>
          <Table.Th>Run</Table.Th>
          {showJob && <Table.Th>Job</Table.Th>}
          <Table.Th>Started</Table.Th>
          <Table.Th ta="right">Duration</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <RunRow key={readFragment(RunRowFields, run).id} run={run} showJob={showJob} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function RunRow({ run: masked, showJob }: { run: FragmentType<typeof RunRowFields>; showJob: boolean }) {
  const run = readFragment(RunRowFields, masked);
  const at = run.startedAt ?? run.endedAt;
  return (
    <Table.Tr>
      <Table.Td>
        <StateMark state={run.state} />
      </Table.Td>
      <Table.Td>
        <Link to="/run/$id" params={{ id: run.id }} className="namelink mono">
          {run.runId.length > 18 ? `${run.runId.slice(0, 8)}…${run.runId.slice(-6)}` : run.runId}
        </Link>
        {run.error && <div className="runerror">{run.error}</div>}
      </Table.Td>
      {showJob && (
        <Table.Td>
          <JobLink {...run.job} />
        </Table.Td>
      )}
      <Table.Td>{at ? <When at={at} /> : 'not reported'}</Table.Td>
      <Table.Td ta="right">{run.durationMs == null ? '–' : duration(run.durationMs)}</Table.Td>
    </Table.Tr>
  );
}
