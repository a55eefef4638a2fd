import type { Caller } from '../core/access.js';
import { SpotterError } from '../core/errors.js';
import { isSamePerson } from '../core/personName.js';
import { Serial } from '../core/serial.js';
import { leftDraft, type SpotterEvent, type TrackEnd } from '../events/event.js';
import { laterOfTrack } from '../events/laterOfTrack.js';
import { setAside } from '../gallery/setAside.js';
import type { CorrectionView, CorrectionViews } from '../http/correctionRoutes.js';
import type { EventHub } from './eventHub.js';
import type { PeopleDirectory } from './peopleDirectory.js';
import { isEnrolledFrom } from './photoDesk.js';

/** What a correction changes. */
export interface CorrectionsOptions {
  folder: () => string;
  /** Takes a name from a track. @throws SpotterError cluster.unreachable when its camera is watched by a node that does not answer */
  deny: (asked: { camera: string; track: string; person: string }) => Promise<{ isLive: boolean }>;
  hub: Pick<EventHub, 'log' | 'publish' | 'subscribe'>;
  directory: Pick<PeopleDirectory, 'find'>;
  /** A stored event that the caller may see; null when there is none. @throws SpotterError log.unusable */
  event: (seq: number, caller: Caller) => SpotterEvent | null;
  /** One change of the gallery's folder at a time. */
  changing: Serial;
}

/** How long the event may take that takes the name back: a frame a second, and some time to spare. */
const EVENT_MS = 4000;
const REASON = 'corrected by hand: it is not the person that it looks like';

/** Takes wrong names back: from the track, in an event of its own, and with the photos that it has given. */
export class Corrections implements CorrectionViews {
  readonly #options: CorrectionsOptions;
  readonly #ending = new Serial();

  constructor(options: CorrectionsOptions) {
    this.#options = options;
  }

  async correct(seq: number, not: string, caller: Caller): Promise<CorrectionView> {
    const event = this.#options.event(seq, caller);
    if (!event) throw new SpotterError('face.missing', `there is no event ${seq}`);
    const { track, camera, person } = event;
    if (track === null)
      throw new SpotterError('event.other', `event ${seq} is not about a face; correct one of the face`);
    if (person === null || !isSamePerson(person, not))
      throw new SpotterError('event.other', `event ${seq} does not name ${not}; correct one that does`);
    const { promise, cancel } = this.#untilWithdrawn(track, person);
    try {
      const { isLive } = await this.#options.deny({ camera, track, person });
      const withdrawal = () => {
        const later = this.#after(event);
        // Corrected before, it stays at that one event.
        const earlier = later.find((one) => one.withdrawn === person);
        if (!isLive && !earlier) this.#publishEnd(event, later, person);
        return earlier?.seq ?? promise;
      };
      // An event is in the log a moment after it was published: corrections that come together must not publish one each.
      const withdrawing = isLive ? withdrawal() : this.#ending.run(async () => withdrawal());
      const [withdrawn, moved] = await Promise.all([withdrawing, this.#setAside(person, track)]);
      return { event: withdrawn, setAside: moved };
    } finally {
      cancel();
    }
  }

  /** Resolves with the number of the event that takes the name back; with null when none comes. */
  #untilWithdrawn(track: string, person: string): { promise: Promise<number | null>; cancel: () => void } {
    let cancel = () => {};
    const promise = new Promise<number | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), EVENT_MS);
      const unsubscribe = this.#options.hub.subscribe((event) => {
        if (event.track === track && event.withdrawn === person) resolve(event.seq);
      });
      cancel = () => {
        clearTimeout(timer);
        unsubscribe();
      };
    });
    return { promise, cancel };
  }

  /** Of a track that has ended, its end is published again, without the name: it must not come into view once more. */
  #publishEnd(event: SpotterEvent, later: readonly SpotterEvent[], person: string): void {
    const { camera, track, box, frame, quality, zones, mediaTimeMs } = event;
    if (track === null) return;
    const left = [event, ...later].find(({ kind }) => kind === 'left') ?? event;
    const atMs = mediaTimeMs ?? 0;
    const { firstSeenMs = atMs, lastSeenMs = atMs, frames = 1 } = left;
    const ended: TrackEnd = { firstSeenMs, lastSeenMs, frames, verdict: 'unknown', reason: null };
    const fields = { camera, track, box, frame, quality, zones, mediaTimeMs, withdrawn: person };
    const draft = leftDraft({ ...fields, capturedAtMs: Date.parse(left.capturedAt) }, ended);
    this.#options.hub.publish({ ...draft, reason: REASON });
  }

  /** What came after an event of a face, in order. */
  #after(event: SpotterEvent): SpotterEvent[] {
    return laterOfTrack(event, (query) => this.#options.hub.log.find(query, false)).events;
  }

  /** Moves the photos out of use that were enrolled from a track. */
  async #setAside(person: string, track: string): Promise<string[]> {
    const { changing, directory, folder } = this.#options;
    return changing.run(async () => {
      const found = await directory.find(person).catch((error: unknown) => {
        if (error instanceof SpotterError && error.code === 'person.missing') return null;
        throw error;
      });
      const photos = found?.photos.filter(
        ({ file, isSetAside }) => !isSetAside && isEnrolledFrom(track, file),
      );
      if (!photos?.length) return [];
      await setAside(
        folder(),
        photos.map(({ name }) => name),
      );
      return photos.map(({ name }) => name);
    });
  }
}
