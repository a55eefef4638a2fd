import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { addPhoto, personName, removePerson, whyUnwritable } from '../../src/gallery/edit.js';
import { listGallery } from '../../src/gallery/folder.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('addPhoto', () => {
  it.each([
    ['.png', 'photo.png'],
    ['..JPG', 'photo.JPG'],
    ['.face.png', 'face.png'],
  ])('gives a file that is named %s a name that is read: %s', async (given, name) => {
    const folder = temporaryFolder();
    const file = path.join(temporaryFolder(), given);
    writeFileSync(file, 'a picture');
    const examine = async () => ({ state: 'used' }) as const;
    expect(await addPhoto({ folder, person: 'zoe', file, examine })).toEqual({
      state: 'added',
      name: `zoe/${name}`,
    });
    expect((await listGallery(folder)).photos.map((photo) => photo.name)).toEqual([`zoe/${name}`]);
  });
});

describe('addPhoto: several photos', () => {
  it('does not search the gallery for what interrupted changes have left at each of them', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'zoe'));
    writeFileSync(path.join(folder, 'zoe/.999999999.adding'), '');
    const examine = async () => ({ state: 'used' }) as const;
    const file = path.join(temporaryFolder(), 'a.jpg');
    writeFileSync(file, 'a picture');
    await addPhoto({ folder, person: 'zoe', file, examine });
    expect(readdirSync(path.join(folder, 'zoe')).sort()).toEqual(['.999999999.adding', 'a.jpg']);
  });
});

describe('removePerson', () => {
  it('removes a folder that the gallery skips, which had been made as somebody', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'Thumbs.db'));
    expect(await removePerson(folder, personName('Thumbs.db'))).toEqual(['Thumbs.db/']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses with one sentence where nothing can be changed', async (context) => {
    // Nothing in there can be renamed, by nobody.
    const folder = '/proc/sys';
    if (!existsSync(folder)) context.skip('this system has no /proc');
    await expect(removePerson(folder, 'kernel')).rejects.toMatchObject({
      code: 'gallery.unwritable',
      message: expect.stringMatching(/^cannot remove kernel from \/proc\/sys: .*; [a-z ]+$/),
    });
    expect(existsSync('/proc/sys/kernel')).toBe(true);
  });
});

describe('whyUnwritable', () => {
  it.each([
    ['EROFS', 'the file system is read-only; mount it writable'],
    ['EACCES', 'permission denied; check the permissions of the gallery and of what is in it'],
    ['ENOSPC', 'the disk is full; free some space'],
    ['EIO', 'EIO; check the gallery'],
  ])('has what to do about %s', (code, sentence) => {
    expect(whyUnwritable(Object.assign(new Error(code), { code }))).toBe(sentence);
  });
});
