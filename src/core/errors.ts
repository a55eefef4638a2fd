/**
 * What went wrong, for programs. The part before the dot is the subject. The user can fix every fault (exit code 2) except
 * those in {@link INTERNAL}, which are faults of spotter (exit code 3).
 */
export type ErrorCode =
  | 'usage'
  | 'interrupted'
  | 'config.invalid'
  | 'config.not_found'
  | 'config.changed'
  | 'model.not_found'
  | 'model.hash_mismatch'
  | 'model.unreadable'
  | 'model.unfit'
  | 'model.download'
  | 'model.unwritable'
  | 'gallery.not_found'
  | 'gallery.unwritable'
  | 'photo.unreadable'
  | 'photo.too_large'
  | 'photo.no_face'
  | 'photo.missing'
  | 'photo.double'
  | 'photo.refused'
  | 'person.missing'
  | 'person.exists'
  | 'face.missing'
  | 'event.other'
  | 'video.not_found'
  | 'video.unreadable'
  | 'video.no_video'
  | 'video.truncated'
  | 'video.killed'
  | 'video.unwritable'
  | 'ffmpeg.missing'
  | 'ffmpeg.failed'
  | 'camera.address'
  | 'camera.auth'
  | 'camera.unreachable'
  | 'camera.no_video'
  | 'camera.stalled'
  | 'camera.ended'
  | 'camera.reshaped'
  | 'frame.poison'
  | 'engine.died'
  | 'engine.away'
  | 'engine.busy'
  | 'http.port'
  | 'http.certificate'
  | 'access.required'
  | 'access.newer'
  | 'access.unusable'
  | 'access.busy'
  | 'access.taken'
  | 'log.locked'
  | 'log.newer'
  | 'log.unusable'
  | 'log.unwritable'
  | 'cluster.unreachable'
  | 'cluster.refused'
  | 'cluster.unfit'
  | 'cluster.other'
  | 'cluster.full'
  | 'worker.failed'
  | 'compute.unavailable'
  | 'compute.failed'
  | 'internal';

const INTERNAL: ReadonlySet<ErrorCode> = new Set([
  'video.killed',
  'ffmpeg.failed',
  'worker.failed',
  'compute.failed',
  'engine.died',
  'internal',
]);

/** An error with a message for the user, in one sentence: what, where, what to do. */
export class SpotterError extends Error {
  override readonly name = 'SpotterError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, { cause }: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  /** Exit code of a process that ends with this error: 2 usage or input, 3 internal fault. */
  get exitCode(): 2 | 3 {
    return INTERNAL.has(this.code) ? 3 : 2;
  }
}

/** For commands that have no partial result. @throws SpotterError interrupted when the signal is aborted */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new SpotterError('interrupted', 'interrupted; there is no result');
}

/** A SpotterError as plain data: error classes do not survive the transfer between threads and processes. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
}

/** Turns any thrown value into data that survives a structured clone. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof SpotterError) return { code: error.code, message: error.message };
  return { code: 'internal', message: describeError(error) };
}

/** Turns data from {@link toErrorData} back into an error. */
export function fromErrorData(data: ErrorData): SpotterError {
  return new SpotterError(data.code, data.message);
}

/** The first line of the message of any thrown value; further lines are for debuggers. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}

/**
 * Why a file cannot be used, for a sentence that names it: for an error of the file system, without its code, the call and the path.
 */
export function describeFileError(error: unknown): string {
  return describeError(error).replace(/^E[A-Z0-9]+: (.+?), [a-z_]+(?: '.*)?$/s, '$1');
}

/** Whether an error has one of these system error codes, such as ENOENT. */
export function hasErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
