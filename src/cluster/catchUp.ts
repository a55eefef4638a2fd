import { SpotterError } from '../core/errors.js';
import type { Link } from './link.js';
import { describeFault } from './natsFaults.js';

/** What {@link CatchUp} does, and where it reports. */
export interface CatchUpOptions {
  /** Reads everything again, and does what is due. */
  work: () => Promise<void>;
  /** The link is gone: what is known may be out of date. */
  onLost: () => void;
  /** Everything is up to date again. */
  onCurrent: () => void;
  warn: (text: string) => void;
}

const RETRY_MS = 30_000;
/** The node waits for it. */
const RETRY_SOON_MS = 1000;

/** Does something whenever the link to NATS was away, until it succeeds, and knows whether it has since. */
export class CatchUp {
  readonly #options: CatchUpOptions;
  #losses = 0;
  #isCurrent = false;
  #isEnded = false;
  /** What was reported last. */
  #trouble = '';
  #retry: NodeJS.Timeout | undefined;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** False from when the link is lost until everything is done that this was to bring. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** Ends with the connection. A server that comes back may have lost something. */
  async follow(connection: Pick<Link['connection'], 'status'>): Promise<void> {
    for await (const { type } of connection.status()) {
      if (this.#isEnded) return;
      if (type === 'disconnect') {
        this.#losses += 1;
        this.#isCurrent = false;
        this.#options.onLost();
      }
      if (type === 'reconnect') this.#again();
    }
  }

  /**
   * Does the work for the first time.
   *
   * @throws what it throws, but for a SpotterError: the gallery refuses something, which is tried again while the node goes on
   */
  async first(work: () => Promise<void>): Promise<void> {
    const losses = this.#losses;
    await work().catch((error: unknown) => {
      if (!(error instanceof SpotterError)) throw error;
      this.later(error);
    });
    // Lost once more meanwhile: what was read may be out of date already.
    if (this.#isEnded || losses !== this.#losses) return;
    this.#isCurrent = true;
    this.#options.onCurrent();
  }

  /** Does the work again later. @param error why, reported once */
  later(error: unknown): void {
    if (this.#isEnded) return;
    const why = describeFault(error);
    if (why !== this.#trouble) this.#options.warn(`trying again: ${why}`);
    this.#trouble = why;
    clearTimeout(this.#retry);
    const isWaitedFor = !this.#isCurrent && !(error instanceof SpotterError);
    this.#retry = setTimeout(() => this.#again(), isWaitedFor ? RETRY_SOON_MS : RETRY_MS);
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#retry);
  }

  #again(): void {
    clearTimeout(this.#retry);
    this.first(this.#options.work).catch((error: unknown) => this.later(error));
  }
}
