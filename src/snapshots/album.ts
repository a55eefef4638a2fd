import { Serial } from '../core/serial.js';
import type { EventDraft, EventKind } from '../events/event.js';
import type { Quality } from '../face/quality.js';
import { type Area, crop, evenArea, wholeOf } from '../image/crop.js';
import type { Image } from '../image/image.js';
import { aroundFace, type KeptLook, type TrackLook } from './keptLook.js';
import type { Pictures } from './pictures.js';

/** Dependencies of an {@link Album}. */
export interface AlbumOptions {
  /** What is kept of a look: the whole frame, or only the face with its margin. */
  part: 'frame' | 'face';
  /** Encodes the pictures; the look has a copy of the image. */
  encode: (look: KeptLook) => Promise<Pictures>;
  /** Called when pictures cannot be encoded. */
  onFailure: (error: unknown) => void;
  /** Called with the face of a track after its events, where only faces are kept; and with a better one every few seconds at most. */
  onFace?: (track: string, pictures: Pictures) => void;
  /** Shared by all albums. */
  budget: Budget;
}

/** What an album calls. */
export type AlbumCallbacks = Pick<AlbumOptions, 'onFailure' | 'onFace'>;

/** Memory left for looks, raw or encoded, of all cameras together. */
export interface Budget {
  leftBytes: number;
}

/** The whole budget: 40 raw copies of 1080p. */
export const LOOKS_BYTES = 128 << 20;

/** What is kept of one track, its best look: a raw copy, or JPEGs once they were asked for. */
interface Kept {
  worth: number;
  /** Bytes taken from the budget. */
  bytes: number;
  isDropped: boolean;
  raw: KeptLook | null;
  pictures: Promise<Pictures | null> | null;
  /** When pictures of the track were made last, monotonic ms; null before. */
  madeAtMs: number | null;
}

/** Kinds of events with pictures. */
const PICTURED: ReadonlySet<EventKind> = new Set(['match', 'unknown', 'ambiguous', 'left']);
/** A look must be better by this factor to replace the one before. */
const CLEARLY = 1.15;
/** Between two pictures of a track that no event asks for, ms. */
const BETTER_EVERY_MS = 2000;
/** Beyond these values, a look gets no better. */
const ENOUGH = { sizePx: 200, sharpness: 0.3 };
/** Worth of the detail of a face whose sharpness was not measured: more than no picture, less than any other. */
const UNMEASURED = 0.02;

/**
 * Keeps the best look at each tracked face of one camera. The pipeline waits only for the copy of a frame; looks are
 * encoded when an event asks for pictures, one at a time.
 */
export class Album {
  readonly #options: AlbumOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #encoding = new Serial();

  constructor(options: AlbumOptions) {
    this.#options = options;
  }

  /** Keeps the looks of a frame that are clearly better than those before. The image may change after the call. */
  look(image: Image, looks: readonly TrackLook[]): void {
    const { budget, part } = this.#options;
    let whole: Image | undefined;
    for (const look of looks) {
      const { track } = look;
      const worth = worthOf(look.quality);
      const kept = this.#kept.get(track);
      if (kept && worth <= kept.worth * CLEARLY) continue;
      const area = part === 'frame' ? wholeOf(image) : evenArea(aroundFace(look.face.box, image));
      const bytes = bytesOf(image, area);
      if (budget.leftBytes + (kept?.bytes ?? 0) < bytes) continue;
      // Looks at faces of one frame share it.
      if (part === 'frame') whole ??= crop(image, area);
      const { face, quality } = look;
      const frame = { width: image.width, height: image.height };
      const raw = { face, quality, frame, area, image: whole ?? crop(image, area) };
      this.#drop(track);
      const madeAtMs = kept?.madeAtMs ?? null;
      const now: Kept = { worth, bytes, isDropped: false, raw, pictures: null, madeAtMs };
      this.#kept.set(track, now);
      budget.leftBytes -= bytes;
      if (madeAtMs !== null && performance.now() - madeAtMs >= BETTER_EVERY_MS) this.#offer(track, now);
    }
  }

  /** Drops the looks at all other tracks. */
  keepOnly(tracks: ReadonlySet<string>): void {
    for (const track of this.#kept.keys()) if (!tracks.has(track)) this.#drop(track);
  }

  /**
   * The pictures for an event: the best look so far at its track. Where only faces are kept, the event does not wait for its face.
   *
   * @returns undefined for events that have, or wait for, no pictures; resolves with null if there is no look or encoding fails; never
   * rejects
   */
  picturesOf({ kind, track }: EventDraft): Promise<Pictures | null> | undefined {
    if (track === null || !PICTURED.has(kind)) return undefined;
    const kept = this.#kept.get(track);
    if (this.#options.part === 'face') {
      if (kept?.raw) this.#offer(track, kept);
      return undefined;
    }
    if (!kept) return Promise.resolve(null);
    return this.#made(kept);
  }

  /** Whoever looks at a face that stays in view sees it at its best, before its track ends. */
  #offer(track: string, kept: Kept): void {
    const { onFace } = this.#options;
    if (onFace) void this.#made(kept).then((pictures) => pictures && onFace(track, pictures));
  }

  #made(kept: Kept): Promise<Pictures | null> {
    if (kept.raw) {
      kept.pictures = this.#encode(kept, kept.raw);
      kept.madeAtMs = performance.now();
      kept.raw = null;
    }
    return kept.pictures ?? Promise.resolve(null);
  }

  #encode(kept: Kept, look: KeptLook): Promise<Pictures | null> {
    // A look that waits to be encoded still takes memory, even if its track ends.
    const { budget } = this.#options;
    const held = kept.bytes;
    kept.bytes = 0;
    return this.#encoding.run(async () => {
      try {
        const pictures = await this.#options.encode(look);
        if (!kept.isDropped) kept.bytes = (pictures.frame?.length ?? 0) + pictures.face.length;
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

/** Memory that a part of an image takes. */
function bytesOf({ pixels, width, height }: Image, area: Area): number {
  return Math.ceil((pixels.length * area.width * area.height) / (width * height));
}

/** How well a look shows a face, 0..1: its size, sharpness, pose and detection score. */
function worthOf({ sizePx, sharpness, yawDeg, pitchDeg, score }: Quality): number {
  const size = Math.min(1, sizePx / ENOUGH.sizePx);
  const detail =
    sharpness === null ? UNMEASURED : Math.max(UNMEASURED, Math.min(1, sharpness / ENOUGH.sharpness));
  const turned = Math.max(0.1, Math.cos((yawDeg * Math.PI) / 180) * Math.cos((pitchDeg * Math.PI) / 180));
  return size * detail * turned * score;
}
