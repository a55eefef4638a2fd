import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { Serial } from '../../src/core/serial.js';
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
});
