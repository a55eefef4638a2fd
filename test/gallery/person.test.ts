import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { localFiles } from '../../src/gallery/files.js';
import { listGallery } from '../../src/gallery/folder.js';
import { dateOf, isExpired, parsePerson, readPerson } from '../../src/gallery/person.js';
import { temporaryFolder } from '../helpers/temporary.js';

const DEFAULT_SETTINGS = { displayName: null, threshold: null, notify: true, note: null, validUntil: null };

const faultsOf = (text: string) => {
  const parsed = parsePerson('alice/person.yaml', text);
  return parsed.ok ? [] : parsed.faults;
};

describe('parsePerson', () => {
  it('takes any of the settings; the others have their defaults', () => {
    expect(parsePerson('a', '# nothing yet\n')).toEqual({ ok: true, settings: DEFAULT_SETTINGS });
    const text = 'displayName: Alice A.\nthreshold: 0.5\nnotify: false\nnote: x\nvalidUntil: 2026-12-31\n';
    expect(parsePerson('a', text)).toEqual({
      ok: true,
      settings: {
        displayName: 'Alice A.',
        threshold: 0.5,
        notify: false,
        note: 'x',
        validUntil: '2026-12-31',
      },
    });
  });

  it.each([
    ['thresold: 1', 'alice/person.yaml:1:1: thresold: unknown key; did you mean "threshold"?'],
    ['note: x\nthreshold: 2', 'alice/person.yaml:2:12: threshold: must be at most 1'],
    ['threshold: high', 'alice/person.yaml:1:12: threshold: must be a number, not the text "high"'],
    ['notify: maybe', 'alice/person.yaml:1:9: notify: must be a boolean, not the text "maybe"'],
    [
      'displayName: ""',
      'alice/person.yaml:1:14: displayName: must have letters, and no line breaks, other control characters or halves of characters',
    ],
    ['displayName: 7', 'alice/person.yaml:1:14: displayName: must be a string, not 7; put it in quotes'],
    ['validUntil: 2026-13-01', 'alice/person.yaml:1:13: validUntil: must be a date such as 2026-12-31'],
    ['- a', 'alice/person.yaml:1:1: must be a mapping, not a list'],
    [`note: ${'x'.repeat(1001)}`, 'alice/person.yaml:1:7: note: must have at most 1000 characters'],
  ])('refuses with one sentence: %s', (text, sentence) => {
    expect(faultsOf(text)).toEqual([sentence]);
  });

  it.each([
    'note: !!js/function "x"',
    'note: !secret x',
    'note: *nobody',
    'note: [',
    'a: 1\na: 2',
    'note: x\n---\nnote: y',
    `a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n`.repeat(1),
    '__proto__: { notify: false }',
  ])('refuses what is unsafe or not YAML: %s', (text) => {
    expect(faultsOf(text).length).toBeGreaterThan(0);
  });
});

describe('parsePerson: many faults', () => {
  it('lists the first 20 and the number of the others', () => {
    const faults = faultsOf(Array.from({ length: 100 }, (_, i) => `key${i}: 1\n`).join(''));
    expect(faults).toHaveLength(21);
    expect(faults[0]).toMatch(/^alice\/person\.yaml:1:/);
    expect(faults[20]).toMatch(/^alice\/person\.yaml: \d+ more errors$/);
  });
});

describe('readPerson', () => {
  it('reads files inside the gallery only, and none that is huge or not text', async () => {
    const gallery = path.join(temporaryFolder(), 'gallery');
    for (const person of ['huge', 'binary', 'out', 'good', 'short'])
      mkdirSync(path.join(gallery, person), { recursive: true });
    writeFileSync(path.join(gallery, 'huge/person.yaml'), `note: ${'x'.repeat(70_000)}`);
    writeFileSync(path.join(gallery, 'binary/person.yaml'), Buffer.from([0xff, 0xfe, 0x00]));
    writeFileSync(path.join(gallery, '../secret.yaml'), 'displayName: secret');
    symlinkSync('../../secret.yaml', path.join(gallery, 'out/person.yaml'));
    writeFileSync(path.join(gallery, 'good/person.yaml'), 'notify: false');
    writeFileSync(path.join(gallery, 'short/person.yml'), 'notify: false');
    writeFileSync(path.join(gallery, 'bob.yaml'), 'displayName: Bob');
    writeFileSync(path.join(gallery, 'a;b.yaml'), '');
    const { settings } = await listGallery(gallery);
    const read = await Promise.all(
      settings.map(async (file) => [file.person, await readPerson(file, localFiles)]),
    );
    expect(Object.fromEntries(read)).toEqual({
      'a;b': { ok: false, faults: [expect.stringMatching(/^a;b.yaml: "a;b" is not a valid name/)] },
      binary: { ok: false, faults: ['binary/person.yaml: is not UTF-8 text'] },
      bob: { ok: true, settings: { ...DEFAULT_SETTINGS, displayName: 'Bob' } },
      good: { ok: true, settings: { ...DEFAULT_SETTINGS, notify: false } },
      huge: { ok: false, faults: [expect.stringContaining('larger than 64 KiB')] },
      out: { ok: false, faults: [expect.stringContaining('outside the gallery')] },
      short: { ok: false, faults: [expect.stringContaining('rename it to end in .yaml')] },
    });
  });
});

describe('isExpired', () => {
  it('is true from the day after the last one, in local time', () => {
    const until = { ...DEFAULT_SETTINGS, validUntil: '2026-03-09' };
    expect(isExpired(until, '2026-03-09')).toBe(false);
    expect(isExpired(until, '2026-03-10')).toBe(true);
    expect(isExpired(DEFAULT_SETTINGS, '9999-12-31')).toBe(false);
    expect(dateOf(new Date(2026, 2, 9, 23, 59))).toBe('2026-03-09');
  });
});
