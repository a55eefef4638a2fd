import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SpotterError } from '../core/errors.js';
import { askFfmpeg, ffmpegVersion, startFault } from '../video/ffmpegVersion.js';
import { type Finding, findingsOf } from './finding.js';

const ask = promisify(execFile);
/** A program is slow to start on a machine that is busy. */
const ASK_MS = 10_000;
/** Of package.json. */
const MIN_NODE = [20, 19] as const;
/** Older ones are not tested. */
const MIN_FFMPEG = 4;
/** Reads addresses with passwords on standard input. */
const FULL_FFMPEG = 5;

/** Node, ffmpeg, ffprobe and the clock. */
export async function checkMachine(): Promise<Finding[]> {
  return [
    checkNode(process.versions.node),
    ...(await Promise.all([checkFfmpeg(), checkFfprobe(), checkClock()])),
  ];
}

/** @param version such as 20.19.4 */
export function checkNode(version: string): Finding {
  const { ok, fault } = findingsOf('node');
  const [major, minor] = version.split('.').map(Number);
  const isEnough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return isEnough ? ok(version) : fault(`${version} is too old; install Node ${MIN_NODE.join('.')} or newer`);
}

async function checkFfmpeg(): Promise<Finding> {
  const { ok, warning, fault } = findingsOf('ffmpeg');
  try {
    const [first] = (await askFfmpeg('-version')).split('\n');
    const [major] = await ffmpegVersion();
    const name = /^ffmpeg version (\S+)/.exec(first)?.[1] ?? first;
    if (major < MIN_FFMPEG) return fault(`${name} is too old; install ffmpeg 5 or newer`);
    if (major < FULL_FFMPEG)
      return warning(
        `${name} cannot open cameras with a password without showing it; install ffmpeg 5 or newer`,
      );
    return ok(name);
  } catch (error) {
    return fault(sentence(error));
  }
}

async function checkFfprobe(): Promise<Finding> {
  const { ok, fault } = findingsOf('ffprobe');
  try {
    const { stdout } = await ask(process.env.FFPROBE_PATH || 'ffprobe', ['-version'], { timeout: ASK_MS });
    return ok(/^ffprobe version (\S+)/.exec(stdout)?.[1] ?? 'found');
  } catch (cause) {
    return fault(`${startFault('ffprobe', cause).message}; recordings need it`);
  }
}

async function checkClock(): Promise<Finding> {
  const { ok, warning } = findingsOf('clock');
  const now = new Date().toISOString();
  try {
    const args = ['show', '--property=NTPSynchronized', '--value'];
    const { stdout } = await ask('timedatectl', args, { timeout: ASK_MS });
    if (stdout.trim() === 'yes') return ok(`${now}, synchronised`);
    if (stdout.trim() === 'no')
      return warning(
        `${now}, not synchronised, so events may have wrong times; turn on NTP (timedatectl set-ntp true)`,
      );
  } catch {
    // No systemd, as in a container.
  }
  return ok(`${now}; this system does not say whether it is synchronised`);
}

/** The message of an expected error; rethrows others. */
export function sentence(error: unknown): string {
  if (error instanceof SpotterError) return error.message;
  throw error;
}
