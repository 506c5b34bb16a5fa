import { ActionIcon, Button, Popover, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { type OperationResult, useMutation } from 'urql';
import { type FragmentType, graphql, readFragment } from '~/shared/gql';
import { tagText } from '~/shared/lib/format';
import { TagMark } from './Marks';

const OwnerFields = graphql(`
  fragment OwnerEntry on Owner {
    name
    type
    origin
  }
`);
const TagFields = graphql(`
  fragment TagEntry on Tag {
    key
    value
    source
    origin
  }
`);
const AddOwner = graphql(`
  mutation AddOwner($id: ID!, $owner: String!) {
    addOwner(id: $id, owner: $owner) {
      revision
      node {
        id
      }
    }
  }
`);
const RemoveOwner = graphql(`
  mutation RemoveOwner($id: ID!, $owner: String!) {
    removeOwner(id: $id, owner: $owner) {
      revision
      node {
        id
      }
    }
  }
`);
const AddTag = graphql(`
  mutation AddTag($id: ID!, $key: String!, $value: String) {
    addTag(id: $id, key: $key, value: $value) {
      revision
      node {
        id
      }
    }
  }
`);
const RemoveTag = graphql(`
  mutation RemoveTag($id: ID!, $key: String!) {
    removeTag(id: $id, key: $key) {
      revision
      node {
        id
      }
    }
  }
`);

/** The owners of a node. What was written here can be taken away here; what was ingested only by its source. */
export function Owners({ id, owners }: { id: string; owners: readonly FragmentType<typeof OwnerFields>[] }) {
  const [, add] = useMutation(AddOwner);
  const [, remove] = useMutation(RemoveOwner);
  const all = readFragment(OwnerFields, owners);
  return (
    <div className="entries">
      <span className="entrylabel">Owner</span>
      {all.length === 0 && <span className="nobody">nobody yet</span>}
      {all.map((o) => (
        <Entry
          key={`${o.name} ${o.origin}`}
          origin={o.origin}
          from={o.type?.toLowerCase()}
          label={`owner ${o.name}`}
          onRemove={() => told(remove({ id, owner: o.name }), 'Owner removed')}
        >
          {o.name}
        </Entry>
      ))}
      <AddEntry
        label="Add an owner"
        hint="A team or a person"
        onAdd={(owner) => told(add({ id, owner }), 'Owner added')}
      />
    </div>
  );
}

/** The tags of a node; a new one may be written `key` or `key: value`. */
export function Tags({ id, tags }: { id: string; tags: readonly FragmentType<typeof TagFields>[] }) {
  const [, add] = useMutation(AddTag);
  const [, remove] = useMutation(RemoveTag);
  const all = readFragment(TagFields, tags);
  const addText = (text: string) => {
    const [key = '', ...rest] = text.split(':');
    return told(add({ id, key: key.trim(), value: rest.join(':').trim() || null }), 'Tag added');
  };
  return (
    <div className="entries">
      <span className="entrylabel">Tags</span>
      {all.length === 0 && <span className="nobody">none</span>}
      {all.map((t) => (
        <Entry
          key={`${t.key} ${t.value} ${t.origin}`}
          origin={t.origin}
          from={t.source?.toLowerCase()}
          label={`tag ${tagText(t.key, t.value)}`}
          onRemove={() => told(remove({ id, key: t.key }), 'Tag removed')}
        >
          <TagMark tag={t.key} value={t.value} />
        </Entry>
      ))}
      <AddEntry label="Add a tag" hint="pii or tier: gold" onAdd={addText} />
    </div>
  );
}

interface EntryProps {
  origin: 'AUTHORED' | 'INGESTED';
  from?: string;
  label: string;
  onRemove: () => void;
  children: ReactNode;
}

function Entry({ origin, from, label, onRemove, children }: EntryProps) {
  const where = origin === 'AUTHORED' ? 'written here' : `ingested${from ? ` (${from})` : ''}`;
  return (
    <span className={`entry ${origin === 'AUTHORED' ? 'entry-authored' : ''}`}>
      <Tooltip label={where}>
        <span>{children}</span>
      </Tooltip>
      <span className="hidden-text">, {where}</span>
      {origin === 'AUTHORED' && (
        <ActionIcon size={16} variant="subtle" color="gray" aria-label={`Remove ${label}`} onClick={onRemove}>
          <IconX size={12} />
        </ActionIcon>
      )}
    </span>
  );
}

function AddEntry({ label, hint, onAdd }: { label: string; hint: string; onAdd: (text: string) => Promise<boolean> }) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim() || !(await onAdd(text.trim()))) return;
    setText('');
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus withinPortal={false} shadow="md">
      <Popover.Target>
        <ActionIcon size={20} variant="default" aria-label={label} onClick={() => setOpened(!opened)}>
          <IconPlus size={13} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <form onSubmit={submit} className="addform">
          <TextInput
            size="xs"
            label={label}
            placeholder={hint}
            value={text}
            onChange={(e) => setText(e.currentTarget.value)}
          />
          <Button type="submit" size="xs" disabled={!text.trim()}>
            Add
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Waits for a mutation and says how it went; true when it was committed. */
export async function told(answer: Promise<OperationResult>, done: string): Promise<boolean> {
  const { error } = await answer;
  notifications.show(
    error
      ? {
          color: 'red',
          title: 'Not saved',
          message: error.graphQLErrors[0]?.message ?? 'The server could not be reached',
        }
      : { message: done },
  );
  return !error;
}
