import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import { Provider } from 'urql';
import { makeClient } from '~/shared/lib/client';
import { router } from './router';
import { cssVariables, theme } from './theme';

const client = makeClient();

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Provider value={client}>
        <RouterProvider router={router} />
        <Notifications position="bottom-center" limit={3} autoClose={2500} />
      </Provider>
    </MantineProvider>
  );
}
