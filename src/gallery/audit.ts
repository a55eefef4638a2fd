import { type Comparison, comparePhotos, type PairObserver } from './comparison.js';
import { UNFIT_MARK } from './enrol.js';
import { findingsIn } from './findings.js';
import type { Gallery } from './gallery.js';
import { lookNotes } from './lookNotes.js';

/** Something to look into. */
export interface AuditFinding {
  /** A photo, a file of settings or a person, as named in the gallery. */
  photo: string;
  person: string;
  /** One of PhotoFault, FindingFault, `bad_settings` and `spellings`. */
  fault: string;
  /** What it is, and what to do; without its subject for photos. */
  message: string;
}

/** Something that works, but could be better or surprise. */
export interface AuditNote {
  /** A photo, or a person where the note is about the person. */
  photo: string;
  person: string;
  /** `turned` and `unfit_mark`: how a photo was read; the others as in {@link lookNotes}. */
  kind: 'turned' | 'unfit_mark' | 'one_photo' | 'similar_looks' | 'no_photo';
  note: string;
}

/** What a check of a gallery finds. */
export interface Audit {
  photos: Gallery['photos'];
  /** Photos in use. */
  used: number;
  /** Photos that cannot be used. */
  unusable: AuditFinding[];
  /** Faults of settings and names. */
  faults: AuditFinding[];
  /** What is wrong among the photos in use. */
  doubts: AuditFinding[];
  notes: AuditNote[];
  comparison: Comparison;
}

/**
 * Checks a gallery that has been read.
 *
 * @param threshold cosine similarity of a match
 * @param onPair receives every pair of photos
 */
export function auditOf(
  gallery: Pick<Gallery, 'photos' | 'faults' | 'notes' | 'settings'>,
  threshold: number,
  onPair?: PairObserver,
): Audit {
  const { photos } = gallery;
  const comparison = comparePhotos(photos, threshold, undefined, onPair);
  const unusable = photos.flatMap(({ person, name, result }) =>
    result.state === 'unusable'
      ? [{ photo: name, person, fault: result.fault, message: result.message }]
      : [],
  );
  const settings = gallery.faults.map((message) => {
    const [name] = message.split(':');
    return { photo: name, person: name.split('/')[0], fault: 'bad_settings', message };
  });
  const spellings = gallery.notes.map((message) => {
    const [person] = message.split(' and ');
    return { photo: person, person, fault: 'spellings', message };
  });
  const read = photos.flatMap(({ person, name, result }) =>
    result.state === 'used' && result.note !== undefined
      ? [{ photo: name, person, kind: kindOf(result.note), note: result.note }]
      : [],
  );
  const named = photos.filter(({ result }) => !(result.state === 'unusable' && result.fault === 'bad_name'));
  const people = new Set([...named.map(({ person }) => person), ...gallery.settings.keys()]);
  return {
    photos,
    used: photos.length - unusable.length,
    unusable,
    faults: [...settings, ...spellings],
    doubts: findingsIn(comparison, threshold),
    notes: [...read, ...lookNotes(comparison, people)],
    comparison,
  };
}

/** What the note of a photo in use is about. */
function kindOf(note: string): 'turned' | 'unfit_mark' {
  return note === UNFIT_MARK ? 'unfit_mark' : 'turned';
}
