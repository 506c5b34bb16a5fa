import { Alert, Button, Code, Group, PasswordInput, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { setToken } from '~/shared/lib/token';

interface Props {
  part: string;
  error: CombinedError;
  retry: () => void;
}

/** A failed request in words: which part, why, the request's id, and a way to try again. */
export function ErrorNote({ part, error, retry }: Props) {
  const refused = statusOf(error) === 401 || codeOf(error) === 'UNAUTHENTICATED';
  const id = requestId(error);
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={`Could not load ${part}`}
      role="alert"
    >
      <Text size="sm">{reasonOf(error)}</Text>
      {id && (
        <Text size="xs" c="dimmed" mt={4}>
          Request <Code>{id}</Code>
        </Text>
      )}
      {refused ? (
        <TokenForm retry={retry} />
      ) : (
        <Button size="compact-sm" mt="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

function TokenForm({ retry }: { retry: () => void }) {
  const [value, setValue] = useState('');
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    setToken(value.trim());
    retry();
  };
  return (
    <form onSubmit={submit}>
      <Group mt="xs" align="end">
        <PasswordInput
          label="Access token"
          description="Kept until this tab closes"
          value={value}
          onChange={(e) => setValue(e.currentTarget.value)}
          w={320}
        />
        <Button type="submit" disabled={!value.trim()}>
          Use this token
        </Button>
      </Group>
    </form>
  );
}

function reasonOf(error: CombinedError): string {
  if (error.networkError) {
    const status = statusOf(error);
    if (status === 401) return 'This server asks for an access token.';
    if (status === 503) return 'The server is busy or starting; it asks to try again in a moment.';
    return status
      ? `The server answered with status ${status}.`
      : 'The server could not be reached. Is it still running?';
  }
  return error.graphQLErrors.map((e) => e.message).join('; ');
}

function statusOf(error: CombinedError): number | undefined {
  const response = error.response as Response | undefined;
  return response && !response.ok ? response.status : undefined;
}

function codeOf(error: CombinedError): unknown {
  return error.graphQLErrors[0]?.extensions?.code;
}

function requestId(error: CombinedError): string | null {
  const response = error.response as Response | undefined;
  const told = error.graphQLErrors[0]?.extensions?.requestId;
  return typeof told === 'string' ? told : (response?.headers.get('x-request-id') ?? null);
}
