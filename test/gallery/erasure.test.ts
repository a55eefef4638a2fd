import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFile } from '../../src/gallery/cache.js';
import { eraseCached, eraseFiles, mentionsIn } from '../../src/gallery/erasure.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { collins, hopper } from '../helpers/paths.js';
import { folderOf, temporaryFolder } from '../helpers/temporary.js';
import { embeddingsOf, formsOf, tracesOf } from '../helpers/traces.js';

/** Decomposed, as some file systems store names. */
const NFD = 'Zoë'.normalize('NFD');

describe('eraseFiles', () => {
  it('removes all files of a person, in any form of the name, and completes interrupted removals', async () => {
    const folder = folderOf(`${NFD}/a.jpg`, 'Zoë.yaml', 'Zoë.JPG', 'Zoë 2/a.jpg', '.removed-1-0/Zoë.jpg');
    const { removed, isThere } = await eraseFiles(folder, 'Zoë');
    expect(removed.sort()).toEqual([`${NFD}/`, 'Zoë.JPG', 'Zoë.yaml'].sort());
    expect(isThere).toBe(true);
    expect(readdirSync(folder)).toEqual(['Zoë 2']);
    expect(await eraseFiles(folder, 'Zoë')).toEqual({ removed: [], isThere: true });
  });

  it('removes a link but not its target; the gallery itself may be a link', async () => {
    const folder = folderOf('bob/a.jpg');
    const elsewhere = folderOf('a.jpg');
    symlinkSync(elsewhere, path.join(folder, 'alice'));
    symlinkSync(folder, `${folder}-link`);
    expect((await eraseFiles(`${folder}-link`, 'alice')).removed).toEqual(['alice']);
    expect(readdirSync(folder)).toEqual(['bob']);
    expect(existsSync(path.join(elsewhere, 'a.jpg'))).toBe(true);
  });

  it('reports a missing gallery, and rejects a path that is not a folder', async () => {
    const folder = folderOf('a.jpg');
    expect(await eraseFiles(`${folder}-gone`, 'alice')).toEqual({ removed: [], isThere: false });
    await expect(eraseFiles(path.join(folder, 'a.jpg'), 'alice')).rejects.toMatchObject({
      code: 'gallery.unwritable',
    });
  });
});

describe('eraseCached', () => {
  it('removes a person from every cache and keeps the others', async () => {
    const pool = await startPool();
    const home = temporaryFolder();
    const data = path.join(home, 'data');
    const folders = ['one', 'two'].map((name) => path.join(home, name));
    for (const folder of folders) {
      mkdirSync(path.join(folder, 'Zoë'), { recursive: true });
      copyFileSync(hopper, path.join(folder, 'Zoë/a.jpg'));
      copyFileSync(collins, path.join(folder, 'bob.png'));
      const gallery = galleryOver(folder, pool, { cacheFolder: data });
      await gallery.start();
      await gallery.stop();
    }
    const embeddings = embeddingsOf(data, 'Zoë');
    const others = embeddingsOf(data, 'bob');
    expect([embeddings.length, others.length]).toEqual([2, 2]);
    const wanted = [...formsOf('Zoë'), ...embeddings];
    expect(tracesOf([data], wanted)).toHaveLength(2);
    // Left by a killed writer; no process has that id.
    writeFileSync(`${cacheFile(data, 'x')}.999999999.tmp`, embeddings[0]);
    expect(await eraseCached(data, 'Zoë', async () => true)).toEqual({ photos: 2, discarded: [] });
    expect(tracesOf([data], wanted)).toEqual([]);
    expect(embeddingsOf(data, 'bob')).toEqual(others);
    expect(await eraseCached(data, 'Zoë', async () => true)).toEqual({ photos: 0, discarded: [] });
  });

  it('discards an unreadable cache that contains the name', async () => {
    const data = temporaryFolder();
    const [holding, other] = [cacheFile(data, 'a'), cacheFile(data, 'b')];
    for (const file of [holding, other]) writeFileSync(file, 'of another version');
    const erased = await eraseCached(data, 'alice', async (file) => file === holding);
    expect(erased).toEqual({ photos: 0, discarded: [path.basename(holding)] });
    expect(readFileSync(other, 'utf8')).toBe('of another version');
    expect(existsSync(holding)).toBe(false);
  });
});

describe('mentionsIn', () => {
  it('finds file names and texts that mention the person, and ignores longer names', async () => {
    const folder = folderOf(
      'bob/with alice.jpg',
      'eve/a.jpg',
      'alice cooper/alice.jpg',
      'malice.jpg',
      'alice.heic',
    );
    writeFileSync(path.join(folder, 'eve/person.yaml'), 'note: sister of alice, taller\n');
    writeFileSync(path.join(folder, 'bob/person.yaml'), 'note: malicealice\n');
    expect((await mentionsIn(folder, 'alice')).sort()).toEqual([
      'alice.heic',
      'bob/with alice.jpg',
      'eve/person.yaml',
    ]);
    expect(await mentionsIn(`${folder}-gone`, 'alice')).toEqual([]);
  });

  it('takes each character of the name as it is', async () => {
    const folder = folderOf('bob/with Dr. Smith.jpg', 'bob/with Dr, Smith.jpg');
    expect(await mentionsIn(folder, 'Dr. Smith')).toEqual(['bob/with Dr. Smith.jpg']);
  });
});
