import { onTestFinished } from 'vitest';
import { SpotterError } from '../../src/core/errors.js';
import type { DropReason, Frame } from '../../src/image/cameraFrame.js';
import type { LiveSourceOptions } from '../../src/video/live.js';
import { LiveSource } from '../../src/video/liveSource.js';
import { MARKER } from './rtsp.js';

export interface Live {
  source: LiveSource;
  /** Frames that came whole. */
  came: { whole: number };
  dropped: DropReason[];
  notices: string[];
  remarks: string[];
  /** Processes that were reported, and those still running. */
  pids: number[];
  running: Set<number>;
}

/** A live source with everything that it reports; stopped and awaited at the end of the test. */
export function live(url: string, options: Partial<LiveSourceOptions> = {}): Live {
  const seen: Omit<Live, 'source'> = {
    came: { whole: 0 },
    dropped: [],
    notices: [],
    remarks: [],
    pids: [],
    running: new Set(),
  };
  const source = new LiveSource(
    {
      cameraId: 'door',
      url,
      transport: 'tcp',
      fps: null,
      maxWidth: 1920,
      rotate: 0,
      hardware: 'none',
      input: {},
      demuxer: null,
      connectMs: 20_000,
      keyframeMs: 40_000,
      frameAgeMs: 20_000,
      staleMs: 1000,
      redact: (text) => text,
      ...options,
    },
    {
      onFrame: () => void seen.came.whole++,
      onDropped: (reason) => seen.dropped.push(reason),
      onNotice: (message) => seen.notices.push(message),
      onRemark: (message) => seen.remarks.push(message),
      onProcess: (pid, isRunning) => {
        if (isRunning) seen.pids.push(pid);
        if (isRunning) seen.running.add(pid);
        else seen.running.delete(pid);
      },
    },
  );
  onTestFinished(() => {
    source.stop();
    return source.ended();
  });
  return { source, ...seen };
}

/** The next frame; the source must not have been stopped. Whoever calls releases it. */
export async function nextFrame(source: LiveSource): Promise<Frame> {
  for (;;) {
    if (!(await source.ready())) throw new Error('the source was stopped');
    const frame = source.take();
    if (frame) return frame;
  }
}

/** Looks at so many frames, one after the other. */
export async function look(source: LiveSource, count: number, at: (frame: Frame) => void = () => {}) {
  for (let seen = 0; seen < count; seen++) {
    const frame = await nextFrame(source);
    at(frame);
    frame.release();
  }
}

/** What a source fails with, after looking at whatever comes before. */
export async function failureOf(
  source: LiveSource,
  at: (frame: Frame) => void = () => {},
): Promise<SpotterError> {
  try {
    await look(source, Number.POSITIVE_INFINITY, at);
  } catch (error) {
    if (error instanceof SpotterError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Luma at a place given in parts of the width and height. */
export function lumaAt({ image }: Frame, x: number, y: number): number {
  return image.pixels[Math.floor(y * image.height) * image.width + Math.floor(x * image.width)];
}

/** The number in a frame of a marker clip; throws when the frame is not whole and aligned. */
export function markerOf(frame: Frame): number {
  const { width, height, pixels } = frame.image;
  for (const [index, luma] of MARKER.fields.entries()) {
    for (const [x, y] of [
      [0.15, 0.45],
      [0.85, 0.45],
      [0.15, 0.97],
      [0.85, 0.97],
    ]) {
      const seen = lumaAt(frame, (index + x) / 4, y);
      if (Math.abs(seen - luma) > 12) throw new Error(`field ${index} of frame ${frame.seq} is ${seen}`);
    }
  }
  const chroma = pixels.subarray(width * height);
  if (chroma.some((value) => Math.abs(value - 128) > 12)) throw new Error('there is colour in the grey');
  return Array.from({ length: MARKER.bits }, (_, bit) => {
    const seen = lumaAt(frame, (bit + 0.5) / MARKER.bits, 0.15);
    if (seen > 60 && seen < 190) throw new Error(`bit ${bit} of frame ${frame.seq} is ${seen}`);
    return seen >= 190 ? 2 ** bit : 0;
  }).reduce((sum, bit) => sum + bit, 0);
}
