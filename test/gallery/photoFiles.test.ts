import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listGallery } from '../../src/gallery/folder.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('listGallery', () => {
  it('lists pictures of every kind and those one folder down, and nothing that systems leave behind', async () => {
    const folder = temporaryFolder();
    const clutter = [
      '@eaDir/a.jpg',
      'lost+found/a.jpg',
      '#recycle/a.jpg',
      'Thumbs.db',
      '._a.jpg',
      '.ds_store',
    ];
    const pictures = ['a.HEIC', 'b.jfif', 'c.tif', 'd.avif', 'e.gif', 'f.bmp', '2024/g.jpg'];
    const others = ['raw.NEF', '2024/may/h.jpg', 'notes.txt', '2024/person.yaml'];
    for (const name of [...clutter, ...[...clutter, ...pictures, ...others].map((own) => `grace/${own}`)]) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(folder, name), 'x');
    }
    const listing = await listGallery(folder);
    expect(listing.settings).toEqual([]);
    expect(new Set(listing.photos.map(({ person }) => person))).toEqual(new Set(['grace']));
    const opened = listing.photos.filter(({ refused }) => !refused).map(({ name }) => name);
    expect(opened).toEqual(pictures.map((name) => `grace/${name}`).sort());
    const refused = listing.photos.filter(({ refused }) => refused);
    expect(refused.map(({ name, refused }) => `${name} ${refused?.message}`)).toEqual([
      'grace/2024/may/ is not read; move its photos into the folder of the person or one folder below that',
      'grace/raw.NEF is a raw file of a camera, which cannot be read; convert it to JPEG',
    ]);
    // A change in a folder of a person is seen by its path alone.
    const added = path.join(folder, 'grace/2024/z.jpg');
    writeFileSync(added, 'x');
    const { photos, folders } = await listGallery(folder, { listing, changed: new Set([added]) });
    expect(photos.map(({ name }) => name)).toContain('grace/2024/z.jpg');
    expect([...folders.keys()]).toContain(path.join(folder, 'grace/2024'));
  });

  it('follows no link to a folder inside that of a person: the photos there may be those of others', async () => {
    const folder = temporaryFolder();
    for (const name of ['grace/2024/a.jpg', 'eileen/b.jpg']) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(folder, name), 'x');
    }
    symlinkSync('../eileen', path.join(folder, 'grace/friend'));
    symlinkSync('.', path.join(folder, 'everybody'));
    const { photos } = await listGallery(folder);
    expect(photos.map(({ name, refused }) => [name, refused?.fault ?? 'ok'])).toEqual([
      ['eileen/b.jpg', 'ok'],
      ['grace/2024/a.jpg', 'ok'],
      ['grace/friend', 'outside'],
    ]);
  });
});
