import { isRecording } from '../config/cameraSchema.js';
import { hasGap } from '../config/gaps.js';
import type { IncompleteConfig } from '../config/load.js';
import type { CameraConfig } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import { type CameraTrial, tryCamera } from '../engine/cameraTrial.js';
import { type Finding, findingsOf } from './finding.js';
import { NOT_TRIED } from './notTried.js';
import { checkSource } from './sourceCheck.js';

/** How long each camera is looked at, and a keyframe is waited for, ms. */
const LOOK_MS = 2000;
const KEYFRAME_MS = 15_000;
/** Cameras that are tried at a time: each decodes at its full rate. */
const AT_A_TIME = 8;

/**
 * Tries every camera, side by side.
 *
 * @param states of the cameras in the running daemon; null: none runs. What is live there is not opened a second time, which
 *   some cameras refuse, nor what refuses the password
 */
export async function checkCameras(
  { config, secrets, gaps }: IncompleteConfig,
  states: ReadonlyMap<string, { state: string; message: string | null }> | null,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { cameras } = config;
  if (cameras.length === 0)
    return [findingsOf('camera').warning('none is configured; add one with "spotter camera add URL"')];
  const findings: Finding[][] = cameras.map(() => []);
  const waiting = cameras.entries();
  const work = async () => {
    for (const [index, camera] of waiting)
      findings[index] =
        knownFrom(camera.id, states?.get(camera.id)) ??
        withoutTrying(camera, index, gaps) ??
        (await checkCamera(camera, (one) =>
          tryCamera(one, { config, secrets, lookMs: LOOK_MS, keyframeMs: KEYFRAME_MS, signal }),
        ));
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, cameras.length) }, work));
  return findings.flat();
}

/** What the running daemon knows for sure. Another wrong password might lock the account. */
function knownFrom(
  id: string,
  running: { state: string; message: string | null } | undefined,
): Finding[] | null {
  const { ok, fault } = findingsOf('camera', { subject: id });
  if (running?.state === 'live') return [ok('live in the running daemon')];
  if (running?.state !== 'auth_failed' || running.message === null) return null;
  return [fault(withoutName(running.message, id))];
}

/** What needs no attempt: a wrong password might lock the account, and a file that is not there cannot be opened. */
function withoutTrying(
  camera: CameraConfig,
  index: number,
  gaps: IncompleteConfig['gaps'],
): Finding[] | null {
  if (hasGap(camera, gaps)) return [findingsOf('camera', { subject: camera.id }).warning(NOT_TRIED)];
  const fault = checkSource(camera, index);
  return fault && [fault];
}

function withoutName(message: string, id: string): string {
  return message.replace(`camera ${id}: `, '');
}

async function checkCamera(
  camera: CameraConfig,
  look: (camera: CameraConfig) => Promise<CameraTrial>,
): Promise<Finding[]> {
  const { ok, warning, fault } = findingsOf('camera', { subject: camera.id });
  try {
    const { size, codec, fps, notices } = await look(camera);
    const rate = fps === null ? '' : `, ${Math.round(fps * 10) / 10} frames per second`;
    const slow = fps !== null && !isRecording(camera.url) && fps < Math.min(camera.fps, 2);
    const what = `${size.width}x${size.height}, ${codec}${rate}`;
    const found = slow
      ? warning(`${what}: too few to follow people who walk; raise the frame rate in the camera`)
      : ok(what);
    return [found, ...notices.map(warning)];
  } catch (error) {
    if (!(error instanceof SpotterError) || error.code === 'interrupted') throw error;
    return [fault(withoutName(error.message, camera.id))];
  }
}
