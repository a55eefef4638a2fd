import { isIPv6 } from 'node:net';
import type { Caller } from '../core/access.js';
import type { AccessFile } from './accessFile.js';
import { Attempts } from './attempts.js';
import { keyOf } from './lists.js';
import type { Passwords } from './passwords.js';
import type { SessionLimits, Sessions } from './sessions.js';
import { callerOf, type User } from './users.js';

/** What becomes of a sign-in: `limited` after too many failed ones. */
export type SignInOutcome = 'accepted' | 'refused' | 'limited';

/** Result of {@link SignIn.try}. */
export type SignInResult =
  /** `session` is the id for the cookie. */
  | { outcome: 'accepted'; session: string; caller: Caller }
  | { outcome: 'refused' }
  | { outcome: 'limited'; retryAfterSeconds: number };

/** What {@link SignIn} needs. */
export interface SignInOptions {
  file: AccessFile;
  passwords: Passwords;
  limits: () => SessionLimits;
  /** Called with each outcome, and the user; null for a name that there is not. */
  onOutcome: (outcome: SignInOutcome, user: string | null, address: string) => void;
  /** Unix ms. */
  now?: () => number;
}

const MINUTES_15 = 15 * 60_000;
/** By name, for guesses from many addresses; by address, for guesses at many names. */
const BY_NAME = { most: 10, withinMs: MINUTES_15 };
const BY_ADDRESS = { most: 30, withinMs: MINUTES_15 };
/** A longer name belongs to nobody, and is not kept. */
const LONGEST_NAME = 200;

/** Checks names and passwords, and begins sessions. */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #now: () => number;
  readonly #names = new Attempts(BY_NAME);
  readonly #addresses = new Attempts(BY_ADDRESS);

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => Date.now());
  }

  /**
   * Tries to sign in. A wrong name and a wrong password give the same result at the same cost.
   *
   * @param address of the client
   * @throws SpotterError access.busy, access.newer, access.unusable
   */
  async try(name: string, password: string, address: string): Promise<SignInResult> {
    const { file, passwords, onOutcome } = this.#options;
    const nowMs = this.#now();
    const [byName, byAddress] = [keyOf(name.slice(0, LONGEST_NAME)), networkOf(address)];
    const before = file.use(({ users }) => users.find(name));
    const waitMs = Math.max(this.#names.waitMs(byName, nowMs), this.#addresses.waitMs(byAddress, nowMs));
    if (waitMs > 0) {
      onOutcome('limited', before?.name ?? null, address);
      return { outcome: 'limited', retryAfterSeconds: Math.ceil(waitMs / 1000) };
    }
    this.#names.take(byName, nowMs);
    this.#addresses.take(byAddress, nowMs);
    let isRight: boolean;
    try {
      isRight = await passwords.verify(password, before?.password ?? null);
    } catch (error) {
      // Nothing has been learnt.
      this.#names.giveBack(byName);
      this.#addresses.giveBack(byAddress);
      throw error;
    }
    const begun = isRight
      ? file.use(({ users, sessions }) => this.#begin(users.find(name), before, sessions))
      : null;
    if (begun === null) {
      onOutcome('refused', before?.name ?? null, address);
      return { outcome: 'refused' };
    }
    this.#names.clear(byName);
    this.#addresses.giveBack(byAddress);
    onOutcome('accepted', begun.user.name, address);
    return { outcome: 'accepted', session: begun.session, caller: callerOf(begun.user) };
  }

  /** Not for a user who was removed, or whose password was changed, while the old one was checked. */
  #begin(user: User | null, before: User | null, sessions: Sessions): { session: string; user: User } | null {
    if (user === null || user.number !== before?.number || user.password !== before.password) return null;
    sessions.sweep(this.#now(), this.#options.limits());
    return { session: sessions.begin(user, this.#now()), user };
  }
}

/** An address; of IPv6 the first 64 bits, which one customer of a provider has for herself. */
function networkOf(address: string): string {
  if (!isIPv6(address) || /^::ffff:\d+\./i.test(address)) return address;
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [head, tail] = address.split('%', 1)[0].split('::').map(groups);
  const middle =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...middle, ...(tail ?? [])]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
