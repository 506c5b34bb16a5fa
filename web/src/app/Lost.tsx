import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { ButtonLink } from '~/shared/ui/links';

/** For an address that leads nowhere. */
export function Lost() {
  return (
    <div className="page">
      <Stack align="flex-start">
        <Title order={1} fz={22}>
          There is no such page
        </Title>
        <Text>The address may be cut off. Search finds every dataset, column and job by name.</Text>
        <Group>
          <ButtonLink to="/">Go to the start</ButtonLink>
        </Group>
      </Stack>
    </div>
  );
}

/** For a fault of the page itself; the rest of the page stays usable. */
export function Crash({ error, reset }: ErrorComponentProps) {
  return (
    <div className="page" role="alert">
      <Stack align="flex-start">
        <Title order={1} fz={22}>
          This page stopped with an error
        </Title>
        <Code block>{error instanceof Error ? error.message : String(error)}</Code>
        <Button onClick={reset}>Try again</Button>
      </Stack>
    </div>
  );
}
