/** The payload of Home Assistant's birth message. */
const ONLINE = 'online';
/** Wait before everything is announced again, so that Home Assistant has loaded and not every device answers at once, ms. */
const FIRST_MS = 2000;
const SPREAD_MS = 3000;

/** Announces everything again shortly after Home Assistant has started: once for several birth messages. */
export class Birth {
  /** The topic of the birth message. */
  readonly topic: string;
  readonly #announce: () => void;
  readonly #delayMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /**
   * @param discoveryPrefix of Home Assistant
   * @param announce must not throw
   * @param delayMs from the birth to the announcements; by default 2 to 5 s
   */
  constructor(
    discoveryPrefix: string,
    announce: () => void,
    delayMs = () => FIRST_MS + SPREAD_MS * Math.random(),
  ) {
    this.topic = `${discoveryPrefix}/status`;
    this.#announce = announce;
    this.#delayMs = delayMs;
  }

  /** A message has arrived. A retained one is from before the connection, after which everything is announced anyway. */
  receive({ topic, payload, isRetained }: { topic: string; payload: string; isRetained: boolean }): void {
    if (this.#isStopped || topic !== this.topic || payload !== ONLINE || isRetained) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#announce();
    }, this.#delayMs());
  }

  /** Announces nothing more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
