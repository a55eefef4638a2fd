import type { Track, TrackerState } from './state.js';
import type { Verdict } from './verdict.js';

/** The state after somebody has said that a track is not a person: it is judged again, and never gets that name. */
export function denied(state: TrackerState, number: number, person: string): TrackerState {
  const tracks = state.tracks.map((track) =>
    track.number === number ? { ...track, denied: [...track.denied, person], revised: true } : track,
  );
  return { ...state, tracks };
}

/** A verdict on a track, without a name that was denied. */
export function allowed({ denied: names }: Pick<Track, 'denied'>, verdict: Verdict): Verdict {
  return verdict.kind === 'known' && names.includes(verdict.match.person)
    ? { kind: 'unknown', match: verdict.match }
    : verdict;
}

/** Whether a verdict would be another one, had its nearest person not been denied. */
export function isCorrected({ denied: names }: Pick<Track, 'denied'>, verdict: Verdict): boolean {
  return verdict.kind === 'unknown' && verdict.match !== null && names.includes(verdict.match.person);
}
