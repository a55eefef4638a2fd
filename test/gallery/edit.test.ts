import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { removePerson, whyUnwritable } from '../../src/gallery/edit.js';

describe('removePerson', () => {
  it('refuses with one sentence where nothing can be changed', async (context) => {
    // Nothing in there can be renamed, by nobody.
    const folder = '/proc/sys';
    if (!existsSync(folder)) context.skip('this system has no /proc');
    await expect(removePerson(folder, 'kernel')).rejects.toMatchObject({
      code: 'gallery.unwritable',
      message: expect.stringMatching(/^cannot remove kernel from \/proc\/sys: .*; [a-z ]+$/),
    });
    expect(existsSync('/proc/sys/kernel')).toBe(true);
  });
});

describe('whyUnwritable', () => {
  it.each([
    ['EROFS', 'the file system is read-only; mount it writable'],
    ['EACCES', 'permission denied; check the permissions of the gallery'],
    ['ENOSPC', 'the disk is full; free some space'],
    ['EIO', 'EIO; check the gallery'],
  ])('has what to do about %s', (code, sentence) => {
    expect(whyUnwritable(Object.assign(new Error(code), { code }))).toBe(sentence);
  });
});
