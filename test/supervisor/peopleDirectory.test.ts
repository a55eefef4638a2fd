import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { Serial } from '../../src/core/serial.js';
import { PeopleDirectory, type PeopleDirectoryOptions } from '../../src/supervisor/peopleDirectory.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('PeopleDirectory', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'lists somebody called %s',
    async (name) => {
      const folder = temporaryFolder();
      mkdirSync(path.join(folder, name));
      writeFileSync(path.join(folder, name, 'a.jpg'), 'x');
      const directory = new PeopleDirectory({
        folder: () => folder,
        status: { gallery: { settings: {}, unusable: [] } },
        inView: { whereIs: () => null },
        log: { find: () => [] },
        changing: new Serial(),
      } as unknown as PeopleDirectoryOptions);
      expect(await directory.people(ANYBODY)).toMatchObject([
        { name, displayName: null, notify: true, photos: 1 },
      ]);
    },
  );
});
