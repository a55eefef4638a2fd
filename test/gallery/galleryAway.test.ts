import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFile, EmbeddingCache } from '../../src/gallery/cache.js';
import type { GalleryOptions } from '../../src/gallery/gallery.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { collins, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const DAY_MS = 24 * 60 * 60_000;
const AT_ONCE = { writeSettled: { quietMs: 0, brokenMs: 0 } };

/** A gallery of two people, and how to read it anew as the next daemon would. */
async function home() {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(path.join(folder, 'grace'), { recursive: true });
  copyFileSync(hopper, path.join(folder, 'grace/a.jpg'));
  copyFileSync(collins, path.join(folder, 'eileen.png'));
  const engine = await startPool();
  const data = path.join(path.dirname(folder), 'data');
  let embedded = 0;
  const faceEngine = {
    detect: engine.pool.detect.bind(engine.pool),
    look: (task: Parameters<typeof engine.pool.look>[0]) => {
      embedded++;
      return engine.pool.look(task);
    },
  };
  const read = async (options: Partial<GalleryOptions> = {}) => {
    embedded = 0;
    const gallery = galleryOver(folder, engine, { ...AT_ONCE, faceEngine, ...options });
    await gallery.start();
    return { gallery, embedded, people: gallery.snapshot.people };
  };
  const cacheBytes = () => statSync(path.join(data, readdirSync(data)[0])).size;
  return { folder, data, read, cacheBytes };
}

describe('Gallery whose folder is away at the start', () => {
  it('keeps the cache of an empty folder, so that everybody is known as soon as the photos are there', async () => {
    const { folder, read, cacheBytes } = await home();
    expect((await read()).embedded).toBe(2);
    const full = cacheBytes();
    renameSync(folder, `${folder}-share`);
    mkdirSync(folder);
    const { gallery, people } = await read({ whenAway: 'cache' });
    expect(people).toEqual([]);
    await gallery.refresh();
    await gallery.stop();
    expect(cacheBytes()).toBe(full);
    rmSync(folder, { recursive: true });
    renameSync(`${folder}-share`, folder);
    expect(await read()).toMatchObject({ embedded: 0, people: ['eileen', 'grace'] });
  });

  it('starts a daemon from the cache, with the settings of people, and goes on once the folder is back', async () => {
    const { folder, read } = await home();
    writeFileSync(path.join(folder, 'grace/person.yaml'), 'threshold: 0.6');
    writeFileSync(path.join(folder, 'eileen.yaml'), 'validUntil: 2026-05-01');
    const now = () => new Date(2026, 3, 1);
    await read({ now });
    renameSync(folder, `${folder}-share`);
    const later = { now: () => new Date(2026, 4, 2) };
    await expect(read(later)).rejects.toThrow(/does not exist/);
    const { gallery, people } = await read({ ...later, whenAway: 'cache' });
    expect(people).toEqual(['grace']);
    expect(gallery.expired).toEqual(['eileen']);
    expect(gallery.settings.get('grace')?.threshold).toBe(0.6);
    expect(gallery.away).toMatch(/does not exist/);
    renameSync(`${folder}-share`, folder);
    expect(await gallery.refresh()).toMatchObject({ awayChanged: true, change: null });
    expect(gallery.away).toBe(null);
    expect(gallery.snapshot.people).toEqual(['grace']);
  });

  it('starts from the cache with an empty folder that was a mount point', async () => {
    const { folder, data, read } = await home();
    await read();
    const cache = new EmbeddingCache(cacheFile(data, folder));
    await cache.read();
    cache.noteFolder({ settings: new Map(), isMount: true });
    await cache.write();
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const { gallery, people } = await read({ whenAway: 'cache' });
    expect(people).toEqual(['eileen', 'grace']);
    expect(gallery.away).toMatch(/is no longer mounted; mount it again/);
    await gallery.refresh();
    expect(gallery.snapshot.people).toEqual(['eileen', 'grace']);
  });

  it('knows nobody from the cache who was removed, and nobody who was forgotten', async () => {
    const { folder, data, read } = await home();
    writeFileSync(path.join(folder, 'eileen.yaml'), 'note: pilot');
    const first = await read();
    rmSync(path.join(folder, 'grace'), { recursive: true });
    await first.gallery.refresh();
    expect(first.gallery.snapshot.people).toEqual(['eileen']);
    await first.gallery.stop();
    rmSync(folder, { recursive: true });
    const second = await read({ whenAway: 'cache' });
    expect(second.people).toEqual(['eileen']);
    expect(await second.gallery.forget('grace')).toMatchObject({ cached: 1 });
    expect(await second.gallery.forget('eileen')).toMatchObject({ cached: 1 });
    const cache = new EmbeddingCache(cacheFile(data, folder));
    await cache.read();
    expect(cache.folder?.settings.size).toBe(0);
    await expect(read({ whenAway: 'cache' })).rejects.toThrow(/does not exist/);
  });
});

describe('EmbeddingCache', () => {
  it('remembers a missing photo for a week, and drops it then', async () => {
    const { folder, read, cacheBytes } = await home();
    let nowMs = Date.now();
    const now = () => new Date(nowMs);
    await read({ now });
    const photo = path.join(folder, 'eileen.png');
    const full = cacheBytes();
    rmSync(photo);
    await read({ now });
    nowMs += 6 * DAY_MS;
    copyFileSync(collins, photo);
    expect(await read({ now })).toMatchObject({ embedded: 0, people: ['eileen', 'grace'] });
    rmSync(photo);
    await read({ now });
    expect(cacheBytes()).toBeGreaterThan(full * 0.9);
    nowMs += 8 * DAY_MS;
    expect(await read({ now })).toMatchObject({ people: ['grace'] });
    expect(cacheBytes()).toBeLessThan(full * 0.7);
    copyFileSync(collins, photo);
    expect((await read({ now })).embedded).toBe(1);
  });
});
