import { notifications } from '@mantine/notifications';
import { createMemoryHistory } from '@tanstack/react-router';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { buildSchema, graphql } from 'graphql';
import { afterEach, expect, test } from 'vitest';
import { makeClient } from '~/shared/lib/client';
import { makeEmptyEstate, makeEstate } from '../../mock/estate.mjs';
import { makeResolvers } from '../../mock/resolvers.mjs';
import contract from '../../schema.graphql?raw';
import { App } from './App';
import { makeRouter } from './router';

afterEach(() => notifications.clean());

const schema = buildSchema(contract);
const SHOP = 'snowflake://acme-shop';

/** A server in this process: the contract's schema over the made-up estate. */
function serverOver(estate: ReturnType<typeof makeEstate>): typeof fetch {
  const rootValue = makeResolvers(estate);
  return async (_, init) => {
    const { query, variables } = JSON.parse(String(init?.body));
    return Response.json(await graphql({ schema, source: query, rootValue, variableValues: variables }));
  };
}

function open(path: string, answers: typeof fetch = serverOver(makeEstate())) {
  const router = makeRouter(createMemoryHistory({ initialEntries: [path] }));
  render(<App client={makeClient(answers)} router={router} />);
  return router;
}

test('the start page counts the estate and names the failing run', async () => {
  open('/');
  expect(await screen.findByText('lineage edges')).toBeTruthy();
  const failed = screen.getByRole('region', { name: 'Failed lately' });
  expect(within(failed).getByText(/division by zero/)).toBeTruthy();
});

test('an empty estate shows how to begin', async () => {
  open('/', serverOver(makeEmptyEstate()));
  expect(await screen.findByText('Waiting for the first event…')).toBeTruthy();
  expect(screen.getByText('headwater ingest dbt target/')).toBeTruthy();
});

test('hits say why they matched, facets narrow them and are in the URL', async () => {
  const router = open('/search?q=email');
  const row = (await screen.findAllByText('customer_health')).map((e) => e.closest('li')).find(Boolean);
  expect(row?.querySelector('mark')?.textContent).toBe('email');
  await userEvent.click(screen.getByRole('checkbox', { name: /^dataset/ }));
  await screen.findByRole('button', { name: 'Remove filter kind: DATASET' });
  expect(router.state.location.search).toMatchObject({ q: 'email', kind: 'DATASET' });
});

test('no result says what can be done', async () => {
  open('/search?q=zzzz&kind=JOB');
  expect(await screen.findByText('Nothing matches “zzzz”')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Search without filters' })).toBeTruthy();
});

test('a dataset shows where it comes from, with its query and failing check', async () => {
  open(`/dataset?namespace=${SHOP}&name=shop.marts.fct_orders`);
  expect(await screen.findByRole('heading', { level: 1, name: /fct_orders/ })).toBeTruthy();
  expect(screen.getByText('1 of 2 fail')).toBeTruthy();
  expect(screen.getByText(/create/)).toBeTruthy();
});

test('an owner is added and can be taken away; an ingested one cannot', async () => {
  open(`/dataset?namespace=${SHOP}&name=shop.marts.fct_orders`);
  await userEvent.click(await screen.findByRole('button', { name: 'Add an owner' }));
  await userEvent.type(await screen.findByLabelText('Add an owner', { selector: 'input' }), 'ana{Enter}');
  expect(await screen.findByRole('button', { name: 'Remove owner ana' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Remove owner analytics-eng' })).toBeNull();
});

test('what is not known is said to be unknown', async () => {
  open('/dataset?namespace=x&name=y');
  expect(await screen.findByRole('heading', { name: 'No such dataset' })).toBeTruthy();
});

test('a failed request names its part and its id, and can be tried again', async () => {
  let works = false;
  const server = serverOver(makeEstate());
  const refuses = async () => new Response('busy', { status: 503, headers: { 'x-request-id': 'req-7' } });
  open('/runs', (url, init) => (works ? server(url, init) : refuses()));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('Could not load the runs');
  expect(alert.textContent).toContain('req-7');
  works = true;
  await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('table', { name: 'Latest runs' })).toBeTruthy();
});

test('a server that asks for a token is given one', async () => {
  const server = serverOver(makeEstate());
  const guarded: typeof fetch = async (url, init) => {
    const held = new Headers(init?.headers).get('authorization');
    return held === 'Bearer secret' ? server(url, init) : new Response('', { status: 401 });
  };
  open('/events', guarded);
  await userEvent.type(await screen.findByLabelText('Access token'), 'secret{Enter}');
  expect(await screen.findByText('2 events')).toBeTruthy();
});

test('a run that failed shows its error', async () => {
  open('/run/r19-0');
  expect(await screen.findByText('It failed')).toBeTruthy();
  expect(screen.getByText(/ZeroDivisionError/)).toBeTruthy();
});
