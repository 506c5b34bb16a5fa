import { Text } from '@mantine/core';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { When } from '~/shared/ui/Marks';

const QualityFields = graphql(`
  fragment Quality on Dataset {
    assertions {
      assertion
      column
      success
      severity
      at
    }
  }
`);

/** The newest result of each check, the failing ones first. */
export function Quality({ dataset }: { dataset: FragmentType<typeof QualityFields> }) {
  const { assertions } = readFragment(QualityFields, dataset);
  const sorted = [...assertions].sort((a, b) => Number(a.success) - Number(b.success));
  const failing = assertions.filter((a) => !a.success).length;
  return (
    <section className="panel" aria-labelledby="quality">
      <h2 id="quality">
        Quality{' '}
        {assertions.length > 0 && (
          <span className="where">
            {failing === 0 ? `all ${assertions.length} hold` : `${failing} of ${assertions.length} fail`}
          </span>
        )}
      </h2>
      {assertions.length === 0 && (
        <Text size="sm" c="dimmed">
          No check has reported on it.
        </Text>
      )}
      <ul className="checks">
        {sorted.map((a) => (
          <li key={`${a.assertion} ${a.column} ${a.at}`}>
            <span className={`state state-${a.success ? 'ok' : 'bad'}`}>
              <i aria-hidden="true" />
              {a.success ? 'holds' : 'fails'}
            </span>
            <span>
              {a.assertion}
              {a.column && <span className="mono"> {a.column}</span>}
            </span>
            <span className="where">
              <When at={a.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
