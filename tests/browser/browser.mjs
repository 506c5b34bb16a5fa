// A real browser on a real server: starts both, keeps what went wrong, ends both.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// The packages of the pages, at the versions they pin.
const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Starts the server with the demo on a free port; gives its address and a way to end it. */
export async function startServer(binary) {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-browser-'));
  const log = join(folder, 'log');
  // Variables such as HEADWATER_LISTEN are settings of somebody else's server.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HEADWATER_')));
  const words = ['serve', '--demo', '--listen', '127.0.0.1:0', '--data', join(folder, 'data')];
  const child = spawn(binary, words, { env, stdio: ['ignore', 'pipe', openSync(log, 'w')] });
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const base = line.match(/http:\/\/[^\s,)]+/)?.[0];
    if (base) return { base: base.replace(/\/$/, ''), stop };
  }
  const said = readFileSync(log, 'utf8');
  stop();
  throw new Error(`the server ended before it was ready:\n${said}`);
}

/** One browser window, with everything it complains about. */
export async function openBrowser(executablePath, base) {
  const profile = mkdtempSync(join(tmpdir(), 'headwater-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(60_000);
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && /^(https?|wss?):/.test(url) && !url.startsWith(base.replace('http', 'ws')))
      complaints.push(`a request to another host: ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, complaints, close };
}

/** Runs named steps one after the other; a step that fails leaves a picture and does not stop the next. */
export class Visit {
  passed = 0;
  failures = [];

  constructor(page, complaints, pictures) {
    this.page = page;
    this.complaints = complaints;
    this.pictures = pictures;
    mkdirSync(pictures, { recursive: true });
  }

  async step(name, body) {
    const before = this.complaints.length;
    try {
      await body();
      const heard = this.complaints.slice(before);
      assert.deepEqual(heard, [], 'the browser complained');
      this.passed += 1;
      console.log(`ok      ${name}`);
    } catch (error) {
      const picture = join(this.pictures, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`);
      await this.page.screenshot({ path: picture }).catch(() => {});
      this.failures.push(name);
      console.log(`FAILED  ${name}\n        ${String(error.message ?? error).replaceAll('\n', '\n        ')}`);
      console.log(`        at ${this.page.url()}, picture ${picture}`);
    }
  }

  /** No violation of WCAG 2.2 AA or of best practice, in light and in dark colours. */
  async accessible(name) {
    for (const scheme of ['light', 'dark']) {
      await this.step(`axe: ${name}, ${scheme}`, async () => {
        await useScheme(this.page, scheme);
        assert.deepEqual(await violations(this.page), []);
      });
    }
    await useScheme(this.page, 'light');
  }

  report() {
    console.log(`\n${this.passed} passed, ${this.failures.length} failed`);
    return this.failures.length === 0 ? 0 : 1;
  }
}

/** Follows the system's colours, as a person who never chose does. */
async function useScheme(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor({ state: 'attached' });
  await page.evaluate(settled);
}

/** Waits until no colour is on its way to another: what is measured before has colours of neither scheme. */
async function settled() {
  const drawn = () => new Promise((resolve) => globalThis.requestAnimationFrame(resolve));
  const ends = (animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime);
  for (;;) {
    await drawn();
    await drawn();
    const moving = document.getAnimations().filter((animation) => animation.playState === 'running' && ends(animation));
    if (moving.length === 0) return;
    await Promise.allSettled(moving.map((animation) => animation.finished));
  }
}

async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), RULES);
  return found.violations.map((rule) => {
    const node = rule.nodes[0];
    const why = (node.any[0] ?? node.all[0] ?? node.none[0])?.message;
    return `${rule.impact} ${rule.id} ×${rule.nodes.length}: ${node.html.slice(0, 160)} | ${why}`;
  });
}
