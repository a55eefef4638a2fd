import type { Detection, Landmarks } from '../../src/face/detection.js';
import { normalise } from '../../src/face/embedding.js';
import type { LookedFace } from '../../src/face/faceMark.js';
import type { Match } from '../../src/face/match.js';
import type { Quality, UnusableReason } from '../../src/face/quality.js';
import { probesOf, withGallery } from '../../src/track/evidence.js';
import { afterGap, throughStill } from '../../src/track/lifetime.js';
import {
  EMPTY_STATE,
  type LookResult,
  type TrackEvent,
  type TrackerState,
  type TrackPolicy,
} from '../../src/track/state.js';
import { finish, follow, judge } from '../../src/track/tracker.js';

export const policy: TrackPolicy = {
  threshold: 0.4,
  margin: 0.05,
  odds: null,
  startScore: 0.6,
  minIou: 0.3,
  graceMs: 1000,
  reconnectMs: 5000,
  confirmLooks: 2,
  sureBy: 0.1,
  unknownAfterMs: 3000,
  lookEveryMs: 100,
  relookEveryMs: 2000,
  sameFace: 0.3,
};
const landmarks: Landmarks = [
  [0, 0],
  [1, 0],
  [0.5, 0.5],
  [0, 1],
  [1, 1],
];
/** A face whose landmarks span 1 px. */
export const aFace: LookedFace = {
  score: 0.9,
  landmarks,
  aligned: landmarks,
  box: { x1: 0, y1: 0, x2: 1, y2: 1 },
};
export const good: Quality = {
  sizePx: 100,
  score: 0.9,
  yawDeg: 0,
  pitchDeg: 0,
  rollDeg: 0,
  flatness: 0.8,
  visibility: 1,
  landmarksInOrder: true,
  sharpness: 0.2,
};
export const distant: Quality = { ...good, sizePx: 36 };

/** A face in a frame: where it is, and what a look at it shows. */
export interface Person {
  x: number;
  y?: number;
  /** Side of the box; 100 unless lines. */
  size?: number;
  score?: number;
  match?: Match | null;
  quality?: Quality;
  unusable?: UnusableReason;
  /** The direction that this face's embeddings have: its index, or the direction itself. */
  face?: number | Float32Array;
}

export function known(person: string, similarity: number, margin: number | null = 0.3): Match {
  const runnerUp = margin === null ? null : 'somebody-else';
  return { person, threshold: null, similarity, margin, runnerUp };
}

/** Plays frames through the tracker, as a camera does. */
export class Film {
  state: TrackerState = EMPTY_STATE;
  policy: TrackPolicy;
  readonly lines: string[] = [];
  readonly trackEvents: TrackEvent[] = [];
  /** The next frame begins another scene. */
  cut = false;
  /** Looks asked for, by frame. */
  readonly looked: number[] = [];
  /** Number of the track of each face, by frame. */
  readonly numbers: (number | null)[][] = [];

  constructor(change: Partial<TrackPolicy> = {}) {
    this.policy = { ...policy, ...change };
  }

  frame(timeMs: number, ...people: Person[]): this {
    const detections = people.map(({ x, y = 0, size = 100, score = 0.9 }): Detection => {
      const box = { x1: x, y1: y, x2: x + size, y2: y + size * 1.2 };
      return { score, landmarks, box };
    });
    const followed = follow(this.state, detections, timeMs, this.policy, this.cut);
    this.cut = false;
    const looks = followed.sightings.flatMap((sighting, index): LookResult[] => {
      const { match = null, quality = good, unusable = null, face = 0 } = people[index];
      if (!sighting?.wantsLook) return [];
      const { trackNumber } = sighting;
      const embedding = typeof face === 'number' ? direction(face) : face;
      return [
        { trackNumber, quality, unusable, embedding: unusable ? null : embedding, match, combined: null },
      ];
    });
    this.looked.push(looks.length);
    const judged = judge(followed.state, looks, timeMs, this.policy);
    this.state = judged.state;
    this.numbers.push(
      detections.map(
        (detection) => this.state.tracks.find((one) => one.detection === detection)?.number ?? null,
      ),
    );
    return this.record([...followed.trackEvents, ...judged.trackEvents]);
  }

  /** The source was away; its next frame is of this time. */
  gap(nextMs: number): this {
    this.state = afterGap(this.state, nextMs);
    return this;
  }

  /** Frames that show what the last one shows, until this time. */
  still(frames: number, untilMs: number): this {
    this.state = throughStill(this.state, frames, untilMs, this.policy);
    return this;
  }

  /** Another gallery: whoever has an embedding is compared with it. */
  gallery(version: number, match: (embedding: Float32Array) => Match | null): this {
    this.state = withGallery(this.state, probesOf(this.state).map(match), version);
    return this;
  }

  end(): string[] {
    const { state, trackEvents } = finish(this.state, this.policy);
    this.state = state;
    this.record(trackEvents);
    return this.lines;
  }

  private record(trackEvents: TrackEvent[]): this {
    this.trackEvents.push(...trackEvents);
    for (const item of trackEvents) {
      const verdict = item.kind === 'appeared' ? '' : ` ${item.verdict.kind}`;
      const name =
        item.kind !== 'appeared' && item.verdict.kind === 'known' ? ` ${item.verdict.match.person}` : '';
      const withdrawn = item.kind === 'verdict' && item.withdrawn !== null ? ` not ${item.withdrawn}` : '';
      this.lines.push(`${item.track.number} ${item.kind}${verdict}${name}${withdrawn}`);
    }
    return this;
  }
}

/** One of eight directions at right angles: faces that have nothing in common. */
export function direction(face: number): Float32Array {
  const vector = Float32Array.from({ length: 8 }, (_, i) => (i === face % 8 ? 1 : 0));
  normalise(vector);
  return vector;
}

/** A direction whose similarity to that of `face` is `cosine`, and to that of `other` the rest. */
export function between(face: number, other: number, cosine: number): Float32Array {
  const rest = Math.sqrt(1 - cosine * cosine);
  return direction(face).map((value, i) => cosine * value + rest * direction(other)[i]);
}
