import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { monotonicMs } from '../../src/core/clock.js';
import { SpotterError } from '../../src/core/errors.js';
import type { EventDraft } from '../../src/events/event.js';
import type { Frame } from '../../src/image/cameraFrame.js';
import type { Camera } from '../../src/pipeline/camera.js';
import type { CameraOptions } from '../../src/pipeline/cameraOptions.js';
import type { MeasuredReport } from '../../src/pipeline/frameReport.js';
import { blindCamera, greyFrame, ManualLive } from '../helpers/camera.js';
import { aFace, direction, policy } from '../helpers/film.js';
import { flatYuv } from '../helpers/image.js';

const timing = { fitMs: 0, modelMs: 0, decodeMs: 0, alignMs: 0, matchMs: 0 };
const LIMIT_MS = 5000;

/** A camera at which a face stands, of whom `face` may change, with all that it reports. */
function doorCamera(options: Partial<CameraOptions> = {}) {
  const seen = { events: [] as EventDraft[], reports: [] as MeasuredReport[], face: 0 as number | null };
  const camera = blindCamera({
    ...options,
    faceEngine: {
      detect: async () => ({
        detections: (seen.face === null ? [] : [0]).map(() => ({
          score: 0.9,
          box: { x1: 0, y1: 0, x2: 100, y2: 120 },
          landmarks: [
            [30, 45],
            [70, 45],
            [50, 68],
            [35, 90],
            [65, 90],
          ],
        })),
        input: { width: 64, height: 64, scale: 1 },
        timing,
      }),
      look: async ({ faces }) => ({
        looks: faces.map(() => ({
          sharpness: 0.2,
          embedding: direction(seen.face ?? 0),
          landmarks: aFace.landmarks,
          nearest: null,
          together: null,
        })),
        timing,
      }),
      match: async () => [],
    },
    onEvent: (draft) => seen.events.push(draft),
    onReport: (report) => seen.reports.push(report),
  });
  const told = () => seen.events.map(({ kind, track }) => `${track} ${kind}`);
  return { camera, seen, told };
}

/** Frames of one connection, as a live source gives them. */
function frames(side = 200, count = 5): Frame[] {
  const image = flatYuv(side, side, [128, 128, 128]);
  return Array.from({ length: count }, (_, seq) => ({
    ...greyFrame(seq),
    arrivedAtMs: monotonicMs() + seq * 100,
    image,
  }));
}

/** Watches a source that gives these frames and then fails. */
async function session(camera: Camera, ...offered: Frame[]): Promise<void> {
  const live = new ManualLive();
  live.offer(...offered);
  live.fail(new SpotterError('camera.ended', 'ended'));
  await expect(camera.watch(live)).rejects.toThrow('ended');
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime'] }));
afterEach(() => void vi.useRealTimers());

describe('Camera: a live source that is away', () => {
  it('and back in time goes on with its tracks, in one media time', async () => {
    const { camera, seen, told } = doorCamera();
    await session(camera, ...frames());
    vi.advanceTimersByTime(3000);
    await session(camera);
    vi.advanceTimersByTime(1000);
    await session(camera, ...frames());
    const times = seen.reports.map(({ mediaTimeMs }) => Math.round(mediaTimeMs ?? Number.NaN));
    expect(times).toEqual([0, 100, 200, 300, 400, 4000, 4100, 4200, 4300, 4400]);
    expect(told()).toEqual(['door-1 appeared', 'door-1 unknown']);
    camera.end();
    expect(told().at(-1)).toBe('door-1 left');
    expect(seen.events.at(-1)?.mediaTimeMs).toBeCloseTo(4400);
  });

  it('and back with another face gives that face a track of its own', async () => {
    const { camera, seen, told } = doorCamera();
    await session(camera, ...frames());
    vi.advanceTimersByTime(2000);
    seen.face = 1;
    await session(camera, ...frames());
    expect(told()).toContain('door-2 appeared');
    expect(seen.reports.at(-1)?.tracks.map(({ id }) => id)).toContain('door-2');
  });

  it('again before it was searched for faces is away for one absence: who has gone leaves in time', async () => {
    let isStill = false;
    const { camera, seen, told } = doorCamera({ gate: { isOpen: () => !isStill } });
    await session(camera, ...frames());
    vi.advanceTimersByTime(2000);
    isStill = true;
    await session(camera, ...frames(200, 1));
    vi.advanceTimersByTime(1000);
    isStill = false;
    seen.face = null;
    await session(camera, ...frames(200, 2 + policy.graceMs / 100));
    expect(told().at(-1)).toBe('door-1 left');
  });

  it('ends its tracks at once when no time is allowed', async () => {
    const { camera, told } = doorCamera({ policy: { ...policy, reconnectMs: 0 } });
    const arrivedAtMs = monotonicMs();
    await session(camera, ...frames().map((frame) => ({ ...frame, arrivedAtMs })));
    expect(told().at(-1)).toBe('door-1 left');
  });

  it('for too long ends its tracks when the time is over, and no later', async () => {
    const { camera, seen, told } = doorCamera();
    await session(camera, ...frames());
    // The last frame came 400 ms after the first.
    vi.advanceTimersByTime(LIMIT_MS + 399);
    await session(camera);
    expect(told()).not.toContain('door-1 left');
    vi.advanceTimersByTime(1);
    expect(told().at(-1)).toBe('door-1 left');
    await session(camera, ...frames());
    expect(told().filter((event) => event === 'door-1 left')).toHaveLength(1);
    expect(told()).toContain('door-2 appeared');
    expect(seen.reports.at(-1)?.mediaTimeMs).toBe(400);
  });

  it('for too long before it fails ends its tracks at once', async () => {
    const { camera, told } = doorCamera();
    const live = new ManualLive();
    live.offer(...frames());
    const watching = expect(camera.watch(live)).rejects.toThrow('stalled');
    vi.advanceTimersByTime(LIMIT_MS + 400);
    live.fail(new SpotterError('camera.stalled', 'stalled'));
    await watching;
    expect(told().at(-1)).toBe('door-1 left');
  });

  it('and back with pictures of another size ends its tracks', async () => {
    const { camera, seen, told } = doorCamera();
    await session(camera, ...frames());
    await session(camera, ...frames(220));
    expect(told()).toEqual([
      'door-1 appeared',
      'door-1 unknown',
      'door-1 left',
      'door-2 appeared',
      'door-2 unknown',
    ]);
    expect(seen.reports.at(-1)?.mediaTimeMs).toBe(400);
  });

  it('when the camera is stopped ends its tracks once', async () => {
    const { camera, told } = doorCamera();
    await session(camera, ...frames());
    camera.end();
    camera.end();
    vi.advanceTimersByTime(LIMIT_MS * 2);
    expect(told().filter((event) => event === 'door-1 left')).toHaveLength(1);
  });
});
