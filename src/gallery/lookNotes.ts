import type { AuditNote } from './audit.js';
import type { Comparison, Face } from './comparison.js';

/** The photos of a person look the same from this mean similarity on: those of one in 300 people of LFW do. */
const SAME_LOOK_FROM = 0.85;

/**
 * Per person, what is lacking of their photos: `no_photo`, nobody can be recognised as them; `one_photo`; `similar_looks`, all photos
 * look the same. One photo is enough for many people, so none of this is a fault.
 *
 * @param people all of them, also those without a photo in use
 */
export function lookNotes({ faces, people: means }: Comparison, people: Iterable<string>): AuditNote[] {
  const byPerson = new Map<string, Face[]>();
  for (const face of faces) {
    const own = byPerson.get(face.person);
    if (own) own.push(face);
    else byPerson.set(face.person, [face]);
  }
  return [...people].sort().flatMap((person): AuditNote[] => {
    const own = byPerson.get(person) ?? [];
    const about = (kind: AuditNote['kind'], note: string) => [{ photo: person, person, kind, note }];
    if (own.length === 0)
      return about('no_photo', 'has no photo in use, so nobody is recognised as this person; add one');
    if (own.length === 1)
      return about('one_photo', 'has one photo in use; more of other days, light and poses help');
    const mean = own.reduce((sum, face) => sum + (means.meanToOwn(face) ?? 0), 0) / own.length;
    if (mean < SAME_LOOK_FROM) return [];
    const note = `has ${own.length} photos that look the same (${mean.toFixed(2)} on average); others of other days, light and poses help`;
    return about('similar_looks', note);
  });
}
