import type { KV, KvEntry } from '@nats-io/kv';
import { monotonicMs, suspendedMs, suspendedSince } from '../core/clock.js';
import { entryOf } from './bucketEntry.js';
import { LEASE_TTL_MS } from './names.js';
import { isWrongRevision } from './natsFaults.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** A time in which a lease was held. */
export interface Term {
  /** Fencing token: revision of the entry that took the lease; greater than that of every earlier term. */
  token: number;
  /** Unix time of the servers at which it was taken, ms. */
  beganMs: number;
  /** Monotonic times, ms: when the lease was taken, and until when it holds unless it is renewed. */
  fromMs: number;
  untilMs: number;
}

/** What came of an attempt to take a lease. */
export type Attempt =
  | { outcome: 'taken'; term: Term; isReleased: boolean }
  /** Somebody else holds it. @param node null when its entry cannot be read */
  | { outcome: 'busy'; node: string | null };

/** Which lease, who wants it, and where it is kept. */
export interface LeaseOptions {
  /** Key in the bucket. */
  key: string;
  kv: Pick<KV, 'get' | 'create' | 'update' | 'delete'>;
  sealer: Sealer;
  /** `session` is that of the process: an entry of an earlier one of the same node is somebody else's. */
  holder: { node: string; session: string };
  /** Called when a term has ended other than by {@link Lease.release}. */
  onLost: () => void;
}

/** How often a holder renews, ms. */
export const RENEW_EVERY_MS = LEASE_TTL_MS / 3;
/** How long a lease holds after a renewal was sent, ms. The rest of the TTL is for stopping, and for a clock that runs slow. */
export const HOLD_MS = LEASE_TTL_MS * 0.75;
/** A request that is not answered within this has failed, ms. Of renewals, three fit before the lease is over. */
const TIMEOUT_MS = 1200;
const RENEWAL_TIMEOUT_MS = 700;
const RETRY_MS = 150;
/** A replica may be a moment behind its leader. */
const READS = 4;
const READ_AGAIN_MS = 40;

/**
 * A lease: an entry that one node at a time has, in a bucket that drops what is not written again. The holder goes by its own monotonic
 * clock, counted from before its last renewal was sent, and stops well before anybody else can take the lease, also when it was frozen or
 * its machine suspended: {@link isHeld} reads the clocks each time.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #term: Term | null = null;
  #isActive = false;
  #revision = 0;
  /** {@link suspendedMs} when the last renewal was sent. */
  #suspendedMs = 0;
  #renewing: Promise<void> = Promise.resolve();
  #renewal: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether this node holds it at this moment. */
  get isHeld(): boolean {
    return this.#isActive && this.#leftMs(this.#term) > 0;
  }

  /** The term that runs, or the last one; null before the first. */
  get term(): Readonly<Term> | null {
    return this.#term;
  }

  /**
   * Takes the lease when nobody has it.
   *
   * @throws an error of the client; the lease may be taken all the same, and the next attempt finds that out
   */
  async take(): Promise<Attempt> {
    const { key, kv } = this.#options;
    const found = (await within(TIMEOUT_MS, kv.get(key))) ?? null;
    const isEntry = found?.operation === 'PUT';
    // An entry of this process is one whose answer was lost.
    if (isEntry && !this.#isOwn(found)) return { outcome: 'busy', node: this.#nodeOf(found) };
    const sentMs = monotonicMs();
    this.#suspendedMs = suspendedMs();
    const value = this.#value();
    const stored = isEntry ? kv.update(key, value, found.revision) : kv.create(key, value);
    let revision: number;
    try {
      revision = (await within(TIMEOUT_MS, stored)) ?? 0;
    } catch (error) {
      if (isWrongRevision(error)) return { outcome: 'busy', node: null };
      throw error;
    }
    const beganMs = await this.#createdAt(revision);
    const term = { token: revision, beganMs, fromMs: sentMs, untilMs: sentMs + HOLD_MS };
    if (this.#leftMs(term) <= 0) throw new Error(`no answer in time for lease ${key}`);
    this.#term = term;
    this.#revision = revision;
    this.#isActive = true;
    this.#watchDeadline();
    this.#renewIn(RENEW_EVERY_MS - (monotonicMs() - sentMs));
    return { outcome: 'taken', term, isReleased: found !== null && !isEntry };
  }

  /** Gives the lease up, so that others need not wait for its end. Stop first what it is held for. Never rejects. */
  async release(): Promise<void> {
    const { key, kv } = this.#options;
    const wasActive = this.#isActive;
    this.#end();
    await this.#renewing;
    if (!wasActive) return;
    await within(TIMEOUT_MS, kv.delete(key, { previousSeq: this.#revision })).catch(() => {});
  }

  #end(): void {
    clearTimeout(this.#renewal);
    clearTimeout(this.#deadline);
    this.#isActive = false;
    if (this.#term) this.#term.untilMs = Math.min(this.#term.untilMs, monotonicMs());
  }

  #lose(): void {
    if (!this.#isActive) return;
    this.#end();
    this.#options.onLost();
  }

  /** Until a term ends, ms. */
  #leftMs(term: Term | null): number {
    if (!term) return 0;
    return term.untilMs - monotonicMs() - suspendedSince(this.#suspendedMs);
  }

  #watchDeadline(): void {
    clearTimeout(this.#deadline);
    const check = () => (this.isHeld ? this.#watchDeadline() : this.#lose());
    this.#deadline = setTimeout(check, this.#leftMs(this.#term) + 1);
  }

  #renewIn(ms: number): void {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(
      () => {
        this.#renewing = this.#renew();
      },
      Math.max(0, ms),
    );
  }

  async #renew(): Promise<void> {
    const { key, kv } = this.#options;
    // After a process was frozen, nothing may be renewed whose time is over.
    if (!this.isHeld) return this.#lose();
    const [sentMs, suspended] = [monotonicMs(), suspendedMs()];
    try {
      const stored = kv.update(key, this.#value(), this.#revision);
      this.#revision = (await within(RENEWAL_TIMEOUT_MS, stored)) ?? 0;
      if (!this.isHeld || !this.#term) return this.#lose();
      this.#term.untilMs = sentMs + HOLD_MS;
      this.#suspendedMs = suspended;
      this.#renewIn(RENEW_EVERY_MS - (monotonicMs() - sentMs));
    } catch (error) {
      if (isWrongRevision(error) && (await this.#isTaken())) return this.#lose();
      if (this.#isActive) this.#renewIn(RETRY_MS);
    }
  }

  /** Whether the entry is gone or of somebody else. One of this process is a renewal that was stored, and its answer lost. */
  async #isTaken(): Promise<boolean> {
    const { key, kv } = this.#options;
    try {
      const found = await entryOf(kv, key, RENEWAL_TIMEOUT_MS);
      if (!found || !this.#isOwn(found)) return true;
      this.#revision = found.revision;
      return false;
    } catch {
      // Nobody can tell; the lease holds until its deadline in any case.
      return false;
    }
  }

  async #createdAt(revision: number): Promise<number> {
    const { key, kv } = this.#options;
    for (let read = 1; ; read += 1) {
      const entry = (await within(TIMEOUT_MS, kv.get(key, { revision }))) ?? null;
      if (entry) return entry.created.getTime();
      if (read === READS) throw new Error(`lease ${key} cannot be read`);
      await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS));
    }
  }

  #value(): Uint8Array {
    return this.#options.sealer.sealJson(this.#options.holder, this.#place);
  }

  get #place(): string {
    return `lease ${this.#options.key}`;
  }

  #read(entry: KvEntry): LeaseOptions['holder'] | null {
    return this.#options.sealer.openJson(entry.value, this.#place) as LeaseOptions['holder'] | null;
  }

  #isOwn(entry: KvEntry): boolean {
    return this.#read(entry)?.session === this.#options.holder.session;
  }

  #nodeOf(entry: KvEntry): string | null {
    return this.#read(entry)?.node ?? null;
  }
}
