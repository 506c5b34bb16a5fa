import { Button, Group, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { told } from './Authored';
import { OriginMark } from './Marks';

export const DescriptionFields = graphql(`
  fragment DescriptionText on Text {
    value
    origin
    by
    at
  }
`);
const SetDescription = graphql(`
  mutation SetDescription($id: ID!, $text: String!) {
    setDescription(id: $id, text: $text) {
      revision
      node {
        id
      }
    }
  }
`);

interface Props {
  id: string;
  description: FragmentType<typeof DescriptionFields> | null | undefined;
}

/** A node's description and the editing of it. A person's words win over ingested ones, and giving them up shows those again. */
export function Description({ id, description }: Props) {
  const text = readFragment(DescriptionFields, description);
  const [editing, setEditing] = useState(false);
  if (editing)
    return (
      <Editor
        id={id}
        value={text?.value ?? ''}
        authored={text?.origin === 'AUTHORED'}
        onClose={() => setEditing(false)}
      />
    );
  return (
    <div>
      {text ? (
        <>
          <Text className="prose">{text.value}</Text>
          <OriginMark origin={text.origin} by={text.by} />
        </>
      ) : (
        <Text c="dimmed" size="sm">
          Nobody has described this yet.
        </Text>
      )}
      <Button size="compact-xs" variant="default" ml={text ? 'sm' : 0} mt={6} onClick={() => setEditing(true)}>
        {text ? 'Edit the description' : 'Write a description'}
      </Button>
    </div>
  );
}

function Editor({
  id,
  value,
  authored,
  onClose,
}: {
  id: string;
  value: string;
  authored: boolean;
  onClose: () => void;
}) {
  const [text, setText] = useState(value);
  const [{ fetching }, save] = useMutation(SetDescription);
  const commit = async (next: string) => {
    if (await told(save({ id, text: next }), next ? 'Description saved' : 'Description removed')) onClose();
  };
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        commit(text.trim());
      }}
    >
      <Textarea
        autosize
        minRows={3}
        autoFocus
        label="Description"
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
        onKeyDown={(e) => e.key === 'Escape' && onClose()}
      />
      <Group mt="xs" gap="xs">
        <Button type="submit" size="xs" loading={fetching} disabled={!text.trim()}>
          Save
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        {authored && (
          <Button size="xs" variant="subtle" onClick={() => commit('')}>
            Remove what was written here
          </Button>
        )}
      </Group>
    </form>
  );
}
