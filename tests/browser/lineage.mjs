// The lineage page, as an analyst uses it.

import assert from 'node:assert/strict';

const WAREHOUSE = 'snowflake://mosskettle-eu1';
const TABLE = 'analytics.marts.daily_revenue';

/** The dataset's page, then its lineage. */
async function openLineage(page, base, table = TABLE) {
  await page.goto(`${base}/dataset?namespace=${encodeURIComponent(WAREHOUSE)}&name=${table}`);
  await page.locator('main').getByRole('link', { name: 'Lineage', exact: true }).click();
  await page.waitForURL(/\/lineage\?/);
  await settled(page);
}

/** The picture is drawn and nothing moves. Seen from afar, boxes are painted and their elements hidden. */
async function settled(page) {
  await page.locator('[data-box]').first().waitFor({ state: 'attached' });
  let before = '';
  for (let same = 0; same < 3; ) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const places = await page.locator('[data-box]').evaluateAll((all) => all.map((b) => `${b.dataset.box} ${b.style.transform}`).join());
    same = places === before ? same + 1 : 0;
    before = places;
  }
}

/** Moves the mouse down the middle of a gap between boxes until it is over a link, and clicks it. */
async function clickLink(page) {
  const boxes = await page.locator('[data-box]').evaluateAll((all) => all.map((b) => b.getBoundingClientRect().toJSON()));
  const focus = boxes.reduce((one, other) => (other.height > one.height ? other : one));
  const left = boxes.filter((b) => b.right < focus.left);
  assert.ok(left.length > 0, 'no box stands left of the focus');
  const x = (Math.max(...left.map((b) => b.right)) + focus.left) / 2;
  const graph = await page.getByRole('application').boundingBox();
  for (let y = graph.y + 4; y < graph.y + graph.height - 4; y += 4) {
    await page.mouse.move(x, y);
    const over = await page.evaluate(([px, py]) => getComputedStyle(document.elementFromPoint(px, py)).cursor, [x, y]);
    if (over === 'pointer') return page.mouse.click(x, y);
  }
  assert.fail('no link lies between the focus and what is left of it');
}

const details = (page) => page.getByRole('complementary', { name: 'Details' });
const columnOf = (page, name) => page.locator('[data-column]').filter({ hasText: new RegExp(`^${name}(PII)?[a-z(]`, 'i') });

/** The picture of the README: a table of the shop with a traced column. */
export async function showLineage(page, base) {
  // Wide enough for the columns to be read when everything is in sight.
  await page.setViewportSize({ width: 1920, height: 800 });
  await openLineage(page, base);
  await columnOf(page, 'revenue').first().click();
  await page.getByRole('button', { name: /Show only this trace/ }).click();
  await page.locator('[data-box]', { hasText: 'order_lines' }).first().waitFor({ state: 'attached' });
  await settled(page);
  await page.getByRole('button', { name: 'Show everything' }).click();
  await page.mouse.move(0, 0);
  await settled(page);
}

export async function followLineage(visit, base) {
  const { page } = visit;
  await visit.step('lineage shows the table with its columns and what it is made from', async () => {
    await openLineage(page, base);
    await page.getByRole('heading', { level: 1, name: /around daily_revenue/ }).waitFor();
    await page.locator('[data-box]', { hasText: 'fct_orders' }).first().waitFor();
    assert.ok((await page.locator('[data-column]').count()) >= 7, 'the columns of the table are not shown');
  });
  await visit.accessible('lineage');
  await visit.step('a click on a link shows the SQL that made it, and who', async () => {
    await clickLink(page);
    await details(page).getByRole('heading', { name: 'How it is made' }).waitFor();
    await details(page).getByRole('region', { name: 'Query of this link' }).getByText('sum').first().waitFor();
    assert.match(page.url(), /edge=/);
  });
  await visit.accessible('a link and its SQL');
  await visit.step('a click on a column traces it', async () => {
    await page.goto(page.url().replace(/[?&]edge=[^&]*/, ''));
    await settled(page);
    await columnOf(page, 'revenue').first().click();
    await page.getByRole('table', { name: 'Columns of the trace' }).waitFor();
    const text = await details(page).innerText();
    assert.match(text, /net_value/);
    assert.match(page.url(), /column=/);
  });
  let trace = '';
  await visit.step('only the columns of the trace, all the way up', async () => {
    await page.getByRole('button', { name: /Show only this trace/ }).click();
    await settled(page);
    trace = await details(page).locator('.sidefacts').innerText();
    assert.match(trace, /upstream/);
    await page.locator('[data-box]', { hasText: 'order_lines' }).first().waitFor();
  });
  await visit.accessible('trace');
  await visit.step('the address is the view: opened again it shows the same trace', async () => {
    await page.goto(page.url());
    await settled(page);
    await details(page).locator('.sidefacts').waitFor();
    assert.equal(await details(page).locator('.sidefacts').innerText(), trace);
  });
  await visit.step('the list has the same tables, and a CSV of them', async () => {
    await openLineage(page, base);
    await page.getByText('List', { exact: true }).click();
    await page.getByRole('table', { name: 'Lineage as a list' }).getByRole('row', { name: /fct_orders/ }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
    assert.equal(download.suggestedFilename(), 'lineage.csv');
  });
  await visit.accessible('lineage as a list');
  await visit.step('the graph is walked by keyboard: along a link, into the columns, to a trace', async () => {
    await openLineage(page, base);
    await page.locator('[data-box] .boxtitle[tabindex="0"]').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('status').filter({ hasText: /fct_orders/ }).waitFor({ state: 'attached' });
    assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /fct_orders/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('status').filter({ hasText: /Column day/ }).waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Columns of the trace' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('table', { name: 'Columns of the trace' }).waitFor({ state: 'detached' });
  });
  await visit.step('more steps show more', async () => {
    await openLineage(page, base);
    await page.getByRole('textbox', { name: 'Upstream steps' }).fill('3');
    // Boxes out of sight are no elements, but the graph says how many there are.
    await page.getByRole('application', { name: /Lineage graph: ([5-9]|\d\d) tables shown/ }).waitFor();
    assert.match(page.url(), /up=3/);
  });
}
