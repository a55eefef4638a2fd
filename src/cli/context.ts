/** Passed to every command before its own arguments. */
export interface Context {
  /** Aborted when the user ends the program. */
  signal: AbortSignal;
  /** Called by a daemon: from now on a failing stdout or stderr neither ends the program nor delays its exit. */
  outliveOutput: () => void;
  /** Writes one message to stderr, after the name of the program. */
  report: (message: string) => void;
}
