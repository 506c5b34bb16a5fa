import { Alert, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CombinedError, UseQueryExecute } from 'urql';
import { useHeld } from '~/shared/lib/hooks';
import { ErrorNote } from './ErrorNote';

interface AnswerState<Data> {
  data?: Data;
  error?: CombinedError;
  fetching: boolean;
  stale: boolean;
}

interface Props<Data> {
  /** what is being fetched, for people: "the columns" */
  part: string;
  result: AnswerState<Data>;
  retry: UseQueryExecute;
  lines?: number;
  children: (data: Data) => ReactNode;
}

/** Shows a query's answer, or that it is loading (after 150 ms), or what went wrong; older data stays until newer comes. */
export function Answer<Data>({ part, result, retry, lines = 4, children }: Props<Data>) {
  const waiting = useHeld(result.fetching && !result.data, 150);
  const again = () => retry({ requestPolicy: 'network-only' });
  if (!result.data && result.error) return <ErrorNote part={part} error={result.error} retry={again} />;
  if (!result.data) return waiting ? <Loading part={part} lines={lines} /> : null;
  return (
    <>
      {result.error && <ErrorNote part={`all of ${part}`} error={result.error} retry={again} />}
      {children(result.data)}
    </>
  );
}

export function Loading({ part, lines }: { part: string; lines: number }) {
  return (
    <Stack gap="sm" role="status" aria-label={`Loading ${part}`} py="xs">
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move
        <Skeleton key={i} height={18} width={`${92 - ((i * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

/** Says why there is nothing, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Alert variant="default" title={title} className="empty" role="status">
      {children}
    </Alert>
  );
}

/** The page of something that is not known: what was looked for, and that it is not there. */
export function NotKnown({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="page">
      <Title order={1} fz={20} mb="sm">
        {title}
      </Title>
      <Text size="sm">{children}</Text>
    </div>
  );
}
