import type { CameraDraft } from '../config/cameraDraft.js';
import { isRecording } from '../config/cameraSchema.js';
import type { CameraConfig, Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import { maskText } from '../core/secrets.js';
import { type CameraTrial, type TrialOptions, tryCamera } from '../engine/cameraTrial.js';
import { subStreamOf } from '../engine/subStream.js';
import { printToStderr } from './print.js';

/** A camera that works, and how. */
export interface Found {
  trial: CameraTrial;
  transport: 'tcp' | 'udp' | null;
  /** The smaller stream of the same camera, if it is where its maker has it. */
  sub: { url: string; trial: CameraTrial } | null;
}

/** How to try. */
export interface TrialRequest {
  config: Config;
  signal: AbortSignal;
  /** The only transport to try; null: TCP, then UDP. */
  transport: 'tcp' | 'udp' | null;
  /** Say nothing while it is tried. */
  quiet?: boolean | undefined;
}

/** How long the main stream is looked at, and the sub-stream, ms. */
const LOOK_MS = 3000;
const SUB_LOOK_MS = 2000;
/** A failure of these kinds may be due to the transport. */
const OF_TRANSPORT: readonly string[] = [
  'camera.unreachable',
  'camera.stalled',
  'camera.no_video',
  'camera.ended',
];

/**
 * Tries a camera: over TCP, and where nothing arrives over UDP; then its sub-stream.
 *
 * @throws SpotterError of the first attempt when none succeeds
 */
export async function explore(
  { config: camera, secrets }: CameraDraft,
  request: TrialRequest,
): Promise<Found> {
  const { config, signal } = request;
  const options: TrialOptions = { config, secrets, lookMs: LOOK_MS, signal };
  if (!request.quiet) printToStderr(`trying ${shown(camera.url, secrets)} ...`);
  const { trial, transport } = await tryTransports(camera, request, options);
  const subUrl = subStreamOf(camera.url);
  if (subUrl === null) return { trial, transport, sub: null };
  const sub = { ...camera, url: subUrl, transport: transport ?? camera.transport };
  try {
    const other = await tryCamera(sub, { ...options, lookMs: SUB_LOOK_MS });
    const isSmaller = areaOf(other) < areaOf(trial);
    return { trial, transport, sub: isSmaller ? { url: subUrl, trial: other } : null };
  } catch (error) {
    // An address that was guessed. A camera without it works all the same.
    if (error instanceof SpotterError && error.code.startsWith('camera.'))
      return { trial, transport, sub: null };
    throw error;
  }
}

function areaOf({ size }: CameraTrial): number {
  return size.width * size.height;
}

async function tryTransports(
  camera: CameraConfig,
  { transport: only }: TrialRequest,
  options: TrialOptions,
): Promise<Pick<Found, 'trial' | 'transport'>> {
  const isRtsp = /^rtsps?:/i.test(camera.url);
  if (!isRtsp) return { trial: await tryCamera(camera, options), transport: null };
  const transport = only ?? 'tcp';
  try {
    return { trial: await tryCamera({ ...camera, transport }, options), transport };
  } catch (error) {
    const mayHelp = only === null && error instanceof SpotterError && OF_TRANSPORT.includes(error.code);
    if (!mayHelp || /^rtsps:/i.test(camera.url)) throw error;
    try {
      return { trial: await tryCamera({ ...camera, transport: 'udp' }, options), transport: 'udp' };
    } catch (second) {
      // What is wrong over both is said once.
      throw second instanceof SpotterError && second.code === 'interrupted' ? second : error;
    }
  }
}

/** An address without its secrets. */
export function shown(url: string, secrets: readonly string[]): string {
  return maskText(isRecording(url) ? url : url.replace(/\s/g, encodeURIComponent), secrets);
}

/** What a camera sends, such as `1920x1080, h264, 25 frames per second`. */
export function describeTrial({ size, codec, fps }: CameraTrial): string {
  const rate = fps === null ? 'too few frames to tell their rate' : `${rounded(fps)} frames per second`;
  return `${size.width}x${size.height}, ${codec}, ${rate}`;
}

function rounded(fps: number): number {
  return Math.round(fps * 10) / 10;
}

/** A trial as JSON. */
export function trialJson({ size, codec, fps, notices }: CameraTrial): object {
  return { ...size, codec, fps: fps === null ? null : rounded(fps), notices };
}
