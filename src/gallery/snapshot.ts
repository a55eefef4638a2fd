import type { Match, NearestTwo } from '../face/match.js';
import type { GalleryMatrix } from '../worker/protocol.js';
import type { PersonSettings } from './person.js';

/** One photo that may be compared with: whose, and its embedding of length 1. */
export interface GalleryFace {
  person: string;
  embedding: Float32Array;
}

let versions = 0;

/** The gallery at one moment: people by name for us, numbers in shared memory for the workers. Never changes. */
export class GallerySnapshot {
  /** Sorted; a worker's person index points here. */
  readonly people: readonly string[];
  readonly matrix: GalleryMatrix;
  readonly #settings: ReadonlyMap<string, PersonSettings>;
  /**
   * [photos, dimension]. Shared memory does not count for the garbage collector: a gallery that changes every second would
   * fill the machine with old ones. This counts, and takes the shared part of its snapshot along.
   */
  readonly #rows: Float32Array;

  /**
   * @param dimension values of an embedding
   * @param settings what is said of each person, by name; nobody of whom nothing is said
   */
  constructor(
    faces: readonly GalleryFace[],
    dimension: number,
    settings: ReadonlyMap<string, PersonSettings> = new Map(),
  ) {
    this.people = [...new Set(faces.map(({ person }) => person))].sort();
    const indexOf = new Map(this.people.map((person, index) => [person, index]));
    const photos = faces.length;
    const columns = new Float32Array(
      new SharedArrayBuffer(photos * dimension * Float32Array.BYTES_PER_ELEMENT),
    );
    const personOf = new Int32Array(new SharedArrayBuffer(photos * Int32Array.BYTES_PER_ELEMENT));
    this.#settings = settings;
    this.#rows = new Float32Array(photos * dimension);
    for (const [photo, { person, embedding }] of faces.entries()) {
      personOf[photo] = indexOf.get(person) ?? -1;
      this.#rows.set(embedding, photo * dimension);
      for (let i = 0; i < dimension; i++) columns[i * photos + photo] = embedding[i];
    }
    this.matrix = { version: ++versions, dimension, photos, columns, personOf };
  }

  /** A worker's answer with names; null when the gallery is empty. */
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
