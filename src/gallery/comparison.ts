import type { ReadPhoto } from './reader.js';

/** A photo to compare with others; see {@link ReadPhoto}. */
export type ComparedPhoto = Pick<ReadPhoto, 'person' | 'name' | 'sha256' | 'result'>;

/** A photo in use. */
export interface Face {
  person: string;
  /** Number of the person, from 0 in the order of the photos. */
  who: number;
  name: string;
  sha256: string | null;
  embedding: Float32Array;
}

/** Two photos, and the cosine similarity of their faces. */
export interface Pair {
  a: Face;
  b: Face;
  similarity: number;
}

/** Receives every pair of photos once. */
export type PairObserver = (a: Face, b: Face, similarity: number) => void;

/** What a comparison of every photo with every other one gives. */
export interface Comparison {
  faces: readonly Face[];
  /** By photo: it, and the most similar other photo of the person as `b`; missing where there is none. */
  own: ReadonlyMap<Face, Pair>;
  /** The same with the most similar photo of anybody else. */
  others: ReadonlyMap<Face, Pair>;
  /** Photos that are nearly the same picture as an earlier one of the person, `b`; each once, as `a`. */
  repeats: readonly Pair[];
  /** Per two people who seem to be one, their most similar photos; the most similar first. */
  alike: readonly Pair[];
  people: People;
}

/** Two people are taken for one from this similarity above that of a match on: no pair of 1,500 people of LFW is so similar. */
export const ALIKE_ABOVE = 0.2;
/** The same for the mean of all photos of two people with several each: at most 0.02 above a match for 86,000 such pairs of LFW. */
const ALIKE_ON_AVERAGE_ABOVE = 0.05;
/**
 * Two photos of a person are nearly the same picture from this similarity on: copies that were scaled or cropped have 0.98 in the
 * median with two embedders, those that were saved again 0.97, different photos of LFW at most 0.94, and of one session 0.96.
 */
const REPEAT_FROM = 0.965;

/**
 * Compares every photo in use with every other one: half a second for 2,000 photos. Takes memory per photo, not per pair.
 *
 * @param threshold cosine similarity of a match
 * @param isWanted limits pairs of different people to those with such a photo; default: all
 * @param onPair also receives the pairs
 */
export function comparePhotos(
  photos: readonly ComparedPhoto[],
  threshold: number,
  isWanted: (photo: string) => boolean = () => true,
  onPair?: PairObserver,
): Comparison {
  const faces = facesOf(photos);
  const own = new Nearest(faces);
  const others = new Nearest(faces);
  const repeats = numbersByPerson(faces).flatMap((numbers) => repeatsAmong(numbers, faces, own, onPair));
  const people = new People(faces, repeats);
  const wanted = faces.map(({ name }) => isWanted(name));
  const between = new Map<number, Pair>();
  for (let i = 0; i < faces.length; i++) {
    const a = faces[i];
    for (let j = 0; j < i; j++) {
      const b = faces[j];
      if (a.who === b.who || (!wanted[i] && !wanted[j])) continue;
      const similarity = similarityOf(a, b);
      onPair?.(a, b, similarity);
      others.note(i, j, similarity);
      if (similarity < threshold || !isOnePerson(a, b, similarity, people, threshold)) continue;
      // Of all others there are millions.
      const key = Math.min(a.who, b.who) * faces.length + Math.max(a.who, b.who);
      if (similarity > (between.get(key)?.similarity ?? -1)) between.set(key, { a, b, similarity });
    }
  }
  const alike = [...between.values()].sort((x, y) => y.similarity - x.similarity);
  return { faces, own: own.pairs(), others: others.pairs(), repeats, alike, people };
}

/**
 * Compares the photos of a person, by number, with each other.
 *
 * @returns those that are nearly the same picture as an earlier one, with the most similar one
 */
function repeatsAmong(
  numbers: readonly number[],
  faces: readonly Face[],
  own: Nearest,
  onPair?: PairObserver,
): Pair[] {
  return numbers.flatMap((i, count) => {
    const a = faces[i];
    let earlier: Pair | null = null;
    for (const j of numbers.slice(0, count)) {
      const b = faces[j];
      const similarity = similarityOf(a, b);
      onPair?.(a, b, similarity);
      own.note(i, j, similarity);
      if (similarity >= REPEAT_FROM && similarity > (earlier?.similarity ?? -1))
        earlier = { a, b, similarity };
    }
    return earlier ?? [];
  });
}

function similarityOf(a: Face, b: Face): number {
  return Math.min(1, Math.max(-1, dot(a.embedding, b.embedding)));
}

function isOnePerson(a: Face, b: Face, similarity: number, people: People, threshold: number): boolean {
  return similarity >= threshold + ALIKE_ABOVE || people.areAlike(a, b, threshold);
}

/** The people of some photos: means of similarities without comparing photo by photo. */
export class People {
  readonly #sums: Float32Array[] = [];
  /** Photos of each person, by number. */
  readonly #counts: number[] = [];
  /** The same without photos that are nearly the same picture as an earlier one. */
  readonly #pictures: number[];

  constructor(faces: readonly Face[], repeats: readonly Pair[]) {
    for (const { who, embedding } of faces) {
      this.#sums[who] ??= new Float32Array(embedding.length);
      this.#counts[who] = (this.#counts[who] ?? 0) + 1;
      const sum = this.#sums[who];
      for (let i = 0; i < embedding.length; i++) sum[i] += embedding[i];
    }
    this.#pictures = [...this.#counts];
    for (const { a } of repeats) this.#pictures[a.who]--;
  }

  /** Number of the person's photos. */
  photosOf({ who }: Face): number {
    return this.#counts[who];
  }

  /** Mean similarity of a photo and the person's others; null without others. */
  meanToOwn(face: Face): number | null {
    const others = this.#counts[face.who] - 1;
    return others === 0 ? null : (dot(face.embedding, this.#sums[face.who]) - 1) / others;
  }

  /** Mean similarity of the photos of two people. */
  meanBetween(a: Face, b: Face): number {
    return dot(this.#sums[a.who], this.#sums[b.who]) / (this.#counts[a.who] * this.#counts[b.who]);
  }

  /**
   * Whether all photos of two people together are as similar as those of one: on average more than a match. One photo says too
   * little, and so do several that are nearly the same picture.
   */
  areAlike(a: Face, b: Face, threshold: number): boolean {
    return (
      this.#pictures[a.who] > 1 &&
      this.#pictures[b.who] > 1 &&
      this.meanBetween(a, b) >= threshold + ALIKE_ON_AVERAGE_ABOVE
    );
  }
}

/** The numbers of each person's photos. */
function numbersByPerson(faces: readonly Face[]): number[][] {
  const people: number[][] = [];
  for (const [number, { who }] of faces.entries()) {
    people[who] ??= [];
    people[who].push(number);
  }
  return people;
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

/** Per photo, the most similar one of some others: in arrays, since millions of pairs are noted. */
class Nearest {
  readonly #faces: readonly Face[];
  readonly #partners: Int32Array;
  readonly #similarities: Float64Array;

  constructor(faces: readonly Face[]) {
    this.#faces = faces;
    this.#partners = new Int32Array(faces.length).fill(-1);
    this.#similarities = new Float64Array(faces.length).fill(-2);
  }

  /** Notes a pair for both of its photos, by number. */
  note(i: number, j: number, similarity: number): void {
    const similarities = this.#similarities;
    if (similarity > similarities[i]) {
      similarities[i] = similarity;
      this.#partners[i] = j;
    }
    if (similarity > similarities[j]) {
      similarities[j] = similarity;
      this.#partners[j] = i;
    }
  }

  pairs(): Map<Face, Pair> {
    const pairs = new Map<Face, Pair>();
    for (const [i, face] of this.#faces.entries()) {
      const partner = this.#partners[i];
      if (partner >= 0)
        pairs.set(face, { a: face, b: this.#faces[partner], similarity: this.#similarities[i] });
    }
    return pairs;
  }
}

/** Four sums at a time take half as long as one, of millions of pairs. */
function dot(a: Float32Array, b: Float32Array): number {
  const whole = a.length - (a.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (let i = whole; i < a.length; i++) s0 += a[i] * b[i];
  return s0 + s1 + s2 + s3;
}
