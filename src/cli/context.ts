/** What every command gets beside its own arguments. */
export interface Context {
  /** Aborted when the user wants an end. */
  signal: AbortSignal;
}
