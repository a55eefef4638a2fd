import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished, type TestContext } from 'vitest';

const PLACES = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
  (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, name)),
);
const program = PLACES.find((file) => existsSync(file));

/** Starts the browser of this machine, without a window; skips the test where there is none. */
export async function openBrowser(context: TestContext): Promise<Browser> {
  if (program === undefined) context.skip('needs chromium: node .ci/setup.mjs --tests installs it on Debian');
  // Its own sandbox does not start for root.
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  return browser;
}

/** What a page wrote to its console that should not be there: errors, and what the policy has refused. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // A face that is no longer in memory is asked for all the same.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  return faults;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is wrong with a page for people who use it without eyes, mouse or colours. @returns one line per serious fault */
export async function barriersOf(page: Page): Promise<string[]> {
  // As a script of the browser, so that the policy of the page stays as it is.
  const client = await page.context().newCDPSession(page);
  const run = (expression: string) =>
    client.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  await run(axe);
  const { result } = await run(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`);
  await client.detach();
  return result.value as string[];
}
