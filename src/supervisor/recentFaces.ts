import { EventEmitter, once } from 'node:events';
import type { Config } from '../config/schema.js';
import type { Component } from '../core/lifecycle.js';
import { isSamePerson } from '../core/personName.js';
import type { EventDraft, SpotterEvent } from '../events/event.js';
import type { Quality } from '../face/quality.js';
import type { Pictures } from '../snapshots/pictures.js';
import type { VerdictKind } from '../track/verdict.js';

/** A face that was seen recently. Times are Unix ms. */
export interface RecentFace {
  /** Grows from face to face. */
  position: number;
  track: string;
  camera: string;
  verdict: VerdictKind;
  person: string | null;
  similarity: number | null;
  reason: string | null;
  /** Of the last event of the track. */
  seq: number | null;
  firstSeenMs: number;
  lastSeenMs: number;
  quality: Quality;
  /** The face with its margin, and a mark. */
  jpeg: Uint8Array;
}

/** Limits of {@link RecentFaces}. */
export interface RecentFacesOptions {
  /** Read at every use, so that a change applies at once. */
  limits: () => Config['review'];
  /** Whether a track is in view; its face stays. */
  isLive: (camera: string, track: string) => boolean;
  /** Unix ms; default the system's clock. */
  now?: () => number;
}

/** A track whose face may not have come yet. */
type Entry = Omit<RecentFace, 'quality' | 'jpeg'> & Partial<Pick<RecentFace, 'quality' | 'jpeg'>>;

const MINUTE_MS = 60_000;
/** Encoding a face takes up to 50 ms, many of them longer. */
const UNTIL_FACE_MS = 1000;
/** Memory for all faces; with the usual 5 to 30 KB of each, `review.tracks` is the limit. */
const MOST_BYTES = 32 << 20;

/**
 * The best look at each face of the last minutes, in memory alone, so that "who is this?" has an answer although nothing is stored.
 * It is here and not in the engine, so that it outlives one. A face has no embedding: its picture gives the same one again.
 */
export class RecentFaces implements Component {
  readonly #options: RecentFacesOptions;
  /** By track, the one that appeared first at the beginning. */
  readonly #entries = new Map<string, Entry>();
  readonly #arrivals = new EventEmitter().setMaxListeners(0);
  #lastPosition = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RecentFacesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#prune(), MINUTE_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#entries.clear();
  }

  /** Takes an event that is about to be published, with its face where it has that already. */
  take(
    draft: Pick<EventDraft, 'track' | 'camera' | 'capturedAtMs'>,
    pictures: Pictures | null | undefined,
  ): void {
    const { track, camera, capturedAtMs } = draft;
    if (track === null || !this.#isWanted) return;
    // Its face may come before it is in the log.
    this.#entryOf(track, camera, capturedAtMs);
    if (pictures) this.improve(track, pictures);
  }

  /** Takes a better look at a face that is kept; one that is not, or not any more, is let go. */
  improve(track: string, { face, quality }: Pick<Pictures, 'face' | 'quality'>): void {
    const entry = this.#entries.get(track);
    if (!entry) return;
    // What came over the channel may be a part of a larger piece of memory.
    Object.assign(entry, { quality, jpeg: Uint8Array.from(face) });
    this.#prune();
    this.#arrivals.emit(track);
  }

  /** Takes an event that is in the log. */
  notePublished(event: SpotterEvent): void {
    const { track, camera, kind, person, similarity, reason, seq } = event;
    if (track === null || !this.#isWanted) return;
    const atMs = Date.parse(event.capturedAt);
    const entry = this.#entryOf(track, camera, atMs);
    const verdict = VERDICTS[kind] ?? event.verdict ?? entry.verdict;
    Object.assign(entry, { verdict, person, seq, lastSeenMs: Math.max(entry.lastSeenMs, atMs) });
    if (kind !== 'appeared') Object.assign(entry, { similarity, reason });
  }

  /** The faces, the one that appeared last first. */
  get faces(): RecentFace[] {
    this.#prune();
    return [...this.#entries.values()].filter(isFace).reverse();
  }

  /** The face of a track; null when there is none, or not any more. */
  face(track: string): RecentFace | null {
    this.#prune();
    const entry = this.#entries.get(track);
    return entry && isFace(entry) ? entry : null;
  }

  /** The same; the face of a track that has had an event is waited for, because it comes a little later. */
  async untilFace(track: string): Promise<RecentFace | null> {
    const entry = this.#entries.get(track);
    if (entry && !isFace(entry)) {
      const arrived = once(this.#arrivals, track, { signal: AbortSignal.timeout(UNTIL_FACE_MS) });
      await arrived.catch(() => {});
    }
    return this.face(track);
  }

  /** Drops every face that was this person's. */
  forgetPerson(person: string): void {
    for (const [track, entry] of this.#entries)
      if (entry.person !== null && isSamePerson(entry.person, person)) this.#entries.delete(track);
  }

  get #isWanted(): boolean {
    const { tracks, minutes } = this.#options.limits();
    return tracks > 0 && minutes > 0;
  }

  #entryOf(track: string, camera: string, atMs: number): Entry {
    const known = this.#entries.get(track);
    if (known) return known;
    const entry: Entry = {
      position: ++this.#lastPosition,
      ...{ track, camera, verdict: 'unknown', person: null, similarity: null, reason: null, seq: null },
      ...{ firstSeenMs: atMs, lastSeenMs: atMs },
    };
    this.#entries.set(track, entry);
    return entry;
  }

  /** Drops what is too old, and of what is too much the oldest. */
  #prune(): void {
    const { tracks, minutes } = this.#options.limits();
    const nowMs = this.#options.now?.() ?? Date.now();
    let bytes = 0;
    let kept = 0;
    for (const [track, { camera, lastSeenMs, jpeg }] of [...this.#entries].reverse()) {
      const isOld = nowMs - lastSeenMs > minutes * MINUTE_MS && !this.#options.isLive(camera, track);
      const isTooMuch = kept >= tracks || bytes + (jpeg?.length ?? 0) > MOST_BYTES;
      if (minutes === 0 || isOld || isTooMuch) this.#entries.delete(track);
      else {
        kept++;
        bytes += jpeg?.length ?? 0;
      }
    }
  }
}

const VERDICTS: Partial<Record<string, VerdictKind>> = {
  match: 'known',
  unknown: 'unknown',
  ambiguous: 'ambiguous',
};

function isFace(entry: Entry): entry is RecentFace {
  return entry.jpeg !== undefined;
}
