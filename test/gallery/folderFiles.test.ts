import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FolderFiles, type FolderLook, isNameOfGallery } from '../../src/gallery/folderFiles.js';
import { eventually } from '../helpers/daemon.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { hashOf } from '../helpers/watchListNode.js';

/** A gallery with these files, and what is seen of it once all of them are whole. */
async function galleryWith(files: Record<string, string>) {
  const gallery = path.join(temporaryFolder(), 'gallery');
  mkdirSync(gallery);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(gallery, name)), { recursive: true });
    writeFileSync(path.join(gallery, name), content);
  }
  const folder = new FolderFiles(gallery, temporaryFolder());
  const look: () => Promise<FolderLook> = () =>
    eventually(
      () => folder.look(),
      ({ againMs }) => againMs === null,
    );
  return { gallery, folder, look };
}

const namesOf = ({ files }: FolderLook) => [...files.keys()].sort();

describe('FolderFiles', () => {
  it('has photos and settings of both layouts, and what is set aside, by their content', async () => {
    const { look } = await galleryWith({
      'al/a.jpg': 'one',
      'al/person.yaml': 'notify: true',
      'al/notes.txt': 'x',
      'zoë.png': 'two',
      '.set-aside/people/bo/b.jpg': 'three',
    });
    const seen = await look();
    expect(namesOf(seen)).toEqual(['.set-aside/people/bo/b.jpg', 'al/a.jpg', 'al/person.yaml', 'zoë.png']);
    expect(seen.files.get('.set-aside/people/bo/b.jpg')).toEqual({
      person: 'bo',
      sha256: hashOf('three'),
      bytes: 5,
    });
  });

  it('says nothing of files that are being written, are links out of the folder, or cannot be looked at', async () => {
    const { gallery, folder, look } = await galleryWith({ 'al/a.jpg': 'one' });
    expect((await folder.look()).isUnknown('al/a.jpg')).toBe(true);
    await look();
    const outside = path.join(temporaryFolder(), 'photo.jpg');
    writeFileSync(outside, 'x');
    symlinkSync(outside, path.join(gallery, 'al/link.jpg'));
    const seen = await look();
    expect(namesOf(seen)).toEqual(['al/a.jpg']);
    expect(seen.isUnknown('al/link.jpg')).toBe(true);
    expect(seen.isUnknown('al/gone.jpg')).toBe(false);
  });

  it('writes, moves and removes only what is as expected', async () => {
    const { gallery, folder, look } = await galleryWith({ 'al/a.jpg': 'one' });
    await look();
    const bytes = Buffer.from('two');
    expect(await folder.write('al/a.jpg', bytes, null)).toBe(false);
    expect(await folder.write('al/a.jpg', bytes, hashOf('other'))).toBe(false);
    expect(await folder.write('al/a.jpg', bytes, hashOf('one'))).toBe(true);
    expect(await folder.write('.set-aside/photos/bo/in/b.jpg', bytes, null)).toBe(true);
    expect(readFileSync(path.join(gallery, 'al/a.jpg'), 'utf8')).toBe('two');
    expect(await folder.move('al/a.jpg', 'al/b.jpg', hashOf('one'))).toBe(false);
    expect(await folder.move('al/a.jpg', 'al/b.jpg', hashOf('two'))).toBe(true);
    expect(await folder.remove('al/b.jpg', hashOf('one'))).toBe(false);
    expect(await folder.remove('al/b.jpg', hashOf('two'))).toBe(true);
    expect(readdirSync(gallery)).toEqual(['.set-aside']);
  });

  it('has files that were changed in the future: the clock of the machine, or of a share, was wrong', async () => {
    const { look } = await galleryWith({ 'al/a.jpg': 'one' });
    vi.useFakeTimers({ now: Date.now() - 365 * 86_400_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(namesOf(await look())).toEqual(['al/a.jpg']);
  });

  it('finds a change of the same size', async () => {
    const { gallery, look } = await galleryWith({ 'al/a.jpg': 'one' });
    const file = path.join(gallery, 'al/a.jpg');
    await look();
    writeFileSync(file, 'two');
    utimesSync(file, new Date(0), new Date(0));
    expect((await look()).files.get('al/a.jpg')?.sha256).toBe(hashOf('two'));
  });

  it('writes nothing through a link', async () => {
    const { gallery, folder, look } = await galleryWith({ 'bo/b.jpg': 'one' });
    symlinkSync(path.join(gallery, 'bo'), path.join(gallery, 'al'));
    await look();
    await expect(folder.write('al/c.jpg', Buffer.from('x'), null)).rejects.toThrow(/is a link/);
  });
});

describe('isNameOfGallery', () => {
  it.each([
    ['al/a.jpg', true],
    ['al.jpg', true],
    ['al/in/a.jpg', true],
    ['al/person.yaml', true],
    ['.set-aside/people/al/in/a.jpg', true],
    ['../a.jpg', false],
    ['al/../../a.jpg', false],
    ['/etc/a.jpg', false],
    ['al/.hidden.jpg', false],
    ['.set-aside/a.jpg', false],
    ['al/a.sh', false],
    ['a;b/a.jpg', false],
    ['al/a/b/c.jpg', false],
  ])('%s: %s', (name, isOne) => {
    expect(isNameOfGallery(name)).toBe(isOne);
  });
});
