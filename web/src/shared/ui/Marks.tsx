import { Badge, Tooltip } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import type { NodeKind, Origin, RunState } from '~/shared/gql/graphql';
import { ago, isPersonal, moment, tagText } from '~/shared/lib/format';
import { snippetParts } from '~/shared/lib/snippet';

/** A tag; one that says the data is about a person is drawn as the red badge it has everywhere. */
export function TagMark({ tag, value = '' }: { tag: string; value?: string }) {
  if (isPersonal(tag)) return <span className="pii">{tagText(tag, value).toUpperCase()}</span>;
  return (
    <Badge variant="default" size="sm" className="mark" fw={500}>
      {tagText(tag, value)}
    </Badge>
  );
}

const KINDS: Partial<Record<NodeKind, string>> = { TERM: 'glossary term' };

export function kindText(kind: NodeKind): string {
  return KINDS[kind] ?? kind.toLowerCase();
}

export function KindMark({ kind }: { kind: NodeKind }) {
  return <span className={`kind kind-${kind.toLowerCase()}`}>{kindText(kind)}</span>;
}

const STATES: Record<RunState, [string, string]> = {
  COMPLETED: ['completed', 'ok'],
  FAILED: ['failed', 'bad'],
  ABORTED: ['aborted', 'warn'],
  RUNNING: ['running', 'live'],
  UNKNOWN: ['unknown', 'none'],
};

export function StateMark({ state }: { state: RunState }) {
  const [text, look] = STATES[state];
  return (
    <span className={`state state-${look}`}>
      <i aria-hidden="true" />
      {text}
    </span>
  );
}

/** Says that a person wrote it here; what was ingested is the rule and goes unmarked but for its tooltip. */
export function OriginMark({ origin, by }: { origin: Origin; by?: string | null }) {
  if (origin === 'INGESTED') return <span className="origin">ingested{by ? ` from ${by}` : ''}</span>;
  return (
    <span className="origin authored">
      <IconPencil size={12} aria-hidden="true" /> written here{by ? ` by ${by}` : ''}
    </span>
  );
}

/** How long ago, with the moment itself on hover; `exact` writes both out. */
export function When({ at, exact = false }: { at: string; exact?: boolean }) {
  const since = ago(Date.parse(at), Date.now());
  if (exact)
    return (
      <time dateTime={at}>
        {moment(at)} <span className="where">{since}</span>
      </time>
    );
  return (
    <Tooltip label={moment(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{since}</time>
    </Tooltip>
  );
}

/** A search snippet with its matched words marked. */
export function Snippet({ text }: { text: string }) {
  return snippetParts(text).map((part, i) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
    part.matched ? <mark key={i}>{part.text}</mark> : <span key={i}>{part.text}</span>,
  );
}
