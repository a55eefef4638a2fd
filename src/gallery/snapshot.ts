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
  readonly matrix: GalleryMatrix;
  readonly #settings: ReadonlyMap<string, PersonSettings>;
  /**
   * [photos, dimension]. The garbage collector does not see the size of shared memory, so a gallery that changes every second
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
