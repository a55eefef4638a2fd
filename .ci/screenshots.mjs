// Takes the pictures of the page in docs/images anew: the demo's clip at two cameras, every view, light and dark.
// Usage: npm run screenshots (needs chromium and a build)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

const OUT = 'docs/images';
const VIEWS = {
  live: '/',
  history: '/history',
  people: '/people',
  person: '/people/grace-hopper',
  health: '/health',
};
const SIZE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** Until both cameras have shown everybody, and the charts have something to show, ms. */
const WARM_UP_MS = Number(process.env.WARM_UP_MS ?? 75_000);

/** A home with the people of the demo and two cameras. */
function home() {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-screenshots-'));
  cpSync('assets/demo/gallery', path.join(folder, 'gallery'), { recursive: true });
  writeFileSync(path.join(folder, 'gallery/grace-hopper/person.yaml'), 'displayName: Grace Hopper\n');
  const url = path.resolve('assets/demo/clip.mp4');
  const camera = (id, name) => `  - { id: ${id}, name: ${name}, url: ${url}, realtime: true, loop: true }\n`;
  const cameras = camera('front-door', 'Front door') + camera('yard', 'Yard');
  writeFileSync(
    path.join(folder, 'config.yaml'),
    `cameras:\n${cameras}http: { port: 0 }\nvisits: { enabled: true }\nsnapshots: { enabled: true }\n`,
  );
  return folder;
}

/** Starts the daemon. @returns it and its address */
async function start(folder) {
  const daemon = spawn(process.execPath, ['dist/src/main.js', 'run', '--dir', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface({ input: daemon.stderr })) {
    const [, address] = /metrics (http:\/\/[^/]+)\/metrics/.exec(line) ?? [];
    if (address) return { daemon, address };
  }
  throw new Error('spotter has not started; build it first: npm run build');
}

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const folder = home();
const { daemon, address } = await start(folder);
daemon.stderr.resume();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  mkdirSync(OUT, { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  const shoot = async (page, name) => {
    const picture = await page.screenshot();
    await sharp(picture)
      .webp({ quality: 86, effort: 6, smartSubsample: true })
      .toFile(`${OUT}/page-${name}.webp`);
  };
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ colorScheme, viewport: SIZE });
    for (const [name, view] of Object.entries(VIEWS)) {
      await page.goto(`${address}/#${view}`);
      await page.waitForTimeout(2500);
      await shoot(page, `${name}-${colorScheme}`);
    }
    await page.goto(`${address}/#/history`);
    await page.locator('.event-row.is-known a').first().click();
    await page.locator('.checks').waitFor();
    await page.waitForTimeout(800);
    await shoot(page, `event-${colorScheme}`);
    // As if somebody had to sign in.
    await page.route('**/api/v1/session', (route) =>
      route.fulfill({ json: { signIn: 'password', caller: null } }),
    );
    await page.goto(`${address}/`);
    await page.reload();
    await page.locator('.sign-in').waitFor();
    await shoot(page, `sign-in-${colorScheme}`);
    await page.close();
  }
  const phone = await browser.newPage({ colorScheme: 'dark', viewport: PHONE });
  await phone.goto(`${address}/`);
  await phone.waitForTimeout(2500);
  await shoot(phone, 'phone-dark');
} finally {
  await browser.close();
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
