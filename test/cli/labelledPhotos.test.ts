import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkPhotosExist,
  checkRoles,
  parsePhotoList,
  photosOfPeople,
} from '../../src/cli/labelledPhotos.js';
import { temporaryFolder } from '../helpers/temporary.js';

function folderWith(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), '');
  }
  return folder;
}

describe('photosOfPeople', () => {
  it('takes subfolders as people, and photos beside them as one person each', () => {
    const folder = folderWith(
      'bob/2.jpg',
      'bob/1.PNG',
      'ann/old/1.jpg',
      'cy.jpg',
      'bob/notes.txt',
      '.x/1.jpg',
    );
    symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'dee'));
    symlinkSync(path.join(folder, 'bob'), path.join(folder, 'eve'));
    const photos = photosOfPeople(folder, '--people');
    expect(photos.map(({ person, file }) => [person, path.relative(folder, file)])).toEqual([
      ['ann', path.join('ann/old/1.jpg')],
      ['bob', path.join('bob/1.PNG')],
      ['bob', path.join('bob/2.jpg')],
      ['cy', 'cy.jpg'],
      ['eve', path.join('eve/1.PNG')],
      ['eve', path.join('eve/2.jpg')],
    ]);
  });

  it('leaves out what is named as a photo and is no file: a pipe would be read for ever', () => {
    const folder = folderWith('ann/1.jpg', 'bob/old.jpg/notes.txt');
    spawnSync('mkfifo', [path.join(folder, 'ann/pipe.jpg')]);
    symlinkSync('nowhere', path.join(folder, 'ann/link.jpg'));
    expect(photosOfPeople(folder, '--people').map(({ file }) => path.relative(folder, file))).toEqual([
      'ann/1.jpg',
    ]);
  });

  it('names the option and the folder when there are no photos', () => {
    const empty = folderWith('ann/notes.txt');
    expect(() => photosOfPeople(empty, '--known')).toThrow(`--known ${empty} has no photos; give a folder`);
    expect(() => photosOfPeople(`${empty}/x`, '--known')).toThrow(
      `cannot read --known ${empty}/x: no such file or directory; give`,
    );
  });
});

describe('parsePhotoList', () => {
  it('sorts photos by role, with paths relative to the list', () => {
    const text = 'role,person,file\ngallery,ann,a/1.jpg\nknown,ann,a/2.jpg\nstranger,bob,b.jpg\n';
    expect(parsePhotoList(text, '/set/list.csv')).toEqual({
      gallery: [{ person: 'ann', file: path.resolve('/set/a/1.jpg') }],
      known: [{ person: 'ann', file: path.resolve('/set/a/2.jpg') }],
      strangers: [{ person: 'bob', file: path.resolve('/set/b.jpg') }],
    });
    const [photo] = parsePhotoList('path,person,role\nx.jpg,ann,gallery', '/set/list.csv').gallery;
    expect(photo.file).toBe(path.resolve('/set/x.jpg'));
  });

  it.each([
    ['role,person,file\nfriend,ann,1.jpg', 'line 2: role is "friend"; write gallery, known or stranger'],
    ['role,person,file\nconstructor,ann,1.jpg', 'line 2: role is "constructor"'],
    ['role,person,file\nknown,,1.jpg', 'line 2: person is empty'],
    ['role,person,file\ngallery,ann,1.jpg\nknown,ann,./1.jpg', 'line 3: ./1.jpg is listed above; list each'],
    ['role,person\nknown,ann', 'line 2: file is empty; write the path of a photo'],
  ])('refuses %j', (text, message) => {
    expect(() => parsePhotoList(text, 'list.csv')).toThrow(message);
  });
});

describe('checkRoles', () => {
  const photo = (role: string) => (person: string) => ({ person, file: `${role}/${person}.jpg` });
  const roles = (gallery: string[], known: string[], strangers: string[]) => ({
    gallery: gallery.map(photo('gallery')),
    known: known.map(photo('known')),
    strangers: strangers.map(photo('strangers')),
  });

  it('accepts known people of the gallery, and strangers who are not in it', () => {
    checkRoles(roles(['ann', 'bob'], ['ann', 'ann'], ['cy']), 'list.csv');
    checkRoles(roles(['ann'], [], ['cy']), 'list.csv');
  });

  it('refuses a photo that would be compared with itself', () => {
    const all = roles(['ann', 'bob'], ['ann'], []);
    all.known.push({ person: 'bob', file: './gallery/bob.jpg' });
    expect(() => checkRoles(all, 'the folders')).toThrow(
      'the folders: 1 photo (./gallery/bob.jpg) is in the gallery and to be named; take other photos',
    );
  });

  it.each([
    [roles([], ['ann'], []), 'list.csv: nobody is in the gallery'],
    [roles(['ann'], [], []), 'list.csv: there is nobody to name'],
    [roles(['ann'], ['bob', 'bob'], []), 'list.csv: 1 known person (bob) is not in the gallery'],
    [
      roles(['a', 'b', 'c', 'd'], ['a'], ['d', 'c', 'b', 'a']),
      'list.csv: 4 strangers (d, c, b, ...) are in the gallery under the same name',
    ],
  ])('refuses %j', (photos, message) => {
    expect(() => checkRoles(photos, 'list.csv')).toThrow(message);
  });
});

describe('checkPhotosExist', () => {
  it('names how many photos are missing and the first of them, in one sentence', () => {
    const folder = folderWith('1.jpg');
    const file = (name: string) => path.join(folder, name);
    checkPhotosExist([file('1.jpg')], 'pairs.txt', 'check --images');
    expect(() => checkPhotosExist([file('1.jpg'), file('2.jpg')], 'pairs.txt', 'check --images')).toThrow(
      `1 of the 2 photos in pairs.txt does not exist (${file('2.jpg')}); check --images`,
    );
    const impossible = ['1.jpg/2.jpg', 'a\0b.jpg', `${'a'.repeat(300)}.jpg`].map(file);
    expect(() => checkPhotosExist(impossible, 'pairs.txt', 'check --images')).toThrow('3 of the 3 photos');
    const some = ['1.jpg', '2.jpg', '2.jpg', '3.jpg'].map(file);
    expect(() => checkPhotosExist(some, 'pairs.txt', 'check --images')).toThrow(
      `2 of the 3 photos in pairs.txt do not exist (${file('2.jpg')}, ${file('3.jpg')}); check --images`,
    );
  });
});
