import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyIntoFolder, isCopyFolder } from '../../src/supervisor/logCopies.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('copyIntoFolder', () => {
  it('makes a private folder per copy, and removes what an earlier one has left behind, nothing else', async () => {
    const data = temporaryFolder();
    const at = (name: string) => path.join(data, name);
    const old = (name: string) => utimesSync(at(name), 1, 1);
    for (const name of ['log-copy-abcdef', 'log-copy-abcdefg', 'log-copy-ABC123']) mkdirSync(at(name));
    writeFileSync(at('log-copy-file12'), 'mine');
    for (const name of ['log-copy-abcdef', 'log-copy-abcdefg', 'log-copy-file12']) old(name);
    const name = await copyIntoFolder(data, (target) => writeFileSync(target, 'copy'));
    expect(isCopyFolder(name)).toBe(true);
    expect(existsSync(path.join(data, name, 'events.db'))).toBe(true);
    expect(readdirSync(data).sort()).toEqual(
      ['log-copy-ABC123', 'log-copy-abcdefg', 'log-copy-file12', name].sort(),
    );
  });

  it('leaves nothing behind when the copy fails', async () => {
    const data = temporaryFolder();
    const copying = copyIntoFolder(data, () => {
      throw new Error('the disk is full');
    });
    await expect(copying).rejects.toThrow('the disk is full');
    expect(readdirSync(data)).toEqual([]);
  });
});

describe('isCopyFolder', () => {
  it.each(['../log-copy-abcdef', 'log-copy-', 'backup-abcdef', 'log-copy-abc/ef'])('refuses %s', (name) => {
    expect(isCopyFolder(name)).toBe(false);
  });
});
