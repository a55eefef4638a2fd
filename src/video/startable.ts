/** What fluent-ffmpeg calls when it has found a program, or not. */
type Found = (error: Error | null, path?: string) => void;
/** The last lines of an output. */
interface Ring {
  get(): string;
}
type OnEnd = (error: Error | null, stdout?: Ring, stderr?: Ring) => void;
/** Its last argument is an {@link OnEnd}; those before it are optional. */
type Spawn = (...args: unknown[]) => void;

/** Private methods of a command of fluent-ffmpeg. */
interface Internals {
  _checkCapabilities(checked: () => void): void;
  _getFfmpegPath(found: Found): void;
  _getFfprobePath(found: Found): void;
  _spawnFfmpeg: Spawn;
  emit(event: 'error', error: Error): boolean;
}

const EMPTY: Ring = { get: () => '' };

/**
 * Makes a command of fluent-ffmpeg emit `error` when its process cannot be started, such as for want of descriptors (EMFILE)
 * or processes (EAGAIN). fluent-ffmpeg then uses the streams and the output of a process that does not exist, and throws
 * where nobody can catch it. It also loses its check of ffmpeg's capabilities, which misreads the list of formats of ffmpeg
 * 7.1 and newer and takes devices (`lavfi`, `v4l2`) for missing; ffmpeg itself reports what is really missing.
 */
export function startable<C extends object>(command: C): C {
  const inner = command as unknown as Internals;
  const { _getFfmpegPath: ffmpegPath, _getFfprobePath: ffprobePath, _spawnFfmpeg: spawn } = inner;
  const caught =
    (found: Found): Found =>
    (...result) => {
      try {
        found(...result);
      } catch (error) {
        // Later than the `error` event of the process, which has the cause.
        setImmediate(() => inner.emit('error', error as Error));
      }
    };
  const own: Omit<Internals, 'emit'> = {
    _checkCapabilities: (checked) => checked(),
    _getFfmpegPath: (found) => ffmpegPath.call(command, caught(found)),
    _getFfprobePath: (found) => ffprobePath.call(command, caught(found)),
    _spawnFfmpeg: (...args) => {
      const onEnd = args.pop() as OnEnd;
      const end: OnEnd = (error, stdout = EMPTY, stderr = EMPTY) => onEnd(error, stdout, stderr);
      spawn.call(command, ...args, end);
    },
  };
  return Object.assign(command, own);
}
