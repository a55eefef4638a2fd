import type { SpotterEvent } from '../event.js';
import type { Topics } from './topics.js';

/** A message in the shape of one of Frigate's. */
export interface FrigateMessage {
  topic: string;
  payload: string;
}

/** A track as Frigate shows an object; times are Unix time in seconds. */
interface TrackedObject {
  id: string;
  camera: string;
  frame_time: number;
  start_time: number;
  end_time: number | null;
  [key: string]: unknown;
}

/** Tracks are forgotten when they leave; of those that never did, only so many are kept. */
const MOST_TRACKS = 1000;

/**
 * Writes the events of tracks as Frigate publishes its tracked objects, for programs that read those: `events` with `new`, `update` and
 * `end`, and `tracked_object_update` with the name of a face.
 */
export class FrigateShape {
  readonly #topics: Topics;
  /** Each track as of its last event, by its id. */
  readonly #tracks = new Map<string, TrackedObject>();

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  /** The messages of an event, of which each has to be asked for once, in order; none for an event without a track. */
  messagesOf(event: SpotterEvent): FrigateMessage[] {
    const { kind, track } = event;
    if (track === null) return [];
    const before = this.#tracks.get(track);
    const after = this.#objectOf(event, track, before);
    if (kind === 'left') this.#tracks.delete(track);
    else this.#keep(track, after);
    const change = before === undefined ? 'new' : 'update';
    const type = kind === 'left' ? 'end' : change;
    const messages = [this.#message('events', { type, before: before ?? after, after })];
    if (kind === 'match' || kind === 'unknown' || kind === 'ambiguous')
      messages.push(this.#message('tracked_object_update', updateOf(event, after)));
    return messages;
  }

  #objectOf(event: SpotterEvent, track: string, before: TrackedObject | undefined): TrackedObject {
    const { camera, person, similarity, box, frame, quality, zones, snapshot } = event;
    const time = Date.parse(event.capturedAt) / 1000;
    const seenMs = event.kind === 'left' ? (event.lastSeenMs ?? 0) - (event.firstSeenMs ?? 0) : 0;
    const [x1, y1, x2, y2] = (box ?? [0, 0, 0, 0]).map(Math.round);
    const [width, height] = [x2 - x1, y2 - y1];
    const score = quality?.score ?? 0;
    const entered = new Set([...((before?.entered_zones as string[] | undefined) ?? []), ...zones]);
    return {
      id: track,
      camera,
      frame_time: time,
      snapshot: null,
      label: 'person',
      sub_label: person === null ? null : [person, similarity ?? 0],
      top_score: Math.max(score, Number(before?.top_score ?? 0)),
      false_positive: false,
      start_time: before?.start_time ?? time - seenMs / 1000,
      end_time: event.kind === 'left' ? time : null,
      score,
      box: [x1, y1, x2, y2],
      area: width * height,
      ratio: height === 0 ? 0 : Number((width / height).toFixed(2)),
      region: [0, 0, frame?.width ?? 0, frame?.height ?? 0],
      active: event.kind !== 'left',
      stationary: false,
      motionless_count: 0,
      position_changes: 0,
      current_zones: zones,
      entered_zones: [...entered],
      has_clip: false,
      has_snapshot: snapshot !== null,
      attributes: { face: score },
      current_attributes: [],
    };
  }

  #keep(track: string, object: TrackedObject): void {
    this.#tracks.delete(track);
    this.#tracks.set(track, object);
    const [oldest] = this.#tracks.keys();
    if (this.#tracks.size > MOST_TRACKS) this.#tracks.delete(oldest);
  }

  #message(what: 'events' | 'tracked_object_update', payload: object): FrigateMessage {
    return { topic: this.#topics.ofFrigate(what), payload: JSON.stringify(payload) };
  }
}

function updateOf({ person, similarity }: SpotterEvent, { id, camera, frame_time }: TrackedObject): object {
  return { type: 'face', id, name: person, score: similarity ?? 0, camera, timestamp: frame_time };
}
