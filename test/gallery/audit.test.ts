import { describe, expect, it } from 'vitest';
import { auditOf } from '../../src/gallery/audit.js';
import type { ComparedPhoto } from '../../src/gallery/comparison.js';
import type { PersonSettings } from '../../src/gallery/person.js';
import { copy, photo } from '../helpers/compared.js';

const SETTINGS: PersonSettings = {
  displayName: null,
  threshold: null,
  notify: true,
  note: null,
  validUntil: null,
};

const unusable = (name: string, fault: 'blurred' | 'bad_name'): ComparedPhoto => ({
  person: name.split('/')[0],
  name,
  sha256: null,
  result: { state: 'unusable', fault, message: 'cannot be used' },
});

const audited = (photos: ComparedPhoto[], people: string[] = []) =>
  auditOf(
    { photos, faults: [], notes: [], settings: new Map(people.map((person) => [person, SETTINGS])) },
    0.4,
  );

describe('auditOf', () => {
  it('finds nothing in an empty gallery, and one photo only worth a note', () => {
    expect(audited([])).toMatchObject({ used: 0, unusable: [], faults: [], doubts: [], notes: [] });
    const { used, doubts, notes } = audited([photo('alice/a.jpg', [1, 0, 0])]);
    expect({ used, doubts }).toEqual({ used: 1, doubts: [] });
    expect(notes).toMatchObject([{ photo: 'alice', person: 'alice', kind: 'one_photo' }]);
  });

  it('notes people without a photo in use, and people whose photos all look the same, but no fault of a name', () => {
    const photos = [
      copy('alice/a.jpg', [1, 0, 0], 20),
      copy('alice/b.jpg', [1, 0.5, 0], 20),
      photo('bob/a.jpg', [0, 1, 0]),
      photo('bob/b.jpg', [0, 1, 0.8]),
      unusable('carl/a.jpg', 'blurred'),
      unusable('d;/a.jpg', 'bad_name'),
    ];
    const { notes, unusable: findings, doubts, used } = audited(photos, ['eve']);
    expect(notes.map(({ person, kind }) => [person, kind])).toEqual([
      ['alice', 'similar_looks'],
      ['carl', 'no_photo'],
      ['eve', 'no_photo'],
    ]);
    expect(notes[0].note).toMatch(/^has 2 photos that look the same \(0\.9\d on average\); others/);
    expect(findings).toHaveLength(2);
    expect({ doubts, used }).toEqual({ doubts: [], used: 4 });
  });
});
