import { writtenApart } from '../core/rounded.js';
import {
  ALIKE_ABOVE,
  type ComparedPhoto,
  type Comparison,
  comparePhotos,
  type Face,
  type Pair,
} from './comparison.js';
import { Groups } from './groups.js';

/** What a check of the gallery finds among the photos that can be used. */
export type FindingFault = 'same_file' | 'repeat' | 'alike' | 'unlike' | 'closer' | 'outlier';

/** Something to look into. */
export interface Finding {
  /** The photo, or one of the two, relative to the gallery. */
  photo: string;
  person: string;
  fault: FindingFault;
  /** One sentence: what it is, and what to do. */
  message: string;
}

/**
 * A photo is taken for one of somebody else below this share of the similarity of a match: 1 of 810 right photos of LFW, and four of
 * five wrong ones.
 */
const UNLIKE_SHARE = 0.4;
/**
 * A photo belongs rather to somebody else whom it matches, when it is more similar by this: 5 of 810 right photos of LFW among 1,500
 * people with the weaker embedder.
 */
const CLOSER_BY = 0.1;
/** From so many photos on, one that has less than this share of the usual similarity is an outlier: no right photo was found to be one. */
const OUTLIER_PHOTOS = 5;
const OUTLIER_SHARE = 0.25;

/**
 * What is wrong among the photos in use: one file twice, one person under two names, a photo of somebody else.
 *
 * @param threshold cosine similarity of a match
 * @param isWanted limits the findings to those about some photos; default: all
 */
export function findingsAmong(
  photos: readonly ComparedPhoto[],
  threshold: number,
  isWanted: (photo: string) => boolean = () => true,
): Finding[] {
  return findingsIn(comparePhotos(photos, threshold, isWanted), threshold, isWanted);
}

/** The same from photos that have been compared. */
export function findingsIn(
  comparison: Comparison,
  threshold: number,
  isWanted: (photo: string) => boolean = () => true,
): Finding[] {
  const { faces, own, others, people } = comparison;
  const findings: Finding[] = [];
  // Photos that seem to show somebody else.
  const strangers = new Set<Face>();
  // Of two, the later one is reported.
  for (const [face, nearest] of [...own].reverse()) {
    const { a, b, similarity } = nearest;
    // Of two photos that are unlike each other, one message is enough.
    const isReported = strangers.has(a) || strangers.has(b);
    if (similarity >= UNLIKE_SHARE * threshold || !isWanted(face.name) || isReported) continue;
    strangers.add(face);
    findings.push(unlike(face, nearest, others.get(face), threshold));
  }
  const groups = new Groups();
  for (const [a, b] of copiesAmong(faces)) {
    groups.join(a.who, b.who);
    if (isWanted(a.name) || isWanted(b.name)) findings.push(sameFile(a, b));
  }
  const misplaced = misplacedIn(comparison, threshold).filter(({ face }) => isWanted(face.name));
  const report = (one: Misplaced) => {
    const { face, other } = one;
    // Like a photo that is itself in the wrong folder, or of one person under two names.
    const isExplained = strangers.has(other) || groups.areJoined(face.who, other.who);
    if (strangers.has(face) || isExplained || people.areAlike(face, other, threshold)) return;
    strangers.add(face);
    findings.push(closer(one));
  };
  for (const one of misplaced) if (one.own.similarity < threshold) report(one);
  for (const { a, b, similarity } of comparison.alike) {
    const isOne = people.areAlike(a, b, threshold);
    // A photo in the wrong folder is like those of the right person.
    if ((!isOne && (strangers.has(a) || strangers.has(b))) || (!isWanted(a.name) && !isWanted(b.name)))
      continue;
    // Fifty names of one person have over a thousand pairs; what links them is enough.
    const mean = similarity < threshold + ALIKE_ABOVE ? people.meanBetween(a, b) : null;
    if (groups.join(a.who, b.who)) findings.push(alike(a, b, similarity, mean));
  }
  // Those that match their own person too may as well show that two people are one.
  misplaced.forEach(report);
  for (const { face, mean, median } of outliersIn(comparison))
    if (isWanted(face.name) && !strangers.has(face)) findings.push(outlier(face, mean, median));
  for (const pair of comparison.repeats)
    if (isWanted(pair.a.name) || isWanted(pair.b.name)) findings.push(repeat(pair));
  return findings.sort((a, b) => (a.photo < b.photo ? -1 : 1));
}

/** A photo that is closer to another person than to its own. */
interface Misplaced {
  face: Face;
  own: Pair;
  /** The most similar photo of the other person. */
  other: Face;
  similarity: number;
}

/** Sorted: those that are misplaced most come first. */
function misplacedIn({ own, others }: Comparison, threshold: number): Misplaced[] {
  const found = [...own].flatMap(([face, nearest]) => {
    const pair = others.get(face);
    if (!pair || pair.similarity < threshold || pair.similarity <= nearest.similarity + CLOSER_BY) return [];
    return [{ face, own: nearest, other: pair.b, similarity: pair.similarity }];
  });
  const gap = (one: Misplaced) => one.similarity - one.own.similarity;
  return found.sort((a, b) => gap(b) - gap(a));
}

function outliersIn({ faces, people }: Comparison): { face: Face; mean: number; median: number }[] {
  const means = new Map<number, { face: Face; mean: number }[]>();
  for (const face of faces) {
    const mean = people.photosOf(face) < OUTLIER_PHOTOS ? null : people.meanToOwn(face);
    if (mean === null) continue;
    const own = means.get(face.who);
    if (own) own.push({ face, mean });
    else means.set(face.who, [{ face, mean }]);
  }
  return [...means.values()].flatMap((own) => {
    const sorted = own.map(({ mean }) => mean).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    return own.filter(({ mean }) => mean < OUTLIER_SHARE * median).map((one) => ({ ...one, median }));
  });
}

/** Per file that several people have, each further person's photo and the first one. */
function copiesAmong(faces: readonly Face[]): [Face, Face][] {
  const first = new Map<string, Face>();
  const seen = new Set<string>();
  return faces.flatMap((face): [Face, Face][] => {
    if (face.sha256 === null) return [];
    const original = first.get(face.sha256);
    if (!original) first.set(face.sha256, face);
    const copy = `${face.sha256} ${face.who}`;
    if (!original || original.who === face.who || seen.has(copy)) return [];
    seen.add(copy);
    return [[face, original]];
  });
}

function sameFile(a: Face, b: Face): Finding {
  const message = `is the same file as ${b.name}; use each photo for one person`;
  return { photo: a.name, person: a.person, fault: 'same_file', message };
}

function repeat({ a, b, similarity }: Pair): Finding {
  const isCopy = a.sha256 !== null && a.sha256 === b.sha256;
  const what = isCopy
    ? `is the same file as ${b.name}`
    : `is nearly the same picture as ${b.name} (${similarity.toFixed(2)})`;
  const message = `${what} and adds nothing to it; set one of them aside`;
  return { photo: a.name, person: a.person, fault: 'repeat', message };
}

function alike(a: Face, b: Face, similarity: number, mean: number | null): Finding {
  const [first, second] = [a.person, b.person].sort();
  const all = mean === null ? '' : `, like all photos of the two (${mean.toFixed(2)} on average)`;
  const message = `looks like ${b.name} (${similarity.toFixed(2)})${all}, so that ${first} and ${second} will be ambiguous; if they are one person, give them one name, else remove one of the photos`;
  return { photo: a.name, person: a.person, fault: 'alike', message };
}

function unlike(face: Face, nearest: Pair, other: Pair | undefined, threshold: number): Finding {
  const stranger = other && other.similarity >= threshold && other.b;
  const rather = stranger ? `, and rather like ${stranger.name} (${other.similarity.toFixed(2)})` : '';
  const message = `is unlike ${nearest.b.name}, the most similar other photo of ${face.person} (${nearest.similarity.toFixed(2)})${rather}; remove the one that shows somebody else`;
  return { photo: face.name, person: face.person, fault: 'unlike', message };
}

function closer({ face, own, other, similarity }: Misplaced): Finding {
  const [more, less] = writtenApart(similarity, own.similarity, 2);
  const message = `is closer to ${other.name} (${more}) than to ${own.b.name}, the most similar other photo of ${face.person} (${less}); move it if it shows ${other.person}, else set it aside, since ${other.person} may be taken for ${face.person}`;
  return { photo: face.name, person: face.person, fault: 'closer', message };
}

function outlier(face: Face, mean: number, median: number): Finding {
  const [own, usual] = writtenApart(mean, median, 2);
  const message = `is unlike the other photos of ${face.person} (${own} on average, where ${usual} is usual); set it aside if it shows somebody else or hardly shows the face`;
  return { photo: face.name, person: face.person, fault: 'outlier', message };
}
