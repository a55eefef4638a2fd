/** The first failure of work that cannot end at once; thrown where it can be reported. */
export class FirstFailure {
  #failure: { error: unknown } | undefined;

  /** Whether one is noted and not thrown yet. */
  get isNoted(): boolean {
    return this.#failure !== undefined;
  }

  /** Notes a failure, unless one is noted. */
  note(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Forgets what is noted. */
  clear(): void {
    this.#failure = undefined;
  }

  /** Throws what is noted, once. */
  rethrow(): void {
    const failure = this.#failure;
    this.clear();
    if (failure) throw failure.error;
  }
}
