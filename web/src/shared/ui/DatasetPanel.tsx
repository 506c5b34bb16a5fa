import { Text } from '@mantine/core';
import { DatasetLink } from './links';

interface Props {
  title: string;
  sets: readonly { id: string; namespace: string; name: string }[];
  /** what to say when there are none */
  none: string;
}

/** A panel of datasets, as a job's or run's inputs or outputs. */
export function DatasetPanel({ title, sets, none }: Props) {
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      {sets.length === 0 && (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      )}
      <ul className="bare">
        {sets.map((d) => (
          <li key={d.id}>
            <DatasetLink {...d} />
            <span className="where">{d.namespace}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
