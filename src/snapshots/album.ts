import type { Box } from '../core/geometry.js';
import { Serial } from '../core/serial.js';
import type { EventDraft, EventKind } from '../events/event.js';
import type { Quality } from '../face/quality.js';
import type { Image } from '../image/image.js';
import type { Pictures } from './pictures.js';

/** A close look at a face that is being followed. */
export interface TrackLook {
  /** The track's id. */
  track: string;
  box: Box;
  /** With its sharpness, where it was good enough for that to be measured. */
  quality: Quality;
}

export interface AlbumOptions {
  /** Makes the pictures; the image is the album's own. */
  encode: (image: Image, box: Box) => Promise<Pictures>;
  /** Told when pictures could not be made, in one sentence. */
  onFailure: (error: unknown) => void;
  budget: Budget;
}

/** Memory for looks, raw or encoded, of all cameras together. */
export interface Budget {
  leftBytes: number;
}

/** As much as 40 copies of 1080p, before any is encoded. */
export const LOOKS_BYTES = 128 << 20;

/** The best look at one track: as it was copied, and once it has been asked for, as JPEGs. */
interface Kept {
  worth: number;
  /** What it has taken of the budget. */
  bytes: number;
  isDropped: boolean;
  raw: { image: Image; box: Box } | null;
  pictures: Promise<Pictures | null> | null;
}

/** Kinds of events that have pictures. */
const PICTURED: ReadonlySet<EventKind> = new Set(['match', 'unknown', 'ambiguous', 'left']);
/** A look must be better by this factor to be worth the copy. */
const CLEARLY = 1.15;
/** From here on, more of it makes a picture no better. */
const ENOUGH = { sizePx: 200, sharpness: 0.3 };
/** A face that was not worth measuring is better than no picture, and worse than any other. */
const UNMEASURED = 0.02;

/**
 * Keeps the best look at each face that one camera follows. Frames are only copied while the pipeline waits, and encoded
 * when an event wants pictures, one at a time.
 */
export class Album {
  readonly #options: AlbumOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #encoding = new Serial();

  constructor(options: AlbumOptions) {
    this.#options = options;
  }

  /** Takes over the looks of a frame that are clearly better than those before; the image may change afterwards. */
  look(image: Image, looks: readonly TrackLook[]): void {
    const { budget } = this.#options;
    let copy: Image | undefined;
    for (const { track, box, quality } of looks) {
      const worth = worthOf(quality);
      const kept = this.#kept.get(track);
      if (kept && worth <= kept.worth * CLEARLY) continue;
      const bytes = image.pixels.length;
      if (budget.leftBytes + (kept?.bytes ?? 0) < bytes) continue;
      copy ??= { ...image, pixels: new Uint8Array(image.pixels) };
      this.#drop(track);
      const raw = { image: copy, box };
      this.#kept.set(track, { worth, bytes, isDropped: false, raw, pictures: null });
      budget.leftBytes -= bytes;
    }
  }

  /** Lets go of the looks at all other tracks. */
  keepOnly(tracks: ReadonlySet<string>): void {
    for (const track of this.#kept.keys()) if (!tracks.has(track)) this.#drop(track);
  }

  /**
   * The best look so far, for an event.
   *
   * @returns undefined for an event that has no pictures; resolves null when they were not to be had; never rejects
   */
  picturesOf({ kind, track }: EventDraft): Promise<Pictures | null> | undefined {
    if (track === null || !PICTURED.has(kind)) return undefined;
    const kept = this.#kept.get(track);
    if (!kept) return Promise.resolve(null);
    if (kept.raw) {
      kept.pictures = this.#encode(kept, kept.raw);
      kept.raw = null;
    }
    return kept.pictures ?? Promise.resolve(null);
  }

  #encode(kept: Kept, { image, box }: { image: Image; box: Box }): Promise<Pictures | null> {
    // What waits to be encoded is still held, whatever becomes of the track.
    const { budget } = this.#options;
    const held = kept.bytes;
    kept.bytes = 0;
    return this.#encoding.run(async () => {
      try {
        const pictures = await this.#options.encode(image, box);
        if (!kept.isDropped) kept.bytes = pictures.frame.length + pictures.face.length;
        return pictures;
      } catch (error) {
        this.#options.onFailure(error);
        return null;
      } finally {
        budget.leftBytes += held - kept.bytes;
      }
    });
  }

  #drop(track: string): void {
    const kept = this.#kept.get(track);
    if (!kept) return;
    this.#options.budget.leftBytes += kept.bytes;
    kept.bytes = 0;
    kept.isDropped = true;
    this.#kept.delete(track);
  }
}

/** How well a look shows a face, 0..1: large, sharp, turned to the camera, found with certainty. */
function worthOf({ sizePx, sharpness, yawDeg, pitchDeg, score }: Quality): number {
  const size = Math.min(1, sizePx / ENOUGH.sizePx);
  const detail =
    sharpness === null ? UNMEASURED : Math.max(UNMEASURED, Math.min(1, sharpness / ENOUGH.sharpness));
  const turned = Math.max(0.1, Math.cos((yawDeg * Math.PI) / 180) * Math.cos((pitchDeg * Math.PI) / 180));
  return size * detail * turned * score;
}
