import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pack, packedFolder, unpack } from '../../src/cli/backupArchive.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A gallery with one photo, and links by name. */
function galleryWith(links: Record<string, string>): string {
  const gallery = path.join(temporaryFolder(), 'gallery');
  mkdirSync(path.join(gallery, 'alice'), { recursive: true });
  writeFileSync(path.join(gallery, 'alice/1.jpg'), 'photo');
  for (const [name, target] of Object.entries(links)) symlinkSync(target, path.join(gallery, name));
  return gallery;
}

describe('packedFolder', () => {
  it('keeps links within the folder, and leaves out those that lead out of it', async () => {
    const leftOut: string[] = [];
    const gallery = galleryWith({
      inner: 'alice/1.jpg',
      absolute: '/etc',
      above: '../../etc',
      self: '..',
      through: 'inner/../../etc',
    });
    const packed = await packedFolder(gallery, 'gallery', (name) => leftOut.push(name));
    expect(packed.map(({ name }) => name)).toEqual([
      'gallery',
      'gallery/alice',
      'gallery/alice/1.jpg',
      'gallery/inner',
    ]);
    expect(leftOut).toEqual(['absolute', 'above', 'self', 'through'].sort().map((name) => `gallery/${name}`));
  });

  it('leaves out what has a name that is not UTF-8, and links to it', async () => {
    const leftOut: string[] = [];
    const gallery = galleryWith({});
    const unnamed = Buffer.from(`${gallery}/alice/caf\xe9`, 'latin1');
    writeFileSync(Buffer.concat([unnamed, Buffer.from('.jpg')]), 'photo');
    mkdirSync(unnamed);
    symlinkSync(unnamed, path.join(gallery, 'link'));
    const packed = await packedFolder(gallery, 'gallery', (name, why) => leftOut.push(`${name} ${why}`));
    expect(packed.map(({ name }) => name)).toEqual(['gallery', 'gallery/alice', 'gallery/alice/1.jpg']);
    expect(leftOut).toEqual([
      'gallery/alice/caf\ufffd has a name that is not UTF-8, and is not used; rename it',
      'gallery/alice/caf\ufffd.jpg has a name that is not UTF-8, and is not used; rename it',
      'gallery/link is a link to a name that is not UTF-8; rename what it leads to',
    ]);
  });
});

describe('pack', () => {
  it('makes a file that has several names one file for each, which can be unpacked', async () => {
    const gallery = galleryWith({});
    linkSync(path.join(gallery, 'alice/1.jpg'), path.join(gallery, 'alice/2.jpg'));
    const archive = path.join(temporaryFolder(), 'archive.tar.gz');
    await pack(archive, await packedFolder(gallery, 'gallery'));
    const folder = temporaryFolder();
    await unpack(archive, folder, () => true);
    for (const name of ['1.jpg', '2.jpg'])
      expect(readFileSync(path.join(folder, 'gallery/alice', name), 'utf8')).toBe('photo');
  });
});

describe('unpack', () => {
  const unpacked = async (gallery: string) => {
    const archive = path.join(temporaryFolder(), 'archive.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', path.dirname(gallery), 'gallery']);
    const folder = temporaryFolder();
    await unpack(archive, folder, () => true);
    return folder;
  };

  it('refuses a link that leads out through another link', async () => {
    await expect(unpacked(galleryWith({ through: 'alice/../../..' }))).rejects.toThrow(
      'is not a backup of spotter: it contains gallery/through',
    );
  });

  it('gives no program the rights of somebody else', async () => {
    const gallery = galleryWith({});
    chmodSync(path.join(gallery, 'alice/1.jpg'), 0o4755);
    const folder = await unpacked(gallery);
    expect(statSync(path.join(folder, 'gallery/alice/1.jpg')).mode & 0o7111).toBe(0);
  });
});
