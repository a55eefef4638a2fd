import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { Serial } from '../../src/core/serial.js';
import { NO_GALLERY } from '../../src/supervisor/engineStatus.js';
import { PeopleDirectory, type PeopleDirectoryOptions } from '../../src/supervisor/peopleDirectory.js';
import { temporaryFolder } from '../helpers/temporary.js';

function directoryOf(folder: string, more: Partial<PeopleDirectoryOptions> = {}): PeopleDirectory {
  return new PeopleDirectory({
    folder: () => folder,
    status: { gallery: { settings: {}, unusable: [] } },
    inView: { whereIs: () => null },
    cameras: { cameras: [] },
    log: { find: () => [] },
    changing: new Serial(),
    ...more,
  } as unknown as PeopleDirectoryOptions);
}

describe('PeopleDirectory', () => {
  it('shows nobody at a camera that nobody watches', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'alice'));
    writeFileSync(path.join(folder, 'alice', 'a.jpg'), 'x');
    const seen = ['yard', 'door', 'gone'].map((id) => ({ id, message: null, node: null }));
    const directory = directoryOf(folder, {
      inView: { whereIs: () => ({ cameras: ['yard', 'door'], since: '2026-01-01T00:00:00Z' }) },
      cameras: {
        cameras: seen.map((camera) => ({ ...camera, state: camera.id === 'yard' ? 'waiting' : 'live' })),
      },
    });
    expect(await directory.people(ANYBODY)).toMatchObject([{ name: 'alice', presentAt: ['door'] }]);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'lists somebody called %s',
    async (name) => {
      const folder = temporaryFolder();
      mkdirSync(path.join(folder, name));
      writeFileSync(path.join(folder, name, 'a.jpg'), 'x');
      const directory = directoryOf(folder);
      expect(await directory.people(ANYBODY)).toMatchObject([
        { name, displayName: null, notify: true, photos: 1 },
      ]);
    },
  );

  it('keeps the last valid settings of a person.yaml that has a fault, and says which', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'sam'));
    writeFileSync(path.join(folder, 'sam', 'person.yaml'), 'displayName: [x');
    const settings = { displayName: 'Samuel', threshold: null, notify: false, note: null, validUntil: null };
    const directory = directoryOf(folder, {
      status: { gallery: { ...NO_GALLERY, settings: { sam: settings } } },
      requests: { ask: () => Promise.reject(new Error('no engine')) },
    });
    const sam = await directory.person('sam', ANYBODY);
    expect(sam).toMatchObject({ displayName: 'Samuel', notify: false, settings });
    expect(sam.settingsFault).toMatch(/^sam\/person\.yaml:1:\d+/);
  });

  it.each(['Thumbs.db', 'desktop.ini', '__MACOSX'])(
    'makes nobody called %s, whose photos the gallery would skip',
    async (name) => {
      const folder = temporaryFolder();
      await expect(async () => directoryOf(folder).createPerson(name, {})).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/the gallery skips .*; use another name$/),
      });
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});
