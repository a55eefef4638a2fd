import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeSettings } from '../../src/gallery/personFile.js';
import { temporaryFolder } from '../helpers/temporary.js';

function gallery(files: Record<string, string | Uint8Array> = {}) {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  return { folder, read };
}

describe('changeSettings', () => {
  it('makes the file, and keeps comments, order and everything else in it', async () => {
    const { folder, read } = gallery();
    await changeSettings(folder, 'alice', { displayName: 'Alice Adams' });
    expect(read('alice/person.yaml')).toMatch(/^# Settings .*\n\s*displayName: Alice Adams\n$/);
    const text = '# mine\nthreshold: 0.5 # strict\nnote: |\n  night\n  shift\n';
    writeFileSync(path.join(folder, 'alice/person.yaml'), text);
    await changeSettings(folder, 'alice', { threshold: 0.45, notify: false });
    expect(read('alice/person.yaml')).toBe(
      '# mine\nthreshold: 0.45 # strict\nnote: |\n  night\n  shift\nnotify: false\n',
    );
    await changeSettings(folder, 'alice', { threshold: null, notify: null, note: undefined });
    expect(read('alice/person.yaml')).toContain('night');
    expect(read('alice/person.yaml')).not.toMatch(/threshold|notify/);
    expect(readdirSync(path.join(folder, 'alice'))).toEqual(['person.yaml']);
  });

  it('changes the file beside a single photo where that is the one', async () => {
    const { folder, read } = gallery({ 'bob.jpg': 'x', 'bob.yaml': 'note: a\n' });
    await changeSettings(folder, 'bob', { note: 'b' });
    expect(read('bob.yaml')).toBe('note: b\n');
    expect(readdirSync(folder).sort()).toEqual(['bob.jpg', 'bob.yaml']);
  });

  it('fills a file that says nothing', async () => {
    const { folder, read } = gallery({ 'bob/person.yaml': 'null\n' });
    await changeSettings(folder, 'bob', { note: 'b' });
    expect(read('bob/person.yaml')).toBe('note: b\n');
  });

  it('leaves a valid file when the last setting is removed', async () => {
    const { folder, read } = gallery({ 'bob/person.yaml': 'note: a\n' });
    await changeSettings(folder, 'bob', { note: null });
    expect(read('bob/person.yaml')).toBe('notify: true\n');
  });

  it.each([
    ['a value that is not valid', 'note: a\n', { validUntil: '2026-02-31' }, /validUntil/],
    ['bytes that are no UTF-8', Buffer.from('# für Zoë\n', 'latin1'), { note: 'b' }, /is not UTF-8 text/],
    ['a file that is too large', `#${'x'.repeat(65_536)}\n`, { notify: false }, /is larger than 64 KiB/],
    ['what makes a file too large', `#${'x'.repeat(65_500)}\n`, { note: 'b'.repeat(100) }, /larger than 64/],
    ['a file with a fault', 'threshold: high\n', { note: 'b' }, /person\.yaml:1:.*threshold/],
    ['a file that is no YAML', 'note: [\n', { note: 'b' }, /person\.yaml:/],
    ['a list', '- a\n', { note: 'b' }, /person\.yaml:1:1: must be a mapping, not a list/],
    ['a text', 'just text\n', { note: 'b' }, /person\.yaml:1:1: must be a mapping/],
    [
      'a value that another refers to',
      'note: &a x\ndisplayName: *a\n',
      { note: null },
      /write the value out/,
    ],
  ])('refuses %s and changes nothing', async (_, text, change, message) => {
    const { folder } = gallery({ 'alice/person.yaml': text });
    await expect(changeSettings(folder, 'alice', change)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
    });
    expect(readFileSync(path.join(folder, 'alice/person.yaml'))).toEqual(Buffer.from(text));
  });

  it('refuses a file that is not read because of its name', async () => {
    const { folder, read } = gallery({ 'alice/person.yml': 'note: a\n' });
    await expect(changeSettings(folder, 'alice', { note: 'b' })).rejects.toThrow(
      'alice/person.yml: is not read; rename it to end in .yaml',
    );
    expect(read('alice/person.yml')).toBe('note: a\n');
  });

  it('keeps the permissions of the file', async () => {
    const { folder } = gallery({ 'alice/person.yaml': 'note: a\n' });
    const file = path.join(folder, 'alice/person.yaml');
    chmodSync(file, 0o600);
    await changeSettings(folder, 'alice', { note: 'b' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('writes nothing out of the gallery, nor through a link', async () => {
    const { folder } = gallery();
    const outside = temporaryFolder();
    symlinkSync(outside, path.join(folder, 'alice'));
    await expect(changeSettings(folder, 'alice', { note: 'b' })).rejects.toThrow('outside the gallery');
    expect(readdirSync(outside)).toEqual([]);
    symlinkSync('nowhere', path.join(folder, 'bob'));
    await expect(changeSettings(folder, 'bob', { note: 'b' })).rejects.toThrow(
      'bob is a link that leads nowhere',
    );
  });

  it('says so when the folder is read-only', async (context) => {
    if (process.getuid?.() === 0) context.skip('root writes everywhere');
    const { folder, read } = gallery({ 'alice/person.yaml': 'note: a\n' });
    chmodSync(path.join(folder, 'alice'), 0o500);
    await expect(changeSettings(folder, 'alice', { note: 'b' })).rejects.toMatchObject({
      code: 'gallery.unwritable',
    });
    chmodSync(path.join(folder, 'alice'), 0o700);
    expect(read('alice/person.yaml')).toBe('note: a\n');
  });
});
