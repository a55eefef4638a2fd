// Measures the page in a real browser: first paint, the time from the publication of an event to its appearance, and frames while 10,000
// events are scrolled. Usage: npm run page:figures (needs chromium and a build)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

const { EventFeed } = await import('../build/src/events/feed.js');
const { EventLog } = await import('../build/src/events/log/eventLog.js');
const { storyDraft } = await import('../build/bench/logServer.js');

const ROWS = 10_000;
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** A home with the demo's clip as its camera, and many past events. */
async function home() {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-figures-'));
  cpSync('assets/demo/gallery', path.join(folder, 'gallery'), { recursive: true });
  const url = path.resolve('assets/demo/clip.mp4');
  const cameras = `cameras:\n  - { id: door, url: ${url}, realtime: true, loop: true }\n`;
  writeFileSync(path.join(folder, 'config.yaml'), `${cameras}http: { port: 0 }\n`);
  const log = new EventLog({
    folder: path.join(folder, 'data'),
    retention: () => ({ keepDays: 3650, maxMb: 1024 }),
    explain: () => false,
    onReplaced: () => {},
    onRemoved: () => {},
    onFault: () => {},
  });
  await log.start();
  const feed = new EventFeed(log);
  const start = Date.now() - ROWS * 4000;
  // A quarter of the story are `appeared`, which the list leaves out.
  for (let n = 0; n < ROWS * 1.4; n++) {
    feed.publish(storyDraft(n, start + n * 2000));
    if (n % 500 === 0) while (feed.waiting > 0) feed.flush();
  }
  while (feed.waiting > 0) feed.flush();
  feed.stop();
  await log.stop();
  return folder;
}

const folder = await home();
const daemon = spawn(process.execPath, ['dist/src/main.js', 'run', '--dir', folder], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
let address;
for await (const line of createInterface({ input: daemon.stderr })) {
  [, address] = /metrics (http:\/\/[^/]+)\/metrics/.exec(line) ?? [];
  if (address) break;
}
daemon.stderr.resume();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
const spread = (values) => {
  const sorted = values.toSorted((a, b) => a - b).map(Math.round);
  return `median ${sorted[sorted.length >> 1]} ms, 99th percentile ${sorted[Math.floor(sorted.length * 0.99)]} ms, worst ${sorted.at(-1)} ms (${sorted.length})`;
};
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${address}/`);
  await page.locator('.sighting').first().waitFor();
  const [paint] = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint'));
  console.log(`first paint: ${Math.round(paint.startTime)} ms`);

  await page.evaluate(() => {
    globalThis.shown = new Map();
    const look = () => {
      for (const { dataset } of document.querySelectorAll('.sighting'))
        if (!globalThis.shown.has(dataset.seq)) globalThis.shown.set(dataset.seq, Date.now());
    };
    look();
    globalThis.before = globalThis.shown.size;
    // After the next frame it is on the screen.
    const later = () => requestAnimationFrame(() => setTimeout(look));
    const watched = { subtree: true, childList: true, attributes: true, attributeFilter: ['data-seq'] };
    new MutationObserver(later).observe(document.body, watched);
  });
  await page.waitForTimeout(52_000);
  const shown = await page.evaluate(() => [...globalThis.shown].slice(globalThis.before));
  const delays = await Promise.all(
    shown.map(async ([seq, at]) => {
      const { publishedAt } = await (await fetch(`${address}/api/v1/events/${seq}`)).json();
      return at - Date.parse(publishedAt);
    }),
  );
  console.log(`from the publication of an event to the screen: ${spread(delays)}`);

  await page.goto(`${address}/#/history`);
  await page.locator('.event-row').first().waitFor();
  const rows = () => page.evaluate(() => document.querySelector('.long-list ol').clientHeight / 56);
  while ((await rows()) < ROWS) {
    await page.evaluate(() => {
      const list = document.querySelector('.long-list');
      list.scrollTop = list.scrollHeight;
    });
    await page.waitForTimeout(50);
  }
  for (const step of [300, 1500]) {
    const frames = await page.evaluate(
      (px) =>
        new Promise((resolve) => {
          const list = document.querySelector('.long-list');
          list.scrollTop = 0;
          const times = [];
          const scroll = (now) => {
            times.push(now);
            list.scrollTop += px;
            if (times.length < 360) requestAnimationFrame(scroll);
            else resolve(times.slice(1).map((time, i) => time - times[i]));
          };
          requestAnimationFrame(scroll);
        }),
      step,
    );
    const long = frames.filter((ms) => ms > 50).length;
    console.log(`scrolling ${ROWS} events by ${step} px per frame: ${spread(frames)}, ${long} over 50 ms`);
  }
} finally {
  await browser.close();
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
