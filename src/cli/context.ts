/** Passed to every command before its own arguments. */
export interface Context {
  /** Aborted when the user ends the program. */
  signal: AbortSignal;
}
