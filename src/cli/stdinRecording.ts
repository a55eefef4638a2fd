import { fstatSync, realpathSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeFileError, SpotterError, throwIfInterrupted } from '../core/errors.js';
import { needsSeeking, PipedRecording } from '../video/pipedRecording.js';
import { temporaryFolder } from './temporaryFolder.js';

/** How the command line names stdin. */
export const STDIN = '-';
const NAME = 'stdin';

/** Where the recording on stdin is read. */
export interface StdinRecording {
  /** Its path, or its name where it is piped. */
  file: string;
  /** What messages call it. */
  name: string;
  piped: PipedRecording | null;
  /** Stops reading and deletes what was written. */
  close: () => void;
}

/**
 * Opens the recording on stdin. A file that was redirected is read as a file. What comes through a pipe goes to ffmpeg as it is,
 * unless ffmpeg has to jump about in it: then it is first written into a temporary file.
 *
 * @throws SpotterError usage when stdin is a terminal or there is no place for a temporary file, video.unreadable when it cannot be written,
 * interrupted
 */
export async function openStdin(signal: AbortSignal, input = process.stdin): Promise<StdinRecording> {
  if (input.isTTY)
    throw new SpotterError(
      'usage',
      'there is no recording on stdin, which is a terminal; pipe one in, as in "spotter scan - < clip.mp4"',
    );
  const redirected = redirectedFile();
  if (redirected !== null) return { file: redirected, name: redirected, piped: null, close: () => {} };
  const piped = new PipedRecording(input);
  const stop = () => void input.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const close = () => {
    signal.removeEventListener('abort', stop);
    stop();
  };
  try {
    const isWhole = needsSeeking(await piped.peek());
    throwIfInterrupted(signal);
    if (!isWhole) return { file: NAME, name: NAME, piped, close };
    const { file, remove } = await spool(piped, signal);
    return {
      file,
      name: NAME,
      piped: null,
      close: () => {
        close();
        remove();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The path of a file that stdin was redirected from, where the system tells; else null. */
function redirectedFile(): string | null {
  try {
    return fstatSync(0).isFile() ? realpathSync('/proc/self/fd/0') : null;
  } catch {
    return null;
  }
}

async function spool(
  piped: PipedRecording,
  signal: AbortSignal,
): Promise<{ file: string; remove: () => void }> {
  const folder = temporaryFolder('stdin');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const file = path.join(folder, NAME);
  try {
    await writeFile(file, piped.whole(), { mode: 0o600 });
    throwIfInterrupted(signal);
    return { file, remove };
  } catch (cause) {
    remove();
    if (cause instanceof SpotterError) throw cause;
    throw new SpotterError(
      'video.unreadable',
      `cannot copy stdin to ${folder}: ${describeFileError(cause)}; free some space there, or set TMPDIR`,
      { cause },
    );
  }
}
