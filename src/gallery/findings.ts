import { cosine } from '../face/embedding.js';
import type { ReadPhoto } from './reader.js';

/** What a check of the gallery finds among the photos that can be used. */
export type FindingFault = 'same_file' | 'alike' | 'unlike';

/** Something to look into. */
export interface Finding {
  /** The photo, or one of the two, relative to the gallery. */
  photo: string;
  person: string;
  fault: FindingFault;
  /** One sentence: what it is, and what to do. */
  message: string;
}

/** A photo to compare with others; see {@link ReadPhoto}. */
export type ComparedPhoto = Pick<ReadPhoto, 'person' | 'name' | 'sha256' | 'result'>;

/** A photo in use. */
interface Face {
  person: string;
  /** Number of the person. */
  who: number;
  name: string;
  sha256: string | null;
  embedding: Float32Array;
}

/** Two photos, and the cosine similarity of their faces. */
interface Pair {
  a: Face;
  b: Face;
  similarity: number;
}

/** Two people are taken for one from this similarity above that of a match on: no pair of 1,500 people of LFW is so similar. */
const ALIKE_ABOVE = 0.2;
/**
 * A photo is taken for one of somebody else below this share of the similarity of a match: 3 of 834 right photos of LFW, and four of
 * five wrong ones.
 */
const UNLIKE_SHARE = 0.4;

/**
 * What is wrong among the photos in use: one file in two people, one person under two names, a photo of somebody else.
 * Compares every photo with every other one: half a second for 2,000 photos.
 *
 * @param threshold cosine similarity of a match
 * @param isWanted limits the findings to those about some photos; default: all
 */
export function findingsAmong(
  photos: readonly ComparedPhoto[],
  threshold: number,
  isWanted: (photo: string) => boolean = () => true,
): Finding[] {
  const faces = facesOf(photos);
  // Per two people who seem to be one, the most similar photos; per photo, the most similar other photo of the person, and of anybody else.
  const between = new Map<number, Pair>();
  const own = new Map<Face, Pair>();
  const others = new Map<Face, Pair>();
  for (let i = 0; i < faces.length; i++) {
    const a = faces[i];
    for (let j = 0; j < i; j++) {
      const b = faces[j];
      const isSame = a.who === b.who;
      if (!isSame && !isWanted(a.name) && !isWanted(b.name)) continue;
      const similarity = cosine(a.embedding, b.embedding);
      const nearest = isSame ? own : others;
      keepNearest(nearest, a, a, b, similarity);
      keepNearest(nearest, b, a, b, similarity);
      // Of all others there are millions.
      if (isSame || similarity < threshold + ALIKE_ABOVE) continue;
      const two = Math.min(a.who, b.who) * faces.length + Math.max(a.who, b.who);
      keepNearest(between, two, a, b, similarity);
    }
  }
  const findings: Finding[] = [];
  const strangers = new Set<Face>();
  for (const [face, nearest] of own) {
    const { a, b, similarity } = nearest;
    // Of two photos that are unlike each other, one message is enough.
    const isReported = strangers.has(a) || strangers.has(b);
    if (similarity >= UNLIKE_SHARE * threshold || !isWanted(face.name) || isReported) continue;
    strangers.add(face);
    findings.push(unlike(face, nearest, others.get(face), threshold));
  }
  const people = new Groups();
  for (const [a, b] of copiesAmong(faces)) {
    people.join(a.who, b.who);
    if (isWanted(a.name) || isWanted(b.name)) findings.push(sameFile(a, b));
  }
  for (const { a, b, similarity } of [...between.values()].sort((x, y) => y.similarity - x.similarity)) {
    // A photo in the wrong folder is like those of the right person.
    if (strangers.has(a) || strangers.has(b) || (!isWanted(a.name) && !isWanted(b.name))) continue;
    // Fifty names of one person have over a thousand pairs; what links them is enough.
    if (people.join(a.who, b.who)) findings.push(alike(a, b, similarity));
  }
  return findings.sort((a, b) => (a.photo < b.photo ? -1 : 1));
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

/** People who are linked by findings, directly or through others. */
class Groups {
  readonly #parents = new Map<number, number>();

  /** Links two people. @returns false when they were linked before */
  join(a: number, b: number): boolean {
    const [one, other] = [this.#rootOf(a), this.#rootOf(b)];
    if (one !== other) this.#parents.set(one, other);
    return one !== other;
  }

  #rootOf(who: number): number {
    let root = who;
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next;
    return root;
  }
}

function facesOf(photos: readonly ComparedPhoto[]): Face[] {
  const numbers = new Map<string, number>();
  return photos.flatMap(({ person, name, sha256, result }) => {
    if (result.state !== 'used') return [];
    const who = numbers.get(person) ?? numbers.size;
    numbers.set(person, who);
    return [{ person, who, name, sha256, embedding: result.embedding }];
  });
}

function keepNearest<Key>(nearest: Map<Key, Pair>, key: Key, a: Face, b: Face, similarity: number): void {
  const before = nearest.get(key);
  if (before === undefined || similarity > before.similarity) nearest.set(key, { a, b, similarity });
}

function sameFile(a: Face, b: Face): Finding {
  const message = `is the same file as ${b.name}; use each photo for one person`;
  return { photo: a.name, person: a.person, fault: 'same_file', message };
}

function alike(a: Face, b: Face, similarity: number): Finding {
  const [first, second] = [a.person, b.person].sort();
  const message = `looks like ${b.name} (${similarity.toFixed(2)}), so that ${first} and ${second} will be ambiguous; if they are one person, give them one name, else remove one of the photos`;
  return { photo: a.name, person: a.person, fault: 'alike', message };
}

function unlike(face: Face, { a, b, similarity }: Pair, other: Pair | undefined, threshold: number): Finding {
  const nearest = a === face ? b : a;
  const stranger = other && other.similarity >= threshold && (other.a === face ? other.b : other.a);
  const rather = stranger ? `, and rather like ${stranger.name} (${other.similarity.toFixed(2)})` : '';
  const message = `is unlike ${nearest.name}, the most similar other photo of ${face.person} (${similarity.toFixed(2)})${rather}; remove the one that shows somebody else`;
  return { photo: face.name, person: face.person, fault: 'unlike', message };
}
