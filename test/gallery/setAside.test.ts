import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { removePerson } from '../../src/gallery/edit.js';
import { eraseFiles, mentionsIn } from '../../src/gallery/erasure.js';
import { listGallery } from '../../src/gallery/folder.js';
import { bringBack, listSetAside, setAside } from '../../src/gallery/setAside.js';
import { spellingsIn } from '../../src/gallery/spellings.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A gallery with files of these names, each holding its name. */
function galleryOf(...names: string[]): string {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(folder);
  for (const name of names) put(folder, name);
  return folder;
}

function put(folder: string, name: string, content = name): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
}

/** Names of all files in a folder. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

const photosOf = async (folder: string) => (await listGallery(folder)).photos.map(({ name }) => name);

describe('setAside', () => {
  it('moves single photos out of use, named as in the gallery or on this machine, and bringBack returns them', async () => {
    const awkward = 'alice/<b>\n\u202e Ωμέγα.jpg';
    const names = ['alice/2024/a.jpg', awkward, 'alice/c.jpg', 'bob.jpg'];
    const folder = galleryOf(...names);
    const what = [
      'alice/2024/a.jpg',
      path.join(folder, awkward),
      path.relative('.', path.join(folder, 'bob.jpg')),
    ];
    expect(await setAside(folder, what)).toEqual(
      ['alice/2024/a.jpg', awkward, 'bob.jpg'].map((from) => ({ from, to: `.set-aside/photos/${from}` })),
    );
    expect(await photosOf(folder)).toEqual(['alice/c.jpg']);
    const { people, photos } = await listSetAside(folder);
    expect(people).toEqual([]);
    expect(photos.map(({ person, name }) => [person, name])).toEqual([
      ['alice', 'alice/2024/a.jpg'],
      ['alice', awkward],
      ['bob', 'bob.jpg'],
    ]);
    await bringBack(folder, ['alice', 'bob.jpg']);
    expect(filesIn(folder)).toEqual([...names].sort());
    expect(existsSync(path.join(folder, '.set-aside'))).toBe(false);
  });

  it('moves a person in every spelling, with settings, and lists them with their photos', async () => {
    const folder = galleryOf(
      'Grace/a.jpg',
      'grace/b.jpg',
      'grace/person.yaml',
      'grace.png',
      'Grace Kelly/c.jpg',
    );
    const moved = await setAside(folder, ['GRACE/']);
    expect(moved.map(({ to }) => to).sort()).toEqual([
      '.set-aside/people/Grace/',
      '.set-aside/people/grace.png',
      '.set-aside/people/grace/',
    ]);
    expect(await photosOf(folder)).toEqual(['Grace Kelly/c.jpg']);
    const { people } = await listSetAside(folder);
    expect(people.map(({ person, photos }) => [person, photos.map(({ name }) => name)])).toEqual([
      ['Grace', ['Grace/a.jpg', 'grace.png', 'grace/b.jpg']],
    ]);
    await bringBack(folder, ['grace']);
    expect(filesIn(folder)).toHaveLength(5);
  });

  it('moves the photo of the very name, where another one differs in its Unicode form alone', async (context) => {
    const [composed, decomposed] = ['NFC', 'NFD'].map((form) => `zoe/caf\u00e9.jpg`.normalize(form));
    const folder = galleryOf(composed, decomposed);
    if (filesIn(folder).length < 2) context.skip('this file system takes them for one name');
    for (const name of [composed, decomposed]) {
      await setAside(folder, [name]);
      expect(filesIn(folder).sort()).toEqual(
        [`.set-aside/photos/${name}`, name === composed ? decomposed : composed].sort(),
      );
      await bringBack(folder, [path.join(folder, name)]);
    }
    await setAside(folder, [decomposed]);
    await setAside(folder, [decomposed]);
    expect(await photosOf(folder)).toEqual([]);
  });

  it('overwrites nothing: a name that is taken gets a number, and a photo stays with its person', async () => {
    const folder = galleryOf('alice/a.jpg', 'bob.jpg');
    await setAside(folder, ['alice/a.jpg', 'bob.jpg']);
    put(folder, 'alice/a.jpg', 'newer');
    put(folder, 'bob.jpg', 'newer');
    await setAside(folder, ['alice/a.jpg', 'bob']);
    put(folder, 'bob.jpg', 'newest');
    await bringBack(folder, ['alice', 'bob']);
    expect(filesIn(folder)).toEqual([
      'alice/a-2.jpg',
      'alice/a.jpg',
      'bob.jpg',
      'bob/bob-2.jpg',
      'bob/bob.jpg',
    ]);
    const contents = filesIn(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
    expect(contents.sort()).toEqual(['alice/a.jpg', 'bob.jpg', 'newer', 'newer', 'newest']);
    await setAside(folder, ['bob']);
    put(folder, 'bob/bob.jpg', 'again');
    await setAside(folder, ['bob']);
    expect(filesIn(path.join(folder, '.set-aside/people'))).toContain('bob/bob-3.jpg');
  });

  it('names the person or photo that was probably meant', async () => {
    const folder = galleryOf('alice/a.jpg');
    await expect(setAside(folder, ['alise'])).rejects.toThrow(/; did you mean "alice"\?$/);
    await expect(setAside(folder, ['alice/b.jpg'])).rejects.toThrow(/; did you mean "alice\/a\.jpg"\?$/);
    await expect(removePerson(folder, 'alise')).rejects.toThrow(/; did you mean "alice"\?$/);
  });

  it('moves nothing when one of several is not there, and says how to find out what is', async () => {
    const folder = galleryOf('alice/a.jpg');
    await expect(setAside(folder, ['alice', '../gallery'])).rejects.toMatchObject({
      code: 'gallery.not_found',
      message: `../gallery is neither a photo nor a person in gallery ${folder}; "spotter gallery check" shows what is`,
    });
    await expect(bringBack(folder, ['alice'])).rejects.toMatchObject({ code: 'gallery.not_found' });
    expect(filesIn(folder)).toEqual(['alice/a.jpg']);
    await setAside(folder, ['alice', 'alice/a.jpg']);
    expect(await photosOf(folder)).toEqual([]);
  });

  it('never moves anything through a link', async () => {
    const outside = temporaryFolder();
    put(outside, 'x.jpg');
    const folder = galleryOf('alice/a.jpg');
    symlinkSync(outside, path.join(folder, 'carol'));
    await expect(setAside(folder, ['carol/x.jpg'])).rejects.toMatchObject({ code: 'gallery.unwritable' });
    symlinkSync(outside, path.join(folder, '.set-aside'));
    await expect(setAside(folder, ['alice'])).rejects.toMatchObject({
      code: 'gallery.unwritable',
      message: expect.stringMatching(
        /^cannot move alice, nothing was moved: \.set-aside in .* is a link or a file/,
      ),
    });
    expect(await listSetAside(folder)).toEqual({ people: [], photos: [] });
    expect(filesIn(outside)).toEqual(['x.jpg']);
    expect(await photosOf(folder)).toContain('alice/a.jpg');
  });
});

describe('removePerson', () => {
  it('also removes what is set aside of the person, in every spelling, and of nobody else', async () => {
    const folder = galleryOf(
      'alice/a.jpg',
      'alice/b.jpg',
      'Alice/c.jpg',
      'alice smith/with alice.jpg',
      'bob.jpg',
    );
    await setAside(folder, ['alice/b.jpg']);
    await setAside(folder, ['alice smith', 'bob.jpg']);
    expect((await spellingsIn(folder, 'ALICE')).sort()).toEqual(['ALICE', 'Alice', 'alice']);
    // A name that merely begins like it, and a mention in a file name.
    expect(await mentionsIn(folder, 'smith')).toEqual([]);
    expect((await removePerson(folder, 'alice')).sort()).toEqual([
      '.set-aside/photos/alice/',
      'Alice/',
      'alice/',
    ]);
    await removePerson(folder, 'bob');
    expect(filesIn(folder)).toEqual(['.set-aside/people/alice smith/with alice.jpg']);
    expect(await eraseFiles(folder, 'Alice Smith')).toEqual({
      removed: ['.set-aside/people/alice smith/'],
      isThere: true,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
