import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileGuard } from '../../src/gallery/fileGuard.js';
import { type Files, localFiles } from '../../src/gallery/files.js';
import type { GalleryOptions } from '../../src/gallery/gallery.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const LIMIT_MS = 500;

/** The far end of a network: calls on it end only while its server is there. */
class Share {
  readonly files: Files;
  calls = 0;
  #back = Promise.resolve();
  #resume = () => {};

  constructor() {
    const answer = async <T>(call: () => Promise<T>): Promise<T> => {
      this.calls++;
      await this.#back;
      return call();
    };
    this.files = {
      readdir: (folder) => answer(() => localFiles.readdir(folder)),
      realpath: (file) => answer(() => localFiles.realpath(file)),
      stat: (file) => answer(() => localFiles.stat(file)),
      readFile: (file) => answer(() => localFiles.readFile(file)),
      typeOf: (folder) => answer(() => localFiles.typeOf(folder)),
    };
  }

  hang(): void {
    this.#back = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume();
  }
}

function newGallery(): string {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(path.join(folder, 'grace'), { recursive: true });
  copyFileSync(hopper, path.join(folder, 'grace/a.jpg'));
  return folder;
}

/** A gallery on a share that hangs, after it was read once. */
async function hanging() {
  const folder = newGallery();
  const share = new Share();
  const engine = await startPool();
  const open = (options: Partial<GalleryOptions> = {}) =>
    galleryOver(folder, engine, {
      access: { limitMs: LIMIT_MS, files: share.files },
      writeSettled: { quietMs: 0, brokenMs: 0 },
      ...options,
    });
  const first = open();
  await first.start();
  share.hang();
  return { share, first, open };
}

describe('FileGuard', () => {
  it('gives up on a call that does not end, and makes no other until it has', async () => {
    const share = new Share();
    const guard = new FileGuard({ folder: '/share', limitMs: LIMIT_MS, files: share.files });
    const look = () => guard.attempt((files) => files.stat('/'));
    expect((await look()).isDirectory()).toBe(true);
    share.hang();
    const silent = 'gallery /share does not answer within 0.5 s; check the network share';
    await expect(look()).rejects.toThrow(silent);
    await expect(look()).rejects.toThrow(silent);
    expect([guard.isStuck, share.calls]).toEqual([true, 2]);
    share.resume();
    await expect.poll(() => guard.isStuck).toBe(false);
    expect((await look()).isDirectory()).toBe(true);
  });

  it('makes no call for work it has given up on, and passes errors on', async () => {
    const share = new Share();
    const guard = new FileGuard({ folder: '/share', limitMs: LIMIT_MS, files: share.files });
    await expect(guard.attempt((files) => files.stat('/nowhere'))).rejects.toThrow(/ENOENT/);
    share.hang();
    const refused = new Promise<unknown>((resolve) => {
      const work = async (files: Files) => {
        await files.stat('/').catch(() => {});
        await files.stat('/').catch(resolve);
      };
      void expect(guard.attempt(work))
        .rejects.toThrow(/does not answer/)
        .then(() => share.resume());
    });
    expect(await refused).toMatchObject({ code: 'gallery.not_found' });
    expect(share.calls).toBe(2);
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(guard.attempt(async () => {}, stopped)).rejects.toThrow('stopped');
  });
});

describe('Gallery on a share that hangs', () => {
  it('starts with the people of the cache, and reads the folder once it answers', async () => {
    const { share, open } = await hanging();
    await expect(open().start()).rejects.toThrow(/does not answer within/);
    const gallery = open({ whenAway: 'cache' });
    await gallery.start();
    expect(gallery.snapshot.people).toEqual(['grace']);
    expect(gallery.away).toMatch(/does not answer within/);
    share.resume();
    await expect.poll(() => gallery.guard.isStuck).toBe(false);
    expect(await gallery.refresh()).toMatchObject({ awayChanged: true });
    expect(gallery.away).toBe(null);
  });

  it('waits at the start with gallery.wait, and reports it once', async () => {
    const { share, open } = await hanging();
    const warnings: string[] = [];
    const gallery = open({ whenAway: 'wait', onWarning: (text) => warnings.push(text) });
    const started = gallery.start();
    await expect.poll(() => gallery.guard.isStuck).toBe(true);
    await expect.poll(() => warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^waiting for the gallery \(gallery.wait\): .* does not answer/);
    expect(gallery.snapshot.people).toEqual([]);
    share.resume();
    await started;
    expect(warnings).toHaveLength(1);
    expect(gallery.snapshot.people).toEqual(['grace']);
    expect(gallery.away).toBe(null);
  });

  it('keeps its people while running, and begins to watch nothing', async () => {
    const { first, share } = await hanging();
    expect(await first.refresh()).toMatchObject({ awayChanged: true, folders: null });
    expect(first.away).toMatch(/does not answer within/);
    expect(await first.refresh()).toMatchObject({ awayChanged: false, folders: null });
    expect(first.snapshot.people).toEqual(['grace']);
    share.resume();
    await expect.poll(() => first.guard.isStuck).toBe(false);
    expect(await first.refresh()).toMatchObject({ awayChanged: true, change: null });
    expect(first.away).toBe(null);
  });
});
