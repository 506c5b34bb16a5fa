import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import { type Client, Provider } from 'urql';
import type { makeRouter } from './router';
import { cssVariables, theme } from './theme';

interface Props {
  client: Client;
  router: ReturnType<typeof makeRouter>;
}

/** The whole page; what it talks to and where it stands come from outside. */
export function App({ client, router }: Props) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Provider value={client}>
        <RouterProvider router={router} />
        <Notifications position="bottom-center" limit={3} autoClose={2500} />
      </Provider>
    </MantineProvider>
  );
}
