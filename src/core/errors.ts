/**
 * What went wrong, for programs. The part before the dot is the room it happened in.
 * Everything is the user's to mend (exit code 2) but the codes in {@link INTERNAL}, which are ours (exit code 3).
 */
export type ErrorCode =
  | 'usage'
  | 'interrupted'
  | 'config.invalid'
  | 'config.not_found'
  | 'model.not_found'
  | 'model.hash_mismatch'
  | 'model.unreadable'
  | 'model.unfit'
  | 'gallery.not_found'
  | 'gallery.unwritable'
  | 'photo.unreadable'
  | 'photo.too_large'
  | 'photo.no_face'
  | 'video.not_found'
  | 'video.unreadable'
  | 'video.no_video'
  | 'video.truncated'
  | 'video.killed'
  | 'video.unwritable'
  | 'ffmpeg.missing'
  | 'camera.address'
  | 'camera.auth'
  | 'camera.unreachable'
  | 'camera.no_video'
  | 'camera.stalled'
  | 'camera.ended'
  | 'frame.poison'
  | 'engine.died'
  | 'http.port'
  | 'log.locked'
  | 'log.newer'
  | 'log.unusable'
  | 'log.unwritable'
  | 'worker.failed'
  | 'internal';

const INTERNAL: ReadonlySet<ErrorCode> = new Set([
  'video.killed',
  'worker.failed',
  'engine.died',
  'internal',
]);

/** An error whose message is one sentence for the user: what, where, what to do. Never a stack trace's job. */
export class SpotterError extends Error {
  override readonly name = 'SpotterError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, { cause }: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  /** The process exit code this error asks for: 2 usage or input, 3 internal fault. */
  get exitCode(): 2 | 3 {
    return INTERNAL.has(this.code) ? 3 : 2;
  }
}

/** @throws SpotterError interrupted, for what has no answer when it is cut short */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new SpotterError('interrupted', 'interrupted; there is no result');
}

/** A SpotterError as plain data: classes do not survive the way out of a worker thread. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
}

/** Any thrown value as data that survives a structured clone. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof SpotterError) return { code: error.code, message: error.message };
  return { code: 'internal', message: describeError(error) };
}

/** The reverse of {@link toErrorData}. */
export function fromErrorData(data: ErrorData): SpotterError {
  return new SpotterError(data.code, data.message);
}

/** The message of any thrown value, first line only: the rest of a multi-line message is for debuggers. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}

/** True for the errors of the file system that carry a code, such as ENOENT. */
export function hasErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
