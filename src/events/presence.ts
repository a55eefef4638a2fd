import type { SpotterEvent } from './event.js';

interface Face {
  camera: string;
  /** null while nobody is named. */
  person: string | null;
  /** ISO 8601: when the name was told. */
  since: string;
}

/** Where somebody is. */
export interface Whereabouts {
  /** Where the person is, the camera that named them last first. */
  cameras: string[];
  /** ISO 8601: since when the person is at one camera or another. */
  since: string;
}

/**
 * Who is there now, from the events alone: a face from `appeared` or its name on, until it has `left` or nobody watched
 * its camera any more. Begins with nobody, as nothing is known before the first event.
 */
export class Presence {
  readonly #faces = new Map<string, Face>();
  readonly #last = new Map<string, string>();

  /** @returns whether anything has changed */
  apply({ kind, camera, track, person, capturedAt }: SpotterEvent): boolean {
    switch (kind) {
      case 'appeared':
      case 'match':
      case 'unknown':
      case 'ambiguous': {
        if (track === null) return false;
        const before = this.#faces.get(track);
        if (before?.person === person) return false;
        // Last in the map is who was named last.
        this.#faces.delete(track);
        this.#faces.set(track, { camera, person, since: capturedAt });
        if (person !== null) this.#last.set(camera, person);
        return true;
      }
      case 'left':
        return track !== null && this.#faces.delete(track);
      case 'gap':
        return this.#clear(camera);
      case 'visit_started':
      case 'visit_ended':
        return false;
    }
  }

  /** Nobody knows any more who is at a camera, and who was. @returns whether anything has changed */
  forget(camera: string): boolean {
    const hadLast = this.#last.delete(camera);
    return this.#clear(camera) || hadLast;
  }

  /** A person's faces are nobody's from now on. */
  forgetPerson(person: string): void {
    for (const [track, face] of this.#faces)
      if (face.person === person) this.#faces.set(track, { ...face, person: null });
    for (const [camera, last] of this.#last) if (last === person) this.#last.delete(camera);
  }

  /** Nobody watches any more. @returns whether anything has changed */
  clear(): boolean {
    const had = this.#faces.size > 0;
    this.#faces.clear();
    return had;
  }

  /** Where a person is; null for nowhere. */
  whereIs(person: string): Whereabouts | null {
    const faces = [...this.#faces.values()].filter((face) => face.person === person).reverse();
    if (faces.length === 0) return null;
    const since = faces.map((face) => face.since).sort()[0];
    return { cameras: [...new Set(faces.map(({ camera }) => camera))], since };
  }

  /** Names of who is at a camera, sorted. */
  peopleAt(camera: string): string[] {
    const names = [...this.#faces.values()].flatMap((face) =>
      face.camera === camera && face.person !== null ? [face.person] : [],
    );
    return [...new Set(names)].sort();
  }

  /** Whether any face is at a camera, named or not. */
  isOccupied(camera: string): boolean {
    return [...this.#faces.values()].some((face) => face.camera === camera);
  }

  /** Who was named last at a camera; null for nobody since we began. */
  lastAt(camera: string): string | null {
    return this.#last.get(camera) ?? null;
  }

  #clear(camera: string): boolean {
    const gone = [...this.#faces].filter(([, face]) => face.camera === camera);
    for (const [track] of gone) this.#faces.delete(track);
    return gone.length > 0;
  }
}
