import { Button, Group, ScrollArea, Table, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '~/shared/gql';
import type { BoxDetailsQuery } from '~/shared/gql/graphql';
import { isPersonal, shortName, tagText } from '~/shared/lib/format';
import { Answer } from '~/shared/ui/Answer';
import { ButtonLink, DatasetLink, JobLink } from '~/shared/ui/links';
import { TagMark } from '~/shared/ui/Marks';
import type { Actions } from './actions';

const BoxQuery = graphql(`
  query BoxDetails($id: ID!) {
    node(id: $id) {
      id
      ... on Dataset {
        namespace
        name
        platform
        columnCount
        description {
          value
        }
        owners {
          name
        }
        tags {
          key
          value
        }
        columns(first: 200) {
          nodes {
            id
            name
            type
            upstreamCount
            downstreamCount
            tags {
              key
            }
          }
        }
      }
      ... on Job {
        namespace
        name
      }
    }
  }
`);
type Node = NonNullable<BoxDetailsQuery['node']>;
type Dataset = Extract<Node, { __typename: 'Dataset' }>;

interface Props {
  id: string;
  focus: string | null;
  column: string | null;
  act: Actions;
}

/** The chosen table: what it is, whose, and its columns, each a way to its trace. */
export function BoxPanel({ id, focus, column, act }: Props) {
  const [result, retry] = useQuery({ query: BoxQuery, variables: { id } });
  const isOurs = result.data?.node?.id === id || !result.fetching;
  const settled = isOurs ? result : { ...result, data: undefined };
  return (
    <Answer part="the table" result={settled} retry={retry} lines={10}>
      {({ node }) => {
        if (node?.__typename === 'Job')
          return (
            <h2 className="sidetitle">
              <JobLink namespace={node.namespace} name={node.name} />
            </h2>
          );
        if (node?.__typename === 'Dataset')
          return <Details dataset={node} isFocus={id === focus} column={column} act={act} />;
        return <Text size="sm">Nothing is known of it.</Text>;
      }}
    </Answer>
  );
}

function Details({
  dataset,
  isFocus,
  column,
  act,
}: {
  dataset: Dataset;
  isFocus: boolean;
  column: string | null;
  act: Actions;
}) {
  const { namespace, name } = dataset;
  return (
    <>
      <h2 className="sidetitle">
        <DatasetLink namespace={namespace} name={name}>
          {shortName(name)}
        </DatasetLink>
      </h2>
      <p className="sidefacts quietfacts">
        {name}
        <br />
        {namespace}
      </p>
      <Group gap={6}>
        {dataset.owners.map((o) => (
          <span key={o.name} className="ownermark">
            {o.name}
          </span>
        ))}
        {dataset.tags.map((t) => (
          <TagMark key={tagText(t.key, t.value)} tag={t.key} value={t.value} />
        ))}
      </Group>
      {dataset.description && (
        <Text size="sm" mt={6} lineClamp={4}>
          {dataset.description.value}
        </Text>
      )}
      <Group gap="xs" mt="sm">
        {!isFocus && (
          <Button size="compact-sm" onClick={() => act.focus(dataset.id)}>
            Put it in the middle
          </Button>
        )}
        <ButtonLink size="compact-sm" variant="default" to="/dataset" search={{ namespace, name }}>
          Open its page
        </ButtonLink>
      </Group>
      <ColumnList dataset={dataset} column={column} act={act} />
    </>
  );
}

function ColumnList({ dataset, column, act }: { dataset: Dataset; column: string | null; act: Actions }) {
  const { namespace, name, columnCount } = dataset;
  const { nodes } = dataset.columns;
  return (
    <ScrollArea flex={1} mt="sm" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': `Columns of ${name}` }}>
      <Table className="rows columnlist" aria-label={`Columns of ${name}`} verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>
              <span className="hidden-text">Personal</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {nodes.map((c) => (
            <Table.Tr key={c.id}>
              <Table.Td>
                {c.upstreamCount + c.downstreamCount > 0 ? (
                  <Button
                    variant={c.id === column ? 'filled' : 'subtle'}
                    size="compact-xs"
                    aria-pressed={c.id === column}
                    title={`Trace ${c.name}`}
                    onClick={() => act.trace(c.id)}
                  >
                    {c.name}
                  </Button>
                ) : (
                  <span className="unlinked">{c.name}</span>
                )}
              </Table.Td>
              <Table.Td className="mono">{c.type}</Table.Td>
              <Table.Td>{c.tags.some((t) => isPersonal(t.key)) && <span className="pii">PII</span>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {columnCount > nodes.length && (
        <ButtonLink size="compact-xs" variant="subtle" to="/dataset" search={{ namespace, name, tab: 'columns' }}>
          {nodes.length} of {columnCount} shown: see all
        </ButtonLink>
      )}
    </ScrollArea>
  );
}
