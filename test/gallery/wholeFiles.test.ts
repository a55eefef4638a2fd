import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addPicture, removePerson } from '../../src/gallery/edit.js';
import { eraseFiles } from '../../src/gallery/erasure.js';
import { changeSettings } from '../../src/gallery/personFile.js';
import { setAside } from '../../src/gallery/setAside.js';
import { removeLeftovers, writeWhole } from '../../src/gallery/wholeFiles.js';
import { eventually } from '../helpers/daemon.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { folderOf, temporaryFolder } from '../helpers/temporary.js';

/** What a container that was killed and started again finds: its process has the same id. */
const REMOVED = `.removed-${process.pid}-0/old.jpg`;
/** Half of a photo by a process that has ended. */
const ADDING = 'bob/.999999999.adding';
/** Half of the settings, by the same. */
const PART = 'bob/person.yaml.999999999.part';
const LEFT = [REMOVED, ADDING, PART];

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

describe('what an interrupted change has left', () => {
  const picture = { bytes: Buffer.from('new'), fileName: 'b.jpg', person: 'bob' };
  const examine = async () => ({ state: 'used' as const });
  it.each<[string, (folder: string) => Promise<unknown>, string[]]>([
    ['removing somebody', (folder) => removePerson(folder, 'alice'), ['bob/a.jpg']],
    ['forgetting somebody', (folder) => eraseFiles(folder, 'alice'), ['bob/a.jpg']],
    [
      'adding a photo',
      (folder) => addPicture({ folder, examine, ...picture }),
      ['alice/a.jpg', 'bob/a.jpg', 'bob/b.jpg'],
    ],
    [
      'changing settings',
      (folder) => changeSettings(folder, 'bob', { note: 'b' }),
      ['alice/a.jpg', 'bob/a.jpg', 'bob/person.yaml'],
    ],
    [
      'setting aside',
      (folder) => setAside(folder, ['alice']),
      ['.set-aside/people/alice/a.jpg', 'bob/a.jpg'],
    ],
  ])("goes with %s, and is in nobody's way", async (_, change, kept) => {
    const folder = folderOf('alice/a.jpg', 'bob/a.jpg', ...LEFT);
    await change(folder);
    expect(filesIn(folder)).toEqual(kept);
    expect(readdirSync(folder).filter((name) => name.startsWith('.removed'))).toEqual([]);
  });

  it('goes when a gallery is read for the first time', async () => {
    const folder = folderOf(...LEFT);
    const gallery = galleryOver(folder, await startPool());
    await gallery.start();
    onTestFinished(() => gallery.stop());
    expect(
      await eventually(
        () => filesIn(folder),
        (files) => files.length === 0,
      ),
    ).toEqual([]);
  });

  it('goes although its process is unknown, when nobody has written to it for long', async () => {
    const foreign = ['bob/.0a1b2c3d.1.5-0a1b2c3d.part', 'bob/.0a1b2c3d.1.6-0a1b2c3d.part'];
    const folder = folderOf(...foreign);
    utimesSync(path.join(folder, foreign[0]), new Date(0), new Date(0));
    await removeLeftovers(folder);
    expect(filesIn(folder)).toEqual([foreign[1]]);
  });

  it('is not what a running process writes, nor a file of somebody else, nor behind a link', async () => {
    const other = spawn('sleep', ['60']);
    onTestFinished(() => void other.kill());
    await once(other, 'spawn');
    const names = [
      `bob/.${process.pid}.adding`,
      `bob/.${other.pid}.adding`,
      'bob/.photo.jpg.part',
      'bob/a.yaml',
    ];
    const folder = folderOf(...names);
    const elsewhere = folderOf('.999999999.adding');
    symlinkSync(elsewhere, path.join(folder, 'alice'));
    await removeLeftovers(folder);
    expect(filesIn(folder)).toEqual([...names].sort());
    expect(existsSync(path.join(elsewhere, '.999999999.adding'))).toBe(true);
  });

  it('is not made of what cannot be removed: it stays where it was, and others can still be forgotten', async ({
    skip,
  }) => {
    const folder = folderOf('bob/1.jpg', 'bob/more/2.jpg', 'carl/1.jpg');
    const mounted = path.join(folder, 'bob/more');
    if (spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', mounted]).status !== 0)
      skip('needs root, to mount a disk');
    onTestFinished(() => void spawnSync('umount', ['-l', mounted]));
    await expect(removePerson(folder, 'bob')).rejects.toThrow(/^cannot remove bob from /);
    expect(readdirSync(folder).sort()).toEqual(['bob', 'carl']);
    await expect(eraseFiles(folder, 'bob')).rejects.toThrow(/^cannot remove bob from /);
    expect((await eraseFiles(folder, 'carl')).removed).toEqual(['carl/']);
  });

  it('does not take away what is just being written', async () => {
    const folder = folderOf('bob/a.jpg');
    const file = path.join(folder, 'bob/b.jpg');
    const content = Buffer.alloc(1e7, 'x');
    let isDone = false;
    const writing = writeWhole(file, content).finally(() => {
      isDone = true;
    });
    while (!isDone) await removeLeftovers(folder);
    await writing;
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(filesIn(folder)).toEqual(['bob/a.jpg', 'bob/b.jpg']);
  });
});

describe('writeWhole', () => {
  it('keeps the permissions of a file that is there', async () => {
    const file = path.join(temporaryFolder(), 'person.yaml');
    for (const mode of [0o600, 0o664]) {
      writeFileSync(file, 'old');
      chmodSync(file, mode);
      await writeWhole(file, 'new');
      expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['new', mode]);
    }
  });

  it('keeps the owner where it may', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root gives files away');
    const file = path.join(temporaryFolder(), 'person.yaml');
    writeFileSync(file, 'old');
    chownSync(file, 4321, 4321);
    await writeWhole(file, 'new');
    expect(statSync(file)).toMatchObject({ uid: 4321, gid: 4321 });
  });
});
