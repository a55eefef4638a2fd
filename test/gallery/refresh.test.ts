import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GalleryChange, Refreshed } from '../../src/gallery/change.js';
import type { Gallery, GalleryOptions } from '../../src/gallery/gallery.js';
import { GalleryWatch } from '../../src/gallery/galleryWatch.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { collins, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const AT_ONCE = { writeSettled: { quietMs: 0, brokenMs: 0 } };

async function opened(options: Partial<GalleryOptions> = {}) {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(path.join(folder, 'grace'), { recursive: true });
  copyFileSync(hopper, path.join(folder, 'grace/a.jpg'));
  const gallery = galleryOver(folder, await startPool(), { ...AT_ONCE, ...options });
  await gallery.start();
  onTestFinished(() => gallery.stop());
  return { folder, gallery };
}

const people = ({ snapshot }: Gallery) => snapshot.people;

describe('Gallery.refresh', () => {
  it('keeps the same snapshot until people or photos to compare with change', async () => {
    const { folder, gallery } = await opened();
    const { snapshot } = gallery;
    expect((await gallery.refresh()).change).toBe(null);
    writeFileSync(path.join(folder, 'notes.txt'), 'x');
    writeFileSync(path.join(folder, 'broken.jpg'), 'x');
    const { change } = await gallery.refresh();
    expect(change).toMatchObject({ unusable: [{ name: 'broken.jpg', fault: 'unreadable' }] });
    expect(gallery.snapshot).toBe(snapshot);
    copyFileSync(collins, path.join(folder, 'eileen.png'));
    await gallery.refresh();
    expect(gallery.snapshot.matrix.version).not.toBe(snapshot.matrix.version);
    expect(people(gallery)).toEqual(['eileen', 'grace']);
    expect(snapshot.people).toEqual(['grace']);
  });

  it('keeps the people of a folder that cannot be read', async (context) => {
    if (process.getuid?.() === 0) context.skip('the superuser may read everything');
    const { folder, gallery } = await opened();
    chmodSync(path.join(folder, 'grace'), 0);
    onTestFinished(() => chmodSync(path.join(folder, 'grace'), 0o700));
    const { change } = await gallery.refresh();
    expect(change?.unusable).toMatchObject([{ name: 'grace/', fault: 'unreadable' }]);
    expect(people(gallery)).toEqual(['grace']);
  });

  it('keeps the people who are missing from a folder that was put back, for a while', async () => {
    const { folder, gallery } = await opened();
    rmSync(folder, { recursive: true });
    expect(await gallery.refresh()).toMatchObject({ awayChanged: true, change: null });
    expect(gallery.away).toMatch(/does not exist/);
    expect((await gallery.refresh()).awayChanged).toBe(false);
    mkdirSync(folder);
    copyFileSync(collins, path.join(folder, 'eileen.png'));
    const { awayChanged, againMs } = await gallery.refresh();
    expect(awayChanged).toBe(true);
    expect(people(gallery)).toEqual(['eileen', 'grace']);
    expect(againMs).toBeGreaterThan(0);
  });

  it('follows a link that points elsewhere, and a person that is renamed', async () => {
    const { folder, gallery } = await opened();
    const seen = new Set<string>();
    renameSync(path.join(folder, 'grace'), path.join(folder, 'admiral'));
    const { change } = await gallery.refresh(
      new Set([path.join(folder, 'grace'), path.join(folder, 'admiral')]),
    );
    expect(change?.people).toEqual({ added: ['admiral'], removed: ['grace'] });
    renameSync(folder, `${folder}-1`);
    mkdirSync(`${folder}-2`);
    copyFileSync(collins, path.join(`${folder}-2`, 'eileen.png'));
    symlinkSync(`${folder}-2`, folder);
    await gallery.refresh(seen);
    expect(people(gallery)).toContain('eileen');
  });

  it('starts with the people of the cache when the folder is away and another engine knew their settings', async () => {
    const engine = await startPool();
    const folder = path.join(temporaryFolder(), 'gallery');
    mkdirSync(folder);
    copyFileSync(hopper, path.join(folder, 'grace.jpg'));
    await galleryOver(folder, engine).start();
    rmSync(folder, { recursive: true });
    await expect(galleryOver(folder, engine).start()).rejects.toThrow(/does not exist/);
    const settings = { displayName: null, threshold: 0.6, notify: true, note: null, validUntil: null };
    const next = galleryOver(folder, engine, { known: { grace: settings } });
    await next.start();
    expect(people(next)).toEqual(['grace']);
    const nearest = {
      person: 0,
      similarity: 0.7,
      runnerUp: -1,
      runnerUpSimilarity: Number.NEGATIVE_INFINITY,
    };
    expect(next.snapshot.toMatch(nearest)?.threshold).toBe(0.6);
  });

  it('keeps the last valid settings of a person whose file is faulty', async () => {
    const { folder, gallery } = await opened();
    const file = path.join(folder, 'grace/person.yaml');
    writeFileSync(file, 'threshold: 0.5');
    expect((await gallery.refresh()).change?.settings).toEqual(['grace']);
    writeFileSync(file, 'threshold: 5');
    const { change } = await gallery.refresh();
    expect(change).toMatchObject({ settings: [], faults: [expect.stringContaining('at most 1')] });
    expect(gallery.settings.get('grace')?.threshold).toBe(0.5);
    writeFileSync(path.join(folder, 'grace.yaml'), 'threshold: 0.4');
    expect((await gallery.refresh()).change?.faults).toEqual([
      'grace.yaml: is not read, because grace/person.yaml is there; keep one',
    ]);
    rmSync(file);
    await gallery.refresh();
    expect(gallery.settings.get('grace')?.threshold).toBe(0.4);
    expect(gallery.faults).toEqual([]);
  });
});

describe('GalleryWatch over a Gallery', () => {
  it('removes a person whose last day is over, and reports it once', async () => {
    let today = new Date(2026, 4, 1, 23, 59);
    const now = () => today;
    const { folder, gallery } = await opened({ now });
    writeFileSync(path.join(folder, 'grace/person.yaml'), 'validUntil: 2026-05-01');
    await gallery.refresh();
    expect(people(gallery)).toEqual(['grace']);
    const changes: (GalleryChange | null)[] = [];
    let looks = 0;
    await new Promise<void>((resolve) => {
      const refresh = async (...args: Parameters<Gallery['refresh']>): Promise<Refreshed> => {
        looks++;
        return gallery.refresh(...args);
      };
      const watch = new GalleryWatch({
        folder,
        refresh,
        now,
        checkMs: 20,
        onWarning: () => {},
        onChange: (change) => {
          changes.push(change);
          resolve();
        },
      });
      onTestFinished(() => watch.stop());
      watch.start();
      today = new Date(2026, 4, 2, 0, 0);
    });
    expect(changes).toMatchObject([{ expired: ['grace'], people: { removed: ['grace'] } }]);
    expect(people(gallery)).toEqual([]);
    expect(looks).toBeGreaterThan(0);
    today = new Date(2026, 4, 3);
    expect((await gallery.refresh()).change).toBe(null);
  });
});

describe('Gallery.forget', () => {
  it('lets a person go at once, in memory and in the cache, and reads what is there all the same', async () => {
    const { folder, gallery } = await opened();
    copyFileSync(collins, path.join(folder, 'eileen.png'));
    await gallery.refresh();
    rmSync(path.join(folder, 'grace'), { recursive: true });
    const { change, cached } = await gallery.forget('grace');
    expect(change).toMatchObject({ people: { removed: ['grace'] }, photos: { removed: ['grace/a.jpg'] } });
    expect(cached).toBe(1);
    expect(people(gallery)).toEqual(['eileen']);
    expect((await gallery.refresh()).change).toBe(null);
    expect(await gallery.forget('grace')).toEqual({ change: null, cached: 0 });
    expect((await gallery.forget('eileen')).change?.people.removed).toEqual(['eileen']);
    expect((await gallery.refresh()).change?.people.added).toEqual(['eileen']);
  });

  it('lets go of somebody who is known from the cache alone, while the folder is away', async () => {
    const { folder } = await opened();
    const known = {
      grace: { displayName: 'G', threshold: null, notify: true, note: null, validUntil: null },
    };
    const pool = await startPool();
    const cacheFolder = path.join(path.dirname(folder), 'data');
    const first = galleryOver(folder, pool, { ...AT_ONCE, cacheFolder });
    await first.start();
    renameSync(folder, `${folder}-away`);
    const second = galleryOver(folder, pool, { ...AT_ONCE, cacheFolder, known });
    await second.start();
    expect(people(second)).toEqual(['grace']);
    expect(await second.forget('grace')).toMatchObject({ cached: 1 });
    expect(people(second)).toEqual([]);
    expect(second.settings.size).toBe(0);
  });
});
