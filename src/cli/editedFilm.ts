import type { Image } from '../image/image.js';
import { SceneCuts } from '../pipeline/sceneCuts.js';

/** Cuts from which a recording is edited film: so many, and so many per minute. A fixed camera has none but those of its faults. */
const EDITED = { cuts: 5, perMinute: 1 };

/** Recognises recordings that are not of one fixed camera. */
export class EditedFilm {
  #pictures = new SceneCuts();
  #cuts = 0;
  #untilMs = 0;

  /** Call once per searched frame, in order. @param image yuv420p */
  add(image: Image, mediaTimeMs: number): void {
    if (this.#pictures.isCut(image)) this.#cuts++;
    this.#untilMs = mediaTimeMs;
  }

  /** What to tell the user of the recording; null for one of a fixed camera. Begins anew with the next recording. */
  hint(name: string): string | null {
    const cuts = this.#cuts;
    const minutes = this.#untilMs / 60_000;
    this.#pictures.reset();
    this.#cuts = 0;
    this.#untilMs = 0;
    if (cuts < EDITED.cuts || cuts < EDITED.perMinute * minutes) return null;
    return `${name}: ${cuts} cuts, as in edited film; --still skip is for recordings of fixed cameras, so scan this one without it`;
  }
}
