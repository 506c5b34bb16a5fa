import { SimpleGrid, Text } from '@mantine/core';
import { useEffect } from 'react';
import { CopyText } from '~/shared/ui/Sql';

interface Props {
  refresh: () => void;
}

/** What an empty estate shows: three ways to begin, each one command, and a line that waits for the first event. */
export function FirstRun({ refresh }: Props) {
  useEffect(() => {
    const timer = setInterval(refresh, 2000);
    return () => clearInterval(timer);
  }, [refresh]);
  return (
    <section aria-label="First steps">
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <Card title="Send events" command={`export OPENLINEAGE_URL=${location.origin}`}>
          Airflow, dbt, Spark, Flink or Dagster report to this address with their OpenLineage integration, unchanged.
        </Card>
        <Card title="Read what you have" command="headwater ingest dbt target/">
          A dbt project’s artifacts, a file of events, or a folder of SQL: one command each, with a summary of what was
          found.
        </Card>
        <Card title="Look at a sample" command="headwater serve --demo --data ./demo">
          A made-up shop with sources, a warehouse and dashboards, personal data and one failing run.
        </Card>
      </SimpleGrid>
      <Text className="waiting" role="status">
        <i aria-hidden="true" /> Waiting for the first event…
      </Text>
    </section>
  );
}

function Card({ title, command, children }: { title: string; command: string; children: string }) {
  return (
    <div className="panel firstcard">
      <h2>{title}</h2>
      <Text size="sm">{children}</Text>
      <div className="sqlbox">
        <pre className="sql command">{command}</pre>
        <CopyText text={command} label={`Copy the command: ${title}`} />
      </div>
    </div>
  );
}
