import type { CameraSummary, EventPage, SpotterEvent, Verdict } from '../api/model.js';

/** A face in view. */
export interface TrackInView {
  id: string;
  camera: string;
  /** Null while the name is open. */
  verdict: Verdict | null;
  person: string | null;
}

/** What the page knows of the events and of who is in view. */
export interface FeedState {
  /** Id of the event log; null before it is known. */
  epoch: string | null;
  /** `seq` of the newest event that was received. */
  lastSeq: number;
  /** `tracks` holds everything up to this event. */
  tracksSeq: number;
  /** Newest first, at most {@link MAX_EVENTS}. */
  events: readonly SpotterEvent[];
  cameras: ReadonlyMap<string, CameraSummary>;
  tracks: ReadonlyMap<string, TrackInView>;
  /** What could not be sent again: events too old to be kept, or another log. */
  gap: 'expired' | 'epoch_changed' | null;
}

/** What changes the state. */
export type FeedMessage =
  | {
      type: 'hello';
      /** Product and version. */
      server: string;
      epoch: string | null;
      seq: number;
      /** How often somebody was forgotten. */
      erasures: number;
      cameras: CameraSummary[];
      tracks: TrackInView[];
    }
  | ({ type: 'event' } & SpotterEvent)
  | ({ type: 'camera' } & CameraSummary)
  | { type: 'error'; code: string; epoch?: string | null }
  | { type: 'stats' };

/** Most events in memory; the history has all. */
export const MAX_EVENTS = 600;

export const EMPTY_FEED: FeedState = {
  epoch: null,
  lastSeq: 0,
  tracksSeq: 0,
  events: [],
  cameras: new Map(),
  tracks: new Map(),
  gap: null,
};

/** Starts with the newest events of the history. */
export function fromPage({ events, epoch, lastSeq }: EventPage): FeedState {
  return { ...EMPTY_FEED, epoch, lastSeq, events: events.slice(0, MAX_EVENTS) };
}

/** The state after a message. Events that are there already change nothing. */
export function received(state: FeedState, message: FeedMessage): FeedState {
  switch (message.type) {
    case 'hello':
      return afterHello(state, message);
    case 'event':
      return message.seq <= state.lastSeq ? state : afterEvent(state, message);
    case 'camera': {
      const { id, state: now, message: why, node } = message;
      return { ...state, cameras: new Map(state.cameras).set(id, { id, state: now, message: why, node }) };
    }
    case 'error':
      return afterError(state, message.code, message.epoch);
    case 'stats':
      return state;
  }
}

function afterHello(state: FeedState, hello: FeedMessage & { type: 'hello' }): FeedState {
  const isOther = state.epoch !== null && hello.epoch !== null && hello.epoch !== state.epoch;
  return {
    ...(isOther ? withoutEvents(state) : state),
    epoch: hello.epoch ?? state.epoch,
    tracksSeq: hello.seq,
    cameras: new Map(hello.cameras.map((camera) => [camera.id, camera])),
    tracks: new Map(hello.tracks.map((track) => [track.id, track])),
  };
}

function afterError(state: FeedState, code: string, epoch: string | null | undefined): FeedState {
  if (code === 'expired') return { ...state, gap: 'expired' };
  // The numbers are those of another log, whose events all follow.
  if (code === 'epoch_changed' || code === 'unknown_seq')
    return { ...withoutEvents(state), epoch: epoch ?? state.epoch };
  return state;
}

function withoutEvents(state: FeedState): FeedState {
  return { ...state, events: [], lastSeq: 0, gap: 'epoch_changed' };
}

function afterEvent(state: FeedState, { type: _, ...event }: FeedMessage & { type: 'event' }): FeedState {
  const events = [event, ...state.events.slice(0, MAX_EVENTS - 1)];
  // What `hello` says of who is in view includes the events that are sent again after it.
  const tracks = event.seq > state.tracksSeq ? withTrack(state.tracks, event) : state.tracks;
  return { ...state, events, tracks, lastSeq: event.seq };
}

function withTrack(tracks: FeedState['tracks'], event: SpotterEvent): FeedState['tracks'] {
  const { track: id, camera, kind, person } = event;
  if (kind === 'gap') return new Map([...tracks].filter(([, track]) => track.camera !== camera));
  if (id === null) return tracks;
  const changed = new Map(tracks);
  if (kind === 'left') changed.delete(id);
  else changed.set(id, { id, camera, verdict: verdictOf(kind), person });
  return changed;
}

/** The state without the faces that anything names a person for, each with all of its events. Who is in view stays, without the name. */
export function withoutPerson(state: FeedState, name: string): FeedState {
  const named = state.events.filter((event) => isNamed(event, name));
  const seqs = new Set(named.map(({ seq }) => seq));
  const faces = new Set(named.flatMap(({ track }) => track ?? []));
  return {
    ...state,
    events: state.events.filter(({ seq, track }) => !seqs.has(seq) && (track === null || !faces.has(track))),
    tracks: new Map(
      [...state.tracks].map(([id, track]) => [
        id,
        track.person === name ? { ...track, verdict: null, person: null } : track,
      ]),
    ),
  };
}

function isNamed({ person, withdrawn, runnerUp, candidates }: SpotterEvent, name: string): boolean {
  return [person, withdrawn, runnerUp, ...(candidates ?? [])].includes(name);
}

/** The verdict that an event of this kind reports; null while it is open. */
export function verdictOf(kind: SpotterEvent['kind']): Verdict | null {
  if (kind === 'match') return 'known';
  return kind === 'unknown' || kind === 'ambiguous' ? kind : null;
}
