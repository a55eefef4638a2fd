import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/cli/freePort.js';
import { barriersOf, faultsOf, openBrowser } from '../helpers/browser.js';
import { spotter } from '../helpers/cli.js';
import { daemon, eventually } from '../helpers/daemon.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { demoClip, demoGallery } from '../helpers/paths.js';
import { x264 } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Run in the browser: whether the first canvas has a picture, and how much wider than the screen the page is, px. */
const HAS_PICTURE = `(() => {
  const canvas = document.querySelector('canvas');
  return canvas?.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3] === 255;
})()`;
const OVERFLOW = 'document.documentElement.scrollWidth - innerWidth';
/** How much taller than the window the page is, px. */
const EXCESS = 'document.documentElement.scrollHeight - innerHeight';
/** What is wider or higher than what it is in, where that is not meant to be scrolled or cut. */
const CUT_OFF = `[document.documentElement, ...document.querySelectorAll('dialog, .tile')].filter((box) =>
  box.scrollWidth > box.clientWidth || (box.matches('.tile') && box.scrollHeight > box.clientHeight)
).map(({ className, tagName }) => tagName + ' ' + className)`;
/** Tables that have to be scrolled sideways. */
const WIDE_TABLES = `[...document.querySelectorAll('table')].filter((table) => {
  const { width } = table.parentElement.getBoundingClientRect();
  return table.getBoundingClientRect().width > width;
}).map(({ textContent }) => textContent.slice(0, 80))`;

interface Seen {
  seq: number;
  kind: string;
  track: string | null;
  person: string | null;
}

/** A home with the people of the demo, and the part of its clip in which both faces are there as the only camera, again and again. */
async function home(): Promise<{ config: string; address: string }> {
  const folder = temporaryFolder();
  const port = await freePort('127.0.0.1', 8600);
  cpSync(demoGallery, path.join(folder, 'gallery'), { recursive: true });
  mkdirSync(path.join(folder, 'data'));
  const url = path.join(folder, 'both.mp4');
  ffmpeg('-ss', '15.5', '-t', '8', '-i', demoClip, '-an', '-r', '5', ...x264, url);
  const config = path.join(folder, 'config.yaml');
  const cameras = [{ id: 'door', name: 'Front door', url, realtime: true, loop: true }];
  writeFileSync(config, stringify({ cameras, http: { port }, visits: { enabled: true } }));
  return { config, address: `http://127.0.0.1:${port}` };
}

async function eventsOf(address: string): Promise<Seen[]> {
  const response = await fetch(`${address}/api/v1/events?limit=500`);
  return ((await response.json()) as { events: Seen[] }).events;
}

describe('the page', () => {
  it('shows events as they happen, names an unknown face in two clicks, and loses nothing when the daemon is killed', async (context) => {
    const browser = await openBrowser(context);
    const { config, address } = await home();
    const first = await daemon(config);
    const page = await browser.newPage();
    const faults = faultsOf(page);
    await page.goto(`${address}/`);
    await page.getByRole('link', { name: 'grace-hopper' }).first().waitFor();
    // The picture with the faces in it.
    await eventually(() => page.evaluate(HAS_PICTURE), Boolean);

    await page.getByRole('button', { name: 'Who is this?' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Eileen');
    await page.getByRole('button', { name: 'New person: Eileen' }).click();
    await page.getByRole('link', { name: 'Eileen' }).first().waitFor();
    const named = await eventually(
      () => eventsOf(address),
      (events) => events.some(({ kind, person }) => kind === 'match' && person === 'Eileen'),
    );
    expect(named.filter(({ person }) => person === 'Eileen')).not.toEqual([]);

    await page.evaluate('document.body.dataset.kept = "yes"');
    first.child.kill('SIGKILL');
    await page.getByText(/^Offline since/).waitFor();
    for (const view of ['History', 'Live']) {
      await page.getByRole('link', { name: view }).click();
      expect(await page.evaluate(EXCESS), view).toBeLessThanOrEqual(0);
    }
    await daemon(config);
    await page.getByText(/^Offline since/).waitFor({ state: 'detached' });
    const before = named[0].seq;
    await page.locator('.sighting').first().waitFor();
    await eventually(
      () => eventsOf(address),
      (events) => events.some(({ seq, kind }) => kind === 'match' && seq > before),
    );
    const shown = () =>
      page.locator('.sighting').evaluateAll((all) => all.map((one) => one.getAttribute('data-track')));
    // Sightings are in the order of their first events, newest first.
    const stored = async () => {
      const oldestFirst = (await eventsOf(address)).map(({ track }) => track).reverse();
      return [...new Set(oldestFirst.filter(Boolean))].reverse();
    };
    await eventually(
      async () => ({ shown: await shown(), stored: await stored() }),
      (both) => both.shown.toString() === both.stored.toString(),
    );
    expect(await page.evaluate('document.body.dataset.kept')).toBe('yes');
    expect(faults.filter((fault) => !fault.includes('WebSocket'))).toEqual([]);
  });

  it('shows nothing of a forgotten person in any tab', async (context) => {
    const browser = await openBrowser(context);
    const { config, address } = await home();
    await daemon(config);
    const tabs = await Promise.all(
      ['/', '/history', '/people', '/people/grace-hopper'].map(async (view) => {
        const page = await browser.newPage();
        await page.goto(`${address}/#${view}`);
        await page.getByText('grace-hopper').filter({ visible: true }).first().waitFor();
        return page;
      }),
    );
    const forgotten = await spotter(['forget', 'grace-hopper', '-c', config]);
    expect(forgotten.code).toBe(0);
    for (const page of tabs) await page.getByText('grace-hopper').first().waitFor({ state: 'detached' });
  });

  it('has room for many cameras and for long names', async (context) => {
    const browser = await openBrowser(context);
    const { config, address } = await home();
    await daemon(config);
    const events = await eventually(
      () => eventsOf(address),
      (found) => found.some(({ kind }) => kind === 'match'),
    );
    const match = events.find(({ kind }) => kind === 'match');
    const long = 'W'.repeat(64);
    const page = await browser.newPage({ viewport: { width: 1280, height: 700 } });
    /** Changes what the daemon answers. */
    const change = (path: string, alter: (answer: string) => object) =>
      page.route(`**/api/v1/${path}`, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: alter(await answer.text()) });
      });
    const named = (text: string) => JSON.parse(text.replaceAll('grace-hopper', long));
    await change('events*', named);
    await change('events/*', named);
    await change('people*', named);
    await change('cameras', (text) => {
      const [camera] = JSON.parse(text).cameras;
      return {
        cameras: Array.from({ length: 12 }, (_, index) => ({
          ...camera,
          id: `${camera.id}-${index}`,
          name: long,
        })),
      };
    });
    for (const [view, content] of [
      ['/', '.tile'],
      ['/history', '.event-row'],
      [`/history/${match?.seq}`, '.around li'],
      ['/people', '.card'],
    ]) {
      await page.goto(`${address}/#${view}`);
      await page.reload();
      await page.locator(content).first().waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 700 });
        expect(await page.evaluate(CUT_OFF), `${view}, ${width} px`).toEqual([]);
      }
    }
  });

  it('can be used without eyes, mouse or colours on every view, light and dark, wide and narrow', async (context) => {
    const browser = await openBrowser(context);
    const { config, address } = await home();
    await daemon(config);
    await eventually(
      () => eventsOf(address),
      (events) => events.some(({ kind }) => kind === 'match'),
    );
    const seq = (await eventsOf(address)).find(({ kind }) => kind === 'match')?.seq;
    const views = {
      '/': '.sighting',
      '/history': '.event-row',
      [`/history/${seq}`]: '.checks',
      '/people': '.card',
      '/people/grace-hopper': '.photo',
      '/health': '.health .facts',
    };
    const page = await browser.newPage({ reducedMotion: 'reduce' });
    const faults = faultsOf(page);
    for (const [view, content] of Object.entries(views)) {
      await page.goto(`${address}/#${view}`);
      await page.locator(content).first().waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1280, 390]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 844 });
          expect(await barriersOf(page), `${view}, ${colorScheme}, ${width} px`).toEqual([]);
          expect(await page.evaluate(OVERFLOW), `${view}, ${width} px`).toBeLessThanOrEqual(0);
          expect(await page.evaluate(WIDE_TABLES), `${view}, ${width} px`).toEqual([]);
        }
      }
    }
    expect(faults).toEqual([]);
  });
});
