import { describe, expect, it } from 'vitest';
import type { BackoffOptions } from '../../src/core/backoff.js';
import { type ErrorCode, SpotterError } from '../../src/core/errors.js';
import { CameraRunner } from '../../src/engine/cameraRunner.js';
import type { FrameReport } from '../../src/pipeline/frameReport.js';
import { blindCamera, greyFrame, ManualLive } from '../helpers/camera.js';

let released = 0;
const frame = (seq: number) =>
  greyFrame(seq, 128, () => {
    released++;
  });

/** A source that delivers so many frames, then fails with a code, or waits to be stopped. */
function liveSource(frames: number, failure: ErrorCode | null): ManualLive {
  const live = new ManualLive();
  live.offer(...Array.from({ length: frames }, (_, seq) => frame(seq)));
  if (failure) live.fail(new SpotterError(failure, `failed with ${failure}`));
  return live;
}

/** Runs sources one after another until the last one is live. */
async function states(
  attempts: [frames: number, failure: ErrorCode | null][],
  backoff: BackoffOptions = { firstMs: 1, maxMs: 2, healthyMs: 1000 },
) {
  const stopping = new AbortController();
  const reported: string[] = [];
  const restarts: string[] = [];
  const reports: FrameReport[] = [];
  let attempt = 0;
  released = 0;
  const runner = new CameraRunner({
    camera: blindCamera({ onReport: (report) => reports.push(report) }),
    open: () => ({ live: liveSource(...attempts[attempt++]) }),
    backoff,
    authRetryMs: 1,
    onState: (state, message) => {
      reported.push(message ? `${state}: ${message}` : state);
      if (state === 'live' && attempt === attempts.length) stopping.abort();
    },
    onRestart: (reason) => restarts.push(reason),
  });
  await runner.run(stopping.signal);
  return { reported, restarts, reports };
}

describe('CameraRunner', () => {
  it('has a state for each way to fail', async () => {
    const { reported, restarts } = await states([
      [0, 'camera.auth'],
      [0, 'camera.unreachable'],
      [0, 'camera.no_video'],
      [1, 'camera.stalled'],
      [1, null],
    ]);
    expect(reported).toEqual([
      'connecting',
      'auth_failed: failed with camera.auth',
      'unreachable: failed with camera.unreachable',
      'no_video: failed with camera.no_video',
      'live',
      'stalled: failed with camera.stalled',
      'live',
      'stopped',
    ]);
    expect(restarts).toEqual(['camera.auth', 'camera.unreachable', 'camera.no_video', 'camera.stalled']);
  });

  it('reports a camera that stays away once, however often it is tried', async () => {
    const away: [number, ErrorCode][] = Array.from({ length: 20 }, () => [0, 'camera.unreachable']);
    const { reported, restarts } = await states([...away, [1, null]]);
    expect(reported).toEqual([
      'connecting',
      'unreachable: failed with camera.unreachable',
      'live',
      'stopped',
    ]);
    expect(restarts).toHaveLength(20);
  });

  it('opens a stream that has changed its shape again without the wait of a failure, in a state of its own', async () => {
    const anHour = { firstMs: 3_600_000, maxMs: 3_600_000, healthyMs: 3_600_000 };
    const { reported, restarts } = await states(
      [
        [1, 'camera.reshaped'],
        [1, null],
      ],
      anHour,
    );
    expect(reported).toEqual([
      'connecting',
      'live',
      'reopening: failed with camera.reshaped',
      'live',
      'stopped',
    ]);
    expect(restarts).toEqual(['camera.reshaped']);
  });

  it('opens a camera that has ended a healthy session again at once, time after time', async () => {
    const healthyAtOnce = { firstMs: 3_600_000, maxMs: 3_600_000, healthyMs: 0 };
    const { restarts } = await states(
      [
        [1, 'camera.ended'],
        [1, 'camera.ended'],
        [1, null],
      ],
      healthyAtOnce,
    );
    expect(restarts).toEqual(['camera.ended', 'camera.ended']);
  });

  it('ends the tracks when it is stopped while it waits to open the source again', async () => {
    const stopping = new AbortController();
    const calls: string[] = [];
    const runner = new CameraRunner({
      camera: {
        play: async () => {},
        watch: () => Promise.reject(new SpotterError('camera.unreachable', 'away')),
        end: () => calls.push('end'),
      },
      open: () => ({ live: liveSource(0, null) }),
      backoff: { firstMs: 3_600_000, maxMs: 3_600_000, healthyMs: 1000 },
      authRetryMs: 1,
      onState: (state) => {
        calls.push(state);
        if (state === 'unreachable') setImmediate(() => stopping.abort());
      },
      onRestart: () => {},
    });
    await runner.run(stopping.signal);
    expect(calls).toEqual(['connecting', 'unreachable', 'end', 'stopped']);
  });

  it('has every frame processed, and released', async () => {
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
  it('rejects with the error of a callback, and releases every frame it took', async () => {
    const failure = new Error('cannot be reported');
    const camera = blindCamera({
      onReport: () => {
        throw failure;
      },
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
