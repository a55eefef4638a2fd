import { type Detection, mapLandmarks, scaledFace } from '../face/detection.js';
import { geometricQuality, type QualityLimits } from '../face/quality.js';
import { type Photo, usePhoto } from '../gallery/photo.js';
import { findFaces, type PhotoSearch } from '../gallery/photoFaces.js';
import type { GallerySnapshot } from '../gallery/snapshot.js';
import type { Recognition, RecognizedFace } from '../ipc/requests.js';
import { beforeLook, fillIn } from '../pipeline/lookResult.js';
import { roundBox, roundQuality, verdictFields } from '../pipeline/verdictFields.js';
import { conclude } from '../track/decision.js';
import { addLook } from '../track/evidence.js';
import { policyFor } from '../track/policy.js';
import { NO_EVIDENCE, type TrackPolicy } from '../track/state.js';
import type { WorkerPool } from '../worker/pool.js';

/** What a picture is recognised with. */
export interface Recogniser {
  /** Behind all work for frames. */
  faceEngine: WorkerPool['background'];
  gallery: GallerySnapshot;
  /** Before it is adapted to the gallery. */
  policy: TrackPolicy;
  search: PhotoSearch;
  /** What a face must fulfil to be judged, as in a frame. */
  limits: QualityLimits;
  maxMegapixels: number;
}

/** More faces than this are left out, those with the lowest scores. */
const MOST_FACES = 64;

/**
 * Finds the faces of a picture, and who they are: each by the rule of a track that ended after one look.
 *
 * @param bytes the file
 * @throws SpotterError photo.unreadable, photo.too_large; those of the worker pool
 */
export async function recognize(bytes: Uint8Array, recogniser: Recogniser): Promise<Recognition> {
  return usePhoto(bytes, 'the picture', recogniser.maxMegapixels, async (photo) => {
    const found = await findFaces(recogniser.faceEngine, photo.image, recogniser.search);
    const faces: RecognizedFace[] = [];
    // One after the other: the threads are shared with the cameras.
    for (const detection of found.slice(0, MOST_FACES)) faces.push(await judge(detection, photo, recogniser));
    return { ...photo.source, faces };
  });
}

async function judge(
  detection: Detection,
  { image, scale }: Photo,
  { faceEngine, gallery, policy: own, limits }: Recogniser,
): Promise<RecognizedFace> {
  const { matrix } = gallery;
  const policy = policyFor(own, matrix.vectors);
  const inSource = scaledFace(detection, 1 / scale);
  const look = beforeLook(0, geometricQuality(inSource), limits);
  if (look.unusable === null) {
    const { looks } = await faceEngine.look({
      image,
      faces: [detection.landmarks],
      refinement: 'all',
      minSharpness: limits.minSharpness,
      gallery: matrix,
    });
    const [taken] = looks;
    const landmarks = mapLandmarks(taken.landmarks, ([x, y]) => [x / scale, y / scale]);
    fillIn(look, inSource, { ...taken, landmarks }, { limits, people: gallery });
  }
  const evidence = addLook(NO_EVIDENCE, look, 0);
  const verdict = conclude(evidence, policy);
  return {
    box: roundBox(inSource.box),
    score: Number(detection.score.toFixed(4)),
    landmarks: inSource.landmarks.map(([x, y]) => [tenths(x), tenths(y)]),
    quality: roundQuality(look.quality),
    verdict: verdict.kind,
    ...verdictFields(evidence, verdict, policy, limits),
  };
}

function tenths(value: number): number {
  return Number(value.toFixed(1));
}
