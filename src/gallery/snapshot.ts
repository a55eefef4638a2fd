import { normalise } from '../face/embedding.js';
import type { Match, NearestTwo } from '../face/match.js';
import type { GalleryMatrix } from '../worker/protocol.js';
import type { PersonSettings } from './person.js';

/** A photo to compare with: its person, and its embedding of length 1. */
export interface GalleryFace {
  person: string;
  embedding: Float32Array;
}

let versions = 0;

/** The gallery at one moment: people by name here, a matrix in shared memory for the workers. Immutable. */
export class GallerySnapshot {
  /** Sorted; the person indices of the workers refer to this. */
  readonly people: readonly string[];
  /** Number of photos. */
  readonly photos: number;
  readonly matrix: GalleryMatrix;
  readonly #settings: ReadonlyMap<string, PersonSettings>;
  /**
   * [vectors, dimension]. The garbage collector does not see the size of shared memory, so a gallery that changes every second
   * would fill the machine with old snapshots. It does see this copy, and frees the shared part along with it.
   */
  readonly #rows: Float32Array;

  /**
   * @param dimension number of values per embedding
   * @param settings by person, for people who have any
   */
  constructor(
    faces: readonly GalleryFace[],
    dimension: number,
    settings: ReadonlyMap<string, PersonSettings> = new Map(),
  ) {
    this.people = [...new Set(faces.map(({ person }) => person))].sort();
    const indexOf = new Map(this.people.map((person, index) => [person, index]));
    this.photos = faces.length;
    const all = comparedFaces(faces);
    const vectors = all.length;
    const columns = new Float32Array(
      new SharedArrayBuffer(vectors * dimension * Float32Array.BYTES_PER_ELEMENT),
    );
    const personOf = new Int32Array(new SharedArrayBuffer(vectors * Int32Array.BYTES_PER_ELEMENT));
    this.#settings = settings;
    this.#rows = new Float32Array(vectors * dimension);
    for (const [index, { person, embedding }] of all.entries()) {
      personOf[index] = indexOf.get(person) ?? -1;
      this.#rows.set(embedding, index * dimension);
      for (let i = 0; i < dimension; i++) columns[i * vectors + index] = embedding[i];
    }
    this.matrix = { version: ++versions, dimension, vectors, columns, personOf };
  }

  /** A worker's answer with names in place of indices; null when the gallery is empty. */
  toMatch({ person, similarity, runnerUp, runnerUpSimilarity }: NearestTwo): Match | null {
    if (person < 0) return null;
    const alone = runnerUp < 0;
    const name = this.people[person];
    return {
      person: name,
      threshold: this.#settings.get(name)?.threshold ?? null,
      similarity,
      margin: alone ? null : similarity - runnerUpSimilarity,
      runnerUp: alone ? null : this.people[runnerUp],
    };
  }
}

/** What a face is compared with: every photo, and the mean of the photos of each person who has several. */
export function comparedFaces(faces: readonly GalleryFace[]): GalleryFace[] {
  return [...faces, ...meansOf(faces)];
}

/**
 * The mean of all photos of each person who has several. A person is compared with every photo and with the mean, and the most
 * similar decides: on LFW with three photos per person that names more people at equal false names than either alone.
 */
function meansOf(faces: readonly GalleryFace[]): GalleryFace[] {
  const sums = new Map<string, { sum: Float32Array; photos: number }>();
  for (const { person, embedding } of faces) {
    const own = sums.get(person) ?? { sum: new Float32Array(embedding.length), photos: 0 };
    for (let i = 0; i < embedding.length; i++) own.sum[i] += embedding[i];
    sums.set(person, { ...own, photos: own.photos + 1 });
  }
  return [...sums].flatMap(([person, { sum, photos }]) =>
    photos > 1 && normalise(sum) ? [{ person, embedding: sum }] : [],
  );
}
