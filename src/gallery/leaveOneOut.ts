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
  /** By person, what a face is compared with. */
  readonly #all = new Map<string, GalleryFace[]>();
  readonly #photos = new Map<string, GalleryFace[]>();
  readonly #settings: ReadonlyMap<string, PersonSettings>;

  /** @param settings by person; a threshold of a person's own applies to their name */
  constructor(faces: readonly GalleryFace[], settings: ReadonlyMap<string, PersonSettings> = new Map()) {
    this.#settings = settings;
    for (const face of faces) {
      const own = this.#photos.get(face.person);
      if (own) own.push(face);
      else this.#photos.set(face.person, [face]);
    }
    for (const [person, own] of this.#photos) this.#all.set(person, comparedFaces(own));
  }

  /** A photo of the gallery, compared with all the others. */
  withoutPhoto(face: GalleryFace): Compared {
    const others = (this.#photos.get(face.person) ?? []).filter((photo) => photo !== face);
    return this.#compare(face, comparedFaces(others));
  }

  /** A photo of the gallery, compared with the photos of everybody else: the person is a stranger to them. */
  withoutPerson(face: GalleryFace): Compared {
    return this.#compare(face, []);
  }

  /** A photo of somebody else, compared with the whole gallery. */
  whole({ embedding }: Pick<GalleryFace, 'embedding'>): Compared {
    return this.#compare({ person: null, embedding }, []);
  }

  /** @param own what stands for the person of the face */
  #compare(
    { person, embedding }: { person: string | null; embedding: Float32Array },
    own: readonly GalleryFace[],
  ): Compared {
    const people = [...this.#all.keys()];
    const sets = people.map((one) => (one === person ? own : (this.#all.get(one) ?? [])));
    const similarities = sets.map((faces) =>
      faces.reduce(
        (best, face) => Math.max(best, cosine(face.embedding, embedding)),
        Number.NEGATIVE_INFINITY,
      ),
    );
    const nearest = nearestTwo(Float32Array.from(similarities), Int32Array.from(people.keys()));
    const self = people.indexOf(person ?? '');
    const others = similarities.filter((_, index) => index !== self);
    return {
      match: this.#matchOf(people, nearest),
      own: self >= 0 ? finite(similarities[self]) : null,
      other: finite(Math.max(...others)),
      compared: sets.reduce((sum, faces) => sum + faces.length, 0),
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

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
