// What an analyst does on the demo estate, in a real browser on the real server, and axe on every page.
//   node tests/browser/analyst.mjs --binary target/release/headwater [--chromium PATH] [--url URL] [--screenshot FILE]
// --url uses a server that is running; --screenshot only takes the picture of the README.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { openBrowser, startServer, Visit } from './browser.mjs';
import { followLineage, showLineage } from './lineage.mjs';

const { values: options } = parseArgs({
  options: {
    binary: { type: 'string', default: 'target/release/headwater' },
    chromium: { type: 'string', default: process.env.CHROMIUM || '/usr/bin/chromium' },
    url: { type: 'string' },
    screenshot: { type: 'string' },
    pictures: { type: 'string', default: 'target/browser' },
  },
});

const WAREHOUSE = 'snowflake://mosskettle-eu1';
const SEARCH_BOX = 'Search datasets, columns and jobs';

async function home(visit, base) {
  const { page } = visit;
  await visit.step('the start page is ready to type in and says what is there', async () => {
    await page.goto(base);
    await page.getByRole('heading', { name: 'What are you looking for?' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), 'search');
    await page.getByRole('heading', { name: /failed lately/i }).waitFor();
    assert.match(await page.locator('main').innerText(), /datasets/i);
  });
  await visit.accessible('start');
}

async function search(visit) {
  const { page } = visit;
  await visit.step('a search with typing errors finds the table', async () => {
    await page.getByRole('searchbox', { name: SEARCH_BOX }).fill('dayly revenu');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Results' }).getByRole('link', { name: /daily_revenue/ }).first().waitFor();
    assert.match(page.url(), /q=dayly/);
  });
  await visit.step('facets narrow the results, and the address keeps them', async () => {
    const status = page.getByRole('region', { name: 'Results' }).getByRole('status');
    const before = await status.innerText();
    await page.getByRole('checkbox', { name: /^dataset/i }).first().check();
    await page.waitForFunction((was) => document.querySelector('[role=status]')?.textContent !== was, before);
    assert.match(page.url(), /kind=/);
  });
  await visit.accessible('search');
  await visit.step('a search for nothing says what to try', async () => {
    await page.getByRole('searchbox', { name: SEARCH_BOX }).fill('zebra crossing');
    await page.getByText(/Nothing matches/).waitFor();
  });
}

async function dataset(visit, base) {
  const { page } = visit;
  await visit.step('the dataset says what it is, whose, and where it comes from', async () => {
    await page.goto(`${base}/search?q=daily_revenue`);
    const hit = page.getByRole('region', { name: 'Results' }).getByRole('link', { name: /daily_revenue/ });
    await hit.first().click();
    await page.getByRole('heading', { level: 1, name: /daily_revenue/ }).waitFor();
    const text = await page.locator('main').innerText();
    for (const part of [/Revenue by day, country and channel/, /Finance/, /Jonas Lindqvist/, /certified/, /fct_orders/])
      assert.match(text, part);
  });
  await visit.accessible('dataset');
  await visit.step('columns have types and descriptions, and can be searched', async () => {
    await page.getByRole('tab', { name: /Columns/ }).click();
    const table = page.getByRole('table', { name: 'Columns' });
    await table.getByRole('row', { name: /revenue.*number\(14,2\).*Net value less refunds/ }).waitFor();
    await page.getByRole('textbox', { name: 'Search within the columns' }).fill('margin');
    await table.getByRole('row', { name: /revenue/ }).waitFor({ state: 'detached' });
    await table.getByRole('row', { name: /margin/ }).waitFor();
  });
  await visit.accessible('columns');
  await visit.step('runs that wrote it, the newest first', async () => {
    await page.getByRole('tab', { name: 'Runs' }).click();
    await page.getByRole('tabpanel').getByRole('row').nth(1).waitFor();
  });
  await visit.accessible('runs of a dataset');
  await visit.step('its history since it was first seen', async () => {
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('tabpanel').getByText('first seen').waitFor();
  });
  await visit.accessible('history');
  await visit.step('an owner can be added, is there after a reload, and can be taken away', async () => {
    await page.getByRole('button', { name: 'Add an owner' }).click();
    await page.getByRole('textbox', { name: 'Add an owner' }).fill('night shift');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove owner night shift' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Remove owner night shift' }).click();
    await page.getByRole('button', { name: 'Remove owner night shift' }).waitFor({ state: 'detached' });
  });
  await visit.step('a table that nobody knows is not an error', async () => {
    await page.goto(`${base}/dataset?namespace=${encodeURIComponent(WAREHOUSE)}&name=no.such.table`);
    await page.getByText('No such dataset').waitFor();
  });
}

async function runs(visit, base) {
  const { page } = visit;
  await visit.step('the failed run is found and says why it failed', async () => {
    await page.goto(`${base}/runs?state=FAILED`);
    await page.getByRole('table', { name: 'Latest runs' }).getByRole('link').first().waitFor();
  });
  await visit.accessible('runs');
  await visit.step('a run shows its error, events and datasets', async () => {
    await page.getByRole('table', { name: 'Latest runs' }).getByRole('row').nth(1).getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: /Run of/ }).waitFor();
    await page.getByText('It failed').waitFor();
  });
  await visit.accessible('run');
  await visit.step('a job shows its runs', async () => {
    await page.getByRole('heading', { level: 1 }).getByRole('link').click();
    await page.waitForURL(/\/job\?/);
    await page.getByRole('table').getByRole('row').nth(1).waitFor();
  });
  await visit.accessible('job');
  await visit.step('rejected events are listed, or the page says that there are none', async () => {
    await page.goto(`${base}/events`);
    await page.getByRole('heading', { level: 1, name: 'Rejected events' }).waitFor();
    await page.getByText(/Every event that arrived|taken, with a fault|refused/).first().waitFor();
  });
  await visit.accessible('events');
}

async function keyboard(visit, base) {
  const { page } = visit;
  await visit.step('Ctrl-K, a few letters and Enter lead to a table', async () => {
    await page.goto(base);
    await page.getByRole('heading', { name: 'What are you looking for?' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Dataset, column, job or page…').waitFor();
    await page.keyboard.type('dim_customers');
    await page.getByRole('dialog').getByText('dim_customers').first().waitFor();
  });
  await visit.accessible('palette');
  await visit.step('Enter opens what is marked', async () => {
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /dim_customers/ }).waitFor();
  });
  await visit.step('? lists the keys, and g then h goes home', async () => {
    await page.goto(`${base}/runs`);
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.getByRole('heading', { name: 'What are you looking for?' }).waitFor();
  });
  await visit.step('dark colours are chosen with one button and stay after a reload', async () => {
    await page.getByRole('button', { name: 'Use dark colours' }).click();
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
    await page.reload();
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
  });
}

async function explorer(visit, base) {
  const { page } = visit;
  await visit.step('the API explorer asks the server, with nothing from elsewhere', async () => {
    await page.goto(`${base}/graphql/ide?query=${encodeURIComponent('{ estate { datasets } }')}`);
    await page.locator('.view-line', { hasText: 'estate' }).first().waitFor();
    const answered = () => /"datasets":\s*[5-9]\d/.test(document.querySelector('.graphiql-response')?.textContent ?? '');
    // The editor listens a moment after it is drawn; who sees nothing happen presses again.
    for (let tries = 0; tries < 30 && !(await page.evaluate(answered)); tries++) {
      await page.getByRole('button', { name: /Execute query/i }).click();
      await page.waitForFunction(answered, undefined, { timeout: 2_000 }).catch(() => {});
    }
    assert.ok(await page.evaluate(answered), 'the explorer shows no answer');
  });
}

async function main() {
  const server = options.url ? { base: options.url, stop: () => {} } : await startServer(options.binary);
  const { page, complaints, close } = await openBrowser(options.chromium, server.base);
  try {
    if (options.screenshot) {
      await showLineage(page, server.base);
      await page.screenshot({ path: options.screenshot });
      return 0;
    }
    const visit = new Visit(page, complaints, options.pictures);
    await home(visit, server.base);
    await search(visit);
    await dataset(visit, server.base);
    await followLineage(visit, server.base);
    await runs(visit, server.base);
    await explorer(visit, server.base);
    // Last, because it chooses dark colours for good.
    await keyboard(visit, server.base);
    return visit.report();
  } finally {
    await close();
    server.stop();
  }
}

process.exitCode = await main();
