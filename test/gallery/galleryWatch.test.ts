import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GalleryChange, Refreshed } from '../../src/gallery/change.js';
import { Gallery } from '../../src/gallery/gallery.js';
import { GalleryWatch, type GalleryWatchOptions } from '../../src/gallery/galleryWatch.js';
import { LENIENT_QUALITY } from '../helpers/camera.js';
import { until } from '../helpers/sinks.js';
import { temporaryFolder } from '../helpers/temporary.js';

const NOTHING: Refreshed = { change: null, awayChanged: false, folders: new Map(), againMs: null };
/** Longer than any test: only a sign, or the refresh itself, leads to another refresh. */
const NEVER_MS = 600_000;

function newFolder(): string {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(folder);
  return folder;
}

/** A started watch that ends with the test, and what it reports. */
function watched(options: Pick<GalleryWatchOptions, 'folder' | 'refresh'> & Partial<GalleryWatchOptions>) {
  const changes: (GalleryChange | null)[] = [];
  const warnings: string[] = [];
  const watch = new GalleryWatch({
    onChange: (change) => changes.push(change),
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  onTestFinished(() => watch.stop());
  watch.start();
  return { watch, changes, warnings };
}

/** A gallery that needs no networks: people with settings, nobody with a photo. */
async function settingsOnly(folder: string): Promise<Gallery> {
  const none = async () => Promise.reject(new Error('there is no photo to read'));
  const gallery = new Gallery({
    folder,
    cacheFolder: path.join(path.dirname(folder), 'data'),
    dimension: 8,
    faceEngine: { detect: none, look: none },
    limits: {
      quality: LENIENT_QUALITY,
      minDominance: 2,
      minSharpness: 0,
      detector: { reach: [16, 300], longestSide: 640 },
    },
    maxMegapixels: 100,
    modelKey: 'none',
    writeSettled: { quietMs: 0, brokenMs: 0 },
  });
  await gallery.start();
  return gallery;
}

describe('GalleryWatch', () => {
  it('refreshes everything at the start, then only where there was a sign', async () => {
    const folder = newFolder();
    const gallery = await settingsOnly(folder);
    const asked: (ReadonlySet<string> | null)[] = [];
    watched({
      folder,
      checkMs: NEVER_MS,
      refresh: (paths, signal) => {
        asked.push(paths);
        return gallery.refresh(paths, signal);
      },
    });
    // The second refresh is for what came before the watches were there.
    await until(() => asked.length === 2);
    expect(asked[0]).toBe(null);
    const file = path.join(folder, 'grace.yaml');
    writeFileSync(file, 'notify: false');
    await until(() => asked.some((paths) => paths?.has(file)));
    expect(asked.slice(1)).not.toContain(null);
  });

  it('reports a changed file in a folder that was not there before', async () => {
    const folder = newFolder();
    const gallery = await settingsOnly(folder);
    const { changes, warnings } = watched({ folder, refresh: gallery.refresh.bind(gallery), checkMs: 20 });
    mkdirSync(path.join(folder, 'grace'));
    writeFileSync(path.join(folder, 'grace/person.yaml'), 'threshold: 0.5');
    await until(() => changes.length > 0 && gallery.settings.get('grace')?.threshold === 0.5);
    expect(changes[0]).toMatchObject({ settings: ['grace'] });
    expect(warnings).toEqual([]);
  });

  it('reports a folder that goes away, and that it is back', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'grace.yaml'), 'notify: false');
    const gallery = await settingsOnly(folder);
    const { changes } = watched({ folder, refresh: gallery.refresh.bind(gallery), checkMs: 20 });
    renameSync(folder, `${folder}-1`);
    await until(() => changes.length === 1);
    expect(gallery.away).toMatch(/does not exist/);
    expect([...gallery.settings.keys()]).toEqual(['grace']);
    renameSync(`${folder}-1`, folder);
    await until(() => changes.length === 2);
    expect(gallery.away).toBe(null);
    expect(changes).toEqual([null, null]);
  });

  it('warns when a refresh fails, and tries again on the next sign', async () => {
    const folder = newFolder();
    let calls = 0;
    const { warnings } = watched({
      folder,
      checkMs: 20,
      refresh: async () => {
        if (calls++ === 0) throw new Error('the worker pool is broken');
        return NOTHING;
      },
    });
    await until(() => warnings.length === 1);
    expect(warnings[0]).toBe(
      'cannot refresh the gallery, keeping the people known so far: the worker pool is broken',
    );
    expect(calls).toBe(1);
    renameSync(folder, `${folder}-1`);
    mkdirSync(folder);
    await until(() => calls > 1);
    expect(warnings).toHaveLength(1);
  });

  it('refreshes again when a refresh asks for it', async () => {
    let calls = 0;
    watched({
      folder: newFolder(),
      checkMs: NEVER_MS,
      refresh: async () => ({ ...NOTHING, againMs: calls++ < 5 ? 0 : null }),
    });
    await until(() => calls === 6);
  });

  it('stops only when the refresh under way has ended, and reports nothing of it', async () => {
    let end = () => {};
    let aborted: AbortSignal | undefined;
    const change = { settings: ['grace'] } as GalleryChange;
    const { watch, changes } = watched({
      folder: newFolder(),
      refresh: (_, signal) => {
        aborted = signal;
        return new Promise((resolve) => {
          end = () => resolve({ ...NOTHING, change });
        });
      },
    });
    await until(() => aborted !== undefined);
    let isStopped = false;
    const stopping = watch.stop().then(() => {
      isStopped = true;
    });
    expect(aborted?.aborted).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    end();
    await stopping;
    expect(changes).toEqual([]);
  });
});
