import { describe, expect, it } from 'vitest';
import type { Detection } from '../../src/face/detection.js';
import { cosine } from '../../src/face/embedding.js';
import { nearestTwo } from '../../src/face/match.js';
import { GallerySnapshot } from '../../src/gallery/snapshot.js';
import type { Frame } from '../../src/image/cameraFrame.js';
import { type FaceEngine, type FrameContext, processFrame } from '../../src/pipeline/frame.js';
import { EMPTY_STATE, type TrackEvent, type TrackerState } from '../../src/track/state.js';
import type { GalleryMatrix } from '../../src/worker/protocol.js';
import { direction, policy } from '../helpers/film.js';
import { flatYuv } from '../helpers/image.js';

const limits = {
  minSizePx: 32,
  minScore: 0.6,
  maxFlatness: 2,
  maxYawDeg: 72,
  maxPitchDeg: 60,
  minSharpness: 0.045,
};
const timing = { fitMs: 0, modelMs: 0, decodeMs: 0, alignMs: 0, matchMs: 0 };

function nearest(probe: Float32Array, { vectors, dimension, columns, personOf }: GalleryMatrix) {
  const column = (photo: number) =>
    Float32Array.from({ length: dimension }, (_, i) => columns[i * vectors + photo]);
  const similarities = Float32Array.from({ length: vectors }, (_, photo) => cosine(probe, column(photo)));
  return nearestTwo(similarities, personOf);
}

/** Gives every face the same embedding, and compares as the workers do. */
const faceEngine: FaceEngine = {
  detect: async () => ({ detections: [], input: { width: 64, height: 64, scale: 1 }, timing }),
  look: async ({ faces, gallery }) => ({
    looks: faces.map((landmarks) => ({
      sharpness: 0.2,
      embedding: direction(0),
      nearest: gallery && nearest(direction(0), gallery),
      together: null,
      landmarks,
    })),
    timing,
  }),
  match: async ({ probes, gallery }) => probes.map((probe) => nearest(probe, gallery)),
};

/** A face of 100 px, turned by so much that it cannot be judged or not at all. */
function face(turned = false): Detection {
  const nose = turned ? 98 : 50;
  return {
    score: 0.9,
    box: { x1: 0, y1: 0, x2: 100, y2: 120 },
    landmarks: turned
      ? [
          [80, 45],
          [84, 45],
          [nose, 65],
          [80, 90],
          [84, 90],
        ]
      : [
          [30, 45],
          [70, 45],
          [nose, 68],
          [35, 90],
          [65, 90],
        ],
  };
}

function frame(mediaTimeMs: number): Frame {
  const image = flatYuv(64, 36, [100, 128, 128]);
  const isSeam = false;
  return {
    cameraId: 'door',
    seq: 0,
    capturedAtMs: 0,
    arrivedAtMs: 0,
    mediaTimeMs,
    isSeam,
    still: null,
    image,
    release() {},
  };
}

async function play(
  people: readonly GallerySnapshot[],
  turned: (index: number) => boolean = () => false,
): Promise<string[]> {
  let state: TrackerState = EMPTY_STATE;
  const trackEvents: TrackEvent[] = [];
  for (const [index, now] of people.entries()) {
    const context: FrameContext = { limits, policy, faceEngine, people: now };
    const found = { detections: [face(turned(index))], timing, totalMs: 0 };
    const processed = await processFrame(state, frame(index * 40), found, context);
    expect(processed.work.verdicts).toHaveLength(1);
    state = processed.state;
    trackEvents.push(...processed.trackEvents);
  }
  return trackEvents.map((item) =>
    item.kind === 'appeared'
      ? item.kind
      : `${item.verdict.kind}${item.kind === 'verdict' && item.withdrawn ? ` not ${item.withdrawn}` : ''}`,
  );
}

const strangers = new GallerySnapshot([{ person: 'bob', embedding: direction(1) }], 8);
const enrolled = new GallerySnapshot(
  [
    { person: 'alice', embedding: direction(0) },
    { person: 'bob', embedding: direction(1) },
  ],
  8,
);

describe('processFrame when the gallery changes while a face is in view', () => {
  it('names an unknown person at the next frame, although the face is turned away by then', async () => {
    const people = [strangers, strangers, strangers, enrolled];
    expect(await play(people, (index) => index === 3)).toEqual(['appeared', 'unknown', 'known']);
  });

  it('withdraws the name of a person who was removed', async () => {
    expect(await play([enrolled, enrolled, strangers, strangers])).toEqual([
      'appeared',
      'known',
      'unknown not alice',
    ]);
  });
});

describe('processFrame with landmarks that cannot be those of a face', () => {
  const [eye, other, nose, left, right] = face().landmarks;
  const crossed: Detection = { ...face(), landmarks: [eye, other, nose, right, left] };
  const first = async (detection: Detection, look: FaceEngine['look']) => {
    const context = { limits, policy, faceEngine: { ...faceEngine, look }, people: enrolled };
    const found = { detections: [detection], timing, totalMs: 0 };
    return (await processFrame(EMPTY_STATE, frame(0), found, context)).work.verdicts;
  };
  const better: FaceEngine['look'] = async (task) => {
    const { looks, ...rest } = await faceEngine.look(task);
    return { ...rest, looks: looks.map((one) => ({ ...one, landmarks: face().landmarks })) };
  };

  it('judges the face by those of the look, where they can', async () => {
    expect(await first(crossed, better)).toMatchObject([{ kind: 'known', match: { person: 'alice' } }]);
  });

  it('gives it no name otherwise, nor to a face that is turned away, whatever the look shows', async () => {
    expect(await first(crossed, faceEngine.look)).toEqual([{ kind: 'unusable', reason: 'bad_landmarks' }]);
    expect(await first(face(true), better)).toEqual([{ kind: 'unusable', reason: 'turned' }]);
  });
});

describe('processFrame when another person takes the place of one in view', () => {
  it('takes no picture of the other person for the track of the first', async () => {
    let state: TrackerState = EMPTY_STATE;
    let shown = 0;
    const look: FaceEngine['look'] = async (task) => {
      const { looks, ...rest } = await faceEngine.look(task);
      const embedding = direction(shown);
      const match = task.gallery && nearest(embedding, task.gallery);
      return { ...rest, looks: looks.map((one) => ({ ...one, embedding, nearest: match })) };
    };
    const context: FrameContext = { limits, policy, faceEngine: { ...faceEngine, look }, people: enrolled };
    const pictures: number[] = [];
    for (let t = 0; t <= 2600; t += 40) {
      shown = t < 1000 ? 0 : 2;
      const processed = await processFrame(
        state,
        frame(t),
        { detections: [face()], timing, totalMs: 0 },
        context,
      );
      state = processed.state;
      pictures.push(...processed.looks.map(({ track }) => track.number));
    }
    // The look at 2000 ms, which began the suspicion, belongs to nobody yet; those after it are the other person's.
    expect(pictures.filter((number) => number !== 2)).toEqual([1]);
    expect(pictures.length).toBeGreaterThan(2);
  });
});
