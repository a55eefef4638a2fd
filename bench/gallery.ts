import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { packageRoot } from '../src/core/package.js';
import { DEMO_CLIP, ended, familyOf, metricsOf, pause, startDaemon, sum, writeConfig } from './daemon.js';
import { type Spread, spreadOf } from './statistics.js';

/** A gallery measurement to run. */
export interface GalleryOptions {
  /** Photos in the gallery. */
  photos: number;
  /** Photos to add and remove again, one after the other. */
  rounds: number;
  signal: AbortSignal;
  onProgress: (done: number, total: number, text: string) => void;
}

/** The effect of photos that are added to and removed from the gallery of a running daemon. */
export interface GalleryResult {
  photos: number;
  /** From a photo appearing in, or vanishing from, the folder to the log line of the new gallery in use, ms. */
  addedMs: Spread;
  removedMs: Spread;
  /** Live frames over equal times without and with changes. */
  quiet: { dropped: number; processed: number };
  busy: { dropped: number; processed: number };
  /** Resident memory of both processes before and after, MB. */
  memoryMb: [before: number, after: number];
}

const PORTRAIT = path.join(packageRoot, 'assets/demo/grace-hopper.jpg');
/** Gives every photo another crop and brightness. */
const VARIATION = 'crop=iw-40:ih-40:mod(n\\,40):mod(floor(n/40)\\,40),eq=brightness=0.08*sin(n):eval=frame';
const PHOTOS_PER_PERSON = 10;
const LIVE = 'live';
const CAMERAS = [
  { id: LIVE, url: 'test:1280x720', fps: 10, motion: { enabled: false } },
  { id: 'door', url: DEMO_CLIP, loop: true, realtime: true },
];

/**
 * Runs a daemon with two cameras and a large gallery, and adds and removes one photo after another. The gallery and its
 * embeddings are made once and kept in the temporary folder of the system.
 */
export async function measureGallery(options: GalleryOptions): Promise<GalleryResult> {
  const { photos, rounds, signal, onProgress } = options;
  const home = path.join(tmpdir(), `spotter-bench-gallery-${photos}`);
  const gallery = path.join(home, 'gallery');
  onProgress(0, rounds, 'making the gallery');
  makePhotos(gallery, photos);
  const spare = mkdtempSync(path.join(home, 'spare-'));
  paint(spare, rounds, photos);
  const { daemon, address } = await startDaemon(writeConfig(home, CAMERAS, gallery));
  if (!daemon.stderr) throw new Error('the daemon has no log');
  const lines = new LogLines(daemon.stderr);
  const memory = () =>
    familyOf(daemon.pid ?? 0).reduce((all, { name, mb }) => all + (name === 'node' ? mb : 0), 0);
  const addedMs: number[] = [];
  const removedMs: number[] = [];
  try {
    await pause(5000, signal);
    const memoryBefore = memory();
    const busyStart = performance.now();
    const busy = await counted(address, async () => {
      for (const [round, name] of readdirSync(spare).entries()) {
        if (signal.aborted) break;
        onProgress(round, rounds, 'adding and removing');
        const target = path.join(gallery, `new-${round}.jpg`);
        addedMs.push(await lines.after('"photosAdded"', () => renameSync(path.join(spare, name), target)));
        removedMs.push(await lines.after('"photosRemoved"', () => rmSync(target)));
      }
    });
    const seconds = performance.now() - busyStart;
    const memoryAfter = memory();
    onProgress(rounds, rounds, 'the same time without changes');
    const quiet = await counted(address, () => pause(seconds, signal));
    return {
      photos,
      addedMs: spreadOf(addedMs),
      removedMs: spreadOf(removedMs),
      quiet,
      busy,
      memoryMb: [memoryBefore, memoryAfter],
    };
  } finally {
    await ended(daemon);
    rmSync(spare, { recursive: true, force: true });
    for (const name of readdirSync(gallery)) if (name.startsWith('new-')) rmSync(path.join(gallery, name));
  }
}

function makePhotos(gallery: string, photos: number): void {
  if (existsSync(gallery)) return;
  const making = `${gallery}-making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  paint(making, photos, 0);
  for (const [index, name] of readdirSync(making).entries()) {
    const person = path.join(making, `person ${Math.floor(index / PHOTOS_PER_PERSON)}`);
    mkdirSync(person, { recursive: true });
    renameSync(path.join(making, name), path.join(person, name));
  }
  renameSync(making, gallery);
}

function paint(folder: string, count: number, from: number): void {
  const numbered = VARIATION.replaceAll('(n', `((n+${from})`);
  execFileSync(
    'ffmpeg',
    [
      '-loglevel',
      'error',
      '-loop',
      '1',
      '-i',
      PORTRAIT,
      '-vf',
      numbered,
      '-frames:v',
      String(count),
      path.join(folder, '%05d.jpg'),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

/** Counts the live frames that are dropped and processed during a task. */
async function counted(
  address: string,
  during: () => Promise<void>,
): Promise<{ dropped: number; processed: number }> {
  const count = async () => {
    const metrics = await metricsOf(address);
    const of = (outcome: string) =>
      sum(metrics, 'spotter_frames_total', `camera="${LIVE}",outcome="${outcome}"`);
    return { dropped: of('dropped'), processed: of('processed') };
  };
  const before = await count();
  await during();
  const after = await count();
  return { dropped: after.dropped - before.dropped, processed: after.processed - before.processed };
}

/** The log of the daemon, line by line. */
class LogLines {
  #waiting: { text: string; resolve: () => void } | undefined;

  constructor(log: Readable) {
    createInterface({ input: log }).on('line', (line) => {
      if (this.#waiting && line.includes(this.#waiting.text)) this.#waiting.resolve();
    });
  }

  /** Calls `act` and waits for a line that contains `text`. @returns the time between, ms */
  async after(text: string, act: () => void): Promise<number> {
    const logged = new Promise<void>((resolve) => {
      this.#waiting = { text, resolve };
    });
    const start = performance.now();
    act();
    await logged;
    return performance.now() - start;
  }
}
