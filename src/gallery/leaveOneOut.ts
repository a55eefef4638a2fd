import { cosine } from '../face/embedding.js';
import { type Match, nearestTwo } from '../face/match.js';
import type { PersonSettings } from './person.js';
import { comparedFaces, type GalleryFace } from './snapshot.js';

/** A face and what it was compared with. */
export interface Compared {
  /** null when there was nobody to compare with. */
  match: Match | null;
  /** Most similar own photo, or the mean of them, -1..1; null without another photo of the person. */
  own: number | null;
  /** The same of everybody else; null without anybody else. */
  other: number | null;
  /** Number of photos, and means of photos, that the face was compared with. */
  compared: number;
}

/** A gallery without one of its photos, or without one of its people: what a camera would make of the face that is left out. */
export class LeaveOneOut {
  readonly #people: readonly string[];
  /** By person, the photos, and what a face is compared with. */
  readonly #photos: readonly GalleryFace[][];
  readonly #sets: readonly GalleryFace[][];
  readonly #settings: ReadonlyMap<string, PersonSettings>;

  /** @param settings by person; a threshold of a person's own applies to their name */
  constructor(faces: readonly GalleryFace[], settings: ReadonlyMap<string, PersonSettings> = new Map()) {
    this.#settings = settings;
    const photos = new Map<string, GalleryFace[]>();
    for (const face of faces) {
      const own = photos.get(face.person);
      if (own) own.push(face);
      else photos.set(face.person, [face]);
    }
    this.#people = [...photos.keys()];
    this.#photos = [...photos.values()];
    this.#sets = this.#photos.map(comparedFaces);
  }

  /**
   * A photo of the gallery, compared with the gallery without this photo, and with the gallery without this person, who is a
   * stranger to the others.
   */
  leaveOut(face: GalleryFace): { photo: Compared; person: Compared } {
    const self = this.#people.indexOf(face.person);
    const others = (this.#photos[self] ?? []).filter((photo) => photo !== face);
    const similarities = this.#similarities(face, self);
    return {
      photo: this.#compared(face, similarities, self, comparedFaces(others)),
      person: this.#compared(face, similarities, self, []),
    };
  }

  /** A photo of somebody else, compared with the whole gallery. */
  whole(face: Pick<GalleryFace, 'embedding'>): Compared {
    return this.#compared(face, this.#similarities(face, -1), -1, []);
  }

  /** To everybody but one, by person; that one has -Infinity. */
  #similarities(face: Pick<GalleryFace, 'embedding'>, self: number): Float32Array {
    return Float32Array.from(this.#sets, (faces, person) => greatest(person === self ? [] : faces, face));
  }

  /** @param own what stands for the person of the face, who has the number `self` */
  #compared(
    face: Pick<GalleryFace, 'embedding'>,
    similarities: Float32Array,
    self: number,
    own: readonly GalleryFace[],
  ): Compared {
    const toOwn = greatest(own, face);
    const all = similarities.map((similarity, person) => (person === self ? toOwn : similarity));
    return {
      match: this.#matchOf(this.#people, nearestTwo(all, Int32Array.from(this.#people.keys()))),
      own: finite(toOwn),
      other: finite(
        similarities.reduce((best, similarity) => Math.max(best, similarity), Number.NEGATIVE_INFINITY),
      ),
      compared: this.#sets.reduce(
        (sum, { length }, person) => sum + (person === self ? 0 : length),
        own.length,
      ),
    };
  }

  #matchOf(people: readonly string[], nearest: ReturnType<typeof nearestTwo>): Match | null {
    const { person, similarity, runnerUp, runnerUpSimilarity } = nearest;
    if (person < 0) return null;
    const isAlone = runnerUp < 0;
    return {
      person: people[person],
      threshold: this.#settings.get(people[person])?.threshold ?? null,
      similarity,
      margin: isAlone ? null : similarity - runnerUpSimilarity,
      runnerUp: isAlone ? null : people[runnerUp],
    };
  }
}

function greatest(faces: readonly GalleryFace[], { embedding }: Pick<GalleryFace, 'embedding'>): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const face of faces) best = Math.max(best, cosine(face.embedding, embedding));
  return best;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
