import type { Settings } from '../calibration/settings.js';
import type { Setting, Trial } from '../calibration/trial.js';
import { throwIfInterrupted } from '../core/errors.js';
import type { Engine } from '../engine/engine.js';
import { conclude, decide } from '../track/decision.js';
import { nearestLook } from '../track/evidence.js';
import { weighedOf } from '../track/oddsRule.js';
import { policyFor } from '../track/policy.js';
import type { Evidence, Track } from '../track/state.js';
import type { FileSource } from '../video/fileSource.js';
import type { KnownStranger } from './calibrationPhotos.js';
import { formatTime } from './time.js';

/** The faces of some footage in which nobody of the gallery is seen. */
export interface ClipFaces {
  /** One per track that could be judged. */
  trials: Trial[];
  /** Tracks without a usable look. */
  unusable: number;
  /** Tracks of people who are in the gallery all the same. */
  known: KnownStranger[];
}

/** How footage is watched. */
export interface ClipOptions {
  settings: Settings;
  signal: AbortSignal;
  /** Called after every frame. */
  onFrame: () => void;
}

/** A track as far as it has been seen. */
interface Seen {
  firstSeenMs: number;
  evidence: Evidence;
  similarity: number;
  names: Map<Setting, string>;
}

/**
 * Follows the faces of a recording as `scan` does, every one a stranger, and notes at which settings they get a name.
 *
 * @param source opened
 * @param engine started
 * @throws SpotterError interrupted; those of the recording and the worker pool
 */
export async function clipTrials(
  engine: Engine,
  source: FileSource,
  { settings, signal, onFrame }: ClipOptions,
): Promise<ClipFaces> {
  const { vectors } = engine.gallery.snapshot.matrix;
  const watched = [...settings.all, settings.beyondDoubt];
  const limits = watched.map((setting) => ({ setting, policy: policyFor(setting.policy, vectors) }));
  const current = policyFor(settings.current.policy, vectors);
  const tracks = new Map<number, Seen>();
  const note = ({ number, firstSeenMs, evidence, announced }: Track, timeMs: number) => {
    const before = tracks.get(number);
    if (!announced || before?.evidence === evidence) return;
    const seen = before ?? { firstSeenMs, evidence, similarity: -1, names: new Map<Setting, string>() };
    tracks.set(number, { ...seen, evidence, similarity: Math.max(seen.similarity, similarityOf(evidence)) });
    for (const { setting, policy } of limits) {
      const verdict = evidence.usable > 0 ? decide(evidence, timeMs - firstSeenMs, policy) : null;
      if (verdict?.kind === 'known' && !seen.names.has(setting))
        seen.names.set(setting, verdict.match.person);
    }
  };
  const similarityOf = (evidence: Evidence) =>
    weighedOf(evidence, current) ?? nearestLook(evidence)?.match?.similarity ?? -1;
  const camera = engine.camera({
    id: 'clip',
    onFrame: ({ mediaTimeMs }, seen) => {
      for (const track of seen) note(track, mediaTimeMs);
    },
    onEvent: () => {},
    onReport: onFrame,
  });
  const stop = () => source.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await camera.play(source.frames());
  } finally {
    signal.removeEventListener('abort', stop);
  }
  throwIfInterrupted(signal);
  const faces: ClipFaces = { trials: [], unusable: 0, known: [] };
  for (const [number, { firstSeenMs, evidence, similarity, names }] of tracks) {
    const label = `track ${number} at ${formatTime(firstSeenMs)}`;
    if (evidence.usable === 0) {
      faces.unusable++;
      continue;
    }
    for (const { setting, policy } of limits) {
      const verdict = conclude(evidence, policy);
      if (verdict.kind === 'known' && !names.has(setting)) names.set(setting, verdict.match.person);
    }
    const known = names.get(settings.beyondDoubt);
    if (known !== undefined) faces.known.push({ label, photos: 1, person: known, how: 'face' });
    else
      faces.trials.push({
        source: 'clip',
        label,
        group: label,
        pair: label,
        similarity,
        nameAt: (setting) => names.get(setting) ?? null,
      });
  }
  return faces;
}
