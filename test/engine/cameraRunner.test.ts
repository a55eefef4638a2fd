import { describe, expect, it } from 'vitest';
import { monotonicMs } from '../../src/core/clock.js';
import { type ErrorCode, SpotterError } from '../../src/core/errors.js';
import { CameraRunner, type Live } from '../../src/engine/cameraRunner.js';
import type { Frame } from '../../src/image/cameraFrame.js';
import { Camera } from '../../src/pipeline/camera.js';
import type { FrameReport } from '../../src/pipeline/frameReport.js';
import { flatYuv } from '../helpers/image.js';

const settings = { startScore: 0.6, minIou: 0.3, graceMs: 1000, confirmLooks: 2, sureBy: 0.1 };
const policy = {
  ...settings,
  unknownAfterMs: 3000,
  lookEveryMs: 100,
  relookEveryMs: 2000,
  sameFace: 0.3,
  threshold: 0.4,
  margin: 0.05,
};
const quality = {
  minSizePx: 32,
  minScore: 0.6,
  maxYawDeg: 72,
  maxPitchDeg: 60,
  maxFlatness: 1,
  minSharpness: 0,
};

const NOBODY = {
  version: 1,
  dimension: 64,
  photos: 0,
  columns: new Float32Array(0),
  personOf: new Int32Array(0),
};

/** A camera whose detector finds nothing. */
function blindCamera(onReport: (report: FrameReport) => void): Camera {
  return new Camera({
    id: 'door',
    quality,
    policy,
    faceEngine: {
      detect: async () => ({ detections: [], timing: { fitMs: 0, modelMs: 0, decodeMs: 0 } }),
      match: async () => [],
      look: async () => ({ looks: [], timing: { alignMs: 0, modelMs: 0, matchMs: 0 } }),
    },
    scheduler: { acquire: async () => () => {} },
    gate: { isOpen: () => true },
    area: { isSeen: () => true, zonesOf: () => [] },
    people: () => ({ matrix: NOBODY, toMatch: () => null }),
    firstTrack: 1,
    onEvent: () => {},
    onReport,
  });
}

let released = 0;
const image = flatYuv(16, 16, [128, 128, 128]);
const frame = (seq: number): Frame => ({
  cameraId: 'door',
  seq,
  capturedAtMs: Date.now(),
  arrivedAtMs: monotonicMs(),
  mediaTimeMs: seq * 100,
  image,
  release: () => {
    released++;
  },
});

/** A source that delivers so many frames, then fails with a code, or waits to be stopped. */
function liveSource(frames: number, failure: ErrorCode | null): Live {
  let left = frames;
  let waiting: Frame | null = null;
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  return {
    ready: async () => {
      if (left > 0) waiting = frame(left--);
      if (waiting) return true;
      if (failure) throw new SpotterError(failure, `it said ${failure}`);
      await stopped;
      return false;
    },
    take: () => {
      const taken = waiting;
      waiting = null;
      return taken;
    },
    newestAtMs: () => waiting?.arrivedAtMs ?? null,
    stop,
    ended: async () => {},
  };
}

/** Watches sources one after the other until the last one is live. */
async function states(attempts: [frames: number, failure: ErrorCode | null][]) {
  const stopping = new AbortController();
  const told: string[] = [];
  const restarts: string[] = [];
  const reports: FrameReport[] = [];
  let attempt = 0;
  released = 0;
  const watch = new CameraRunner({
    camera: blindCamera((report) => reports.push(report)),
    open: () => ({ live: liveSource(...attempts[attempt++]) }),
    backoff: { firstMs: 1, maxMs: 2, healthyMs: 1000 },
    authRetryMs: 1,
    onState: (state, message) => {
      told.push(message ? `${state}: ${message}` : state);
      if (state === 'live' && attempt === attempts.length) stopping.abort();
    },
    onRestart: (reason) => restarts.push(reason),
  });
  await watch.run(stopping.signal);
  return { told, restarts, reports };
}

describe('a camera that is kept going', () => {
  it('has a state for each way to fail', async () => {
    const { told, restarts } = await states([
      [0, 'camera.auth'],
      [0, 'camera.unreachable'],
      [0, 'camera.no_video'],
      [1, 'camera.stalled'],
      [1, null],
    ]);
    expect(told).toEqual([
      'connecting',
      'auth_failed: it said camera.auth',
      'unreachable: it said camera.unreachable',
      'no_video: it said camera.no_video',
      'live',
      'stalled: it said camera.stalled',
      'live',
      'stopped',
    ]);
    expect(restarts).toEqual(['camera.auth', 'camera.unreachable', 'camera.no_video', 'camera.stalled']);
  });

  it('tells a camera that stays away once, however often it is tried', async () => {
    const away: [number, ErrorCode][] = Array.from({ length: 20 }, () => [0, 'camera.unreachable']);
    const { told, restarts } = await states([...away, [1, null]]);
    expect(told).toEqual(['connecting', 'unreachable: it said camera.unreachable', 'live', 'stopped']);
    expect(restarts).toHaveLength(20);
  });

  it('looks at every frame it takes and gives each back', async () => {
    const { reports } = await states([
      [3, 'camera.ended'],
      [1, null],
    ]);
    expect(reports.map(({ outcome }) => outcome)).toEqual(Array(reports.length).fill('processed'));
    expect(reports).toHaveLength(4);
    expect(released).toBe(4);
  });
});

describe('Camera', () => {
  it('passes on the error of a listener, and releases every frame it took', async () => {
    const failure = new Error('nobody can be told');
    const camera = blindCamera(() => {
      throw failure;
    });
    const before = released;
    let taken = 0;
    async function* recording() {
      while (taken < 3) yield frame(taken++);
    }
    await expect(camera.play(recording())).rejects.toBe(failure);
    expect(released - before).toBe(taken);
  });
});
