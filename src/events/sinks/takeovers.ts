/** A connection that ends sooner than this was ended by somebody, ms. */
const SHORT_MS = 30_000;
/** Short connections in a row that are no coincidence. */
const MOST_IN_A_ROW = 3;

/**
 * Recognises that another client with the same id takes over the connection to the broker again and again. A broker of MQTT 3.1.1
 * ends the older connection of the two without a reason.
 */
export class Takeovers {
  #shortInARow = 0;

  /** A connection that we did not end has ended. @param heldMs how long it was open */
  ended(heldMs: number): void {
    this.#shortInARow = heldMs < SHORT_MS ? this.#shortInARow + 1 : 0;
  }

  /** The broker could not be reached: it is restarting, and ended its connections for that reason. */
  refused(): void {
    this.#shortInARow = 0;
  }

  /** Whether it is going on; starts over then, so that the next connection is tried after a while. */
  takeSuspicion(): boolean {
    if (this.#shortInARow < MOST_IN_A_ROW) return false;
    this.#shortInARow = 0;
    return true;
  }
}
