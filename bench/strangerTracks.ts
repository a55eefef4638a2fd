import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../src/config/schema.js';
import { throwIfInterrupted } from '../src/core/errors.js';
import { Engine } from '../src/engine/engine.js';
import { cosine, normalise } from '../src/face/embedding.js';
import type { Prepared } from '../src/models/prepare.js';
import { coherenceOf, templateOf } from '../src/track/evidence.js';
import type { Evidence } from '../src/track/state.js';
import type { TrackSimilarities } from './similarityCurves.js';

/** Fewer looks of a track have too little in common to say what more of them add. */
const MIN_LOOKS = 3;

/**
 * Follows the faces of recordings as `scan` does, and compares each track with a gallery that has none of them.
 *
 * @param gallery embeddings of length 1
 * @throws SpotterError of the recordings and of {@link Engine.start}; interrupted
 */
export async function strangerTracks(
  clips: readonly string[],
  gallery: readonly Float32Array[],
  { config, prepared, signal }: { config: Config; prepared: Prepared; signal: AbortSignal },
): Promise<TrackSimilarities[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-curves-'));
  // Nobody is known, so that every face is followed as a stranger.
  const nobody = { ...config, data: folder, gallery: { ...config.gallery, folder } };
  const engine = new Engine(nobody, prepared);
  const tracks = new Map<string, Evidence>();
  try {
    await engine.start(signal);
    for (const [index, clip] of clips.entries()) {
      const id = `clip${index}`;
      const source = engine.recording(id, clip);
      const stop = () => source.stop();
      signal.addEventListener('abort', stop, { once: true });
      const camera = engine.camera({
        id,
        onEvent: () => {},
        onReport: () => {},
        onFrame: (_frame, seen) => {
          for (const { number, evidence } of seen) tracks.set(`${id} ${number}`, evidence);
        },
      });
      await source.open();
      await camera.play(source.frames());
      signal.removeEventListener('abort', stop);
      throwIfInterrupted(signal);
    }
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return [...tracks.values()].flatMap((evidence) => {
    const template = templateOf(evidence);
    if (evidence.kept.length < MIN_LOOKS || !template || !normalise(template)) return [];
    const similarities = Float32Array.from(gallery, (embedding) => cosine(template, embedding));
    return [{ similarities, coherence: coherenceOf(evidence) }];
  });
}
