import { ANYBODY, type Caller, READER, ROLE_SCOPES, type Role, scopesWithin } from '../core/access.js';
import type { Component } from '../core/lifecycle.js';
import type { AccessFile } from './accessFile.js';
import { digestOf, type SessionLimits } from './sessions.js';
import { callerOf } from './users.js';

/** What a request shows of its sender. */
export type Shown =
  | { kind: 'nothing' }
  /** `Authorization: Bearer`. */
  | { kind: 'token'; text: string }
  /** The id in the cookie. */
  | { kind: 'session'; id: string }
  /** From a trusted proxy that has signed the user in. */
  | { kind: 'proxied'; name: string; groups: readonly string[] };

/** Why nobody is let in with what is shown. */
export type DoorFault = 'token' | 'session' | 'groups';

/** The rules of {@link Doors}, as they are at the moment. */
export interface DoorRules {
  /** auto: as soon as there is a user, and always on an address that others can reach. */
  required: 'auto' | 'always' | 'never';
  /** Whether others can reach the address that the server listens on, and the network is not said to be trusted. */
  isExposed: boolean;
  sessions: SessionLimits;
  /** Whether a proxy signs users in. */
  hasProxy: boolean;
  /** Groups of users from a proxy that give a role. */
  groups: Readonly<Record<Role, readonly string[]>>;
  /** Role of users from a proxy whose groups give none; null: they are refused. */
  defaultRole: Role | null;
}

/** The most powerful role first. */
const ROLES = ['admin', 'operator', 'viewer'] as const satisfies readonly Role[];

/** Decides who a caller is. */
export class Doors implements Component {
  readonly #file: AccessFile;
  readonly #rules: () => DoorRules;
  readonly #controlDigest: string;
  readonly #now: () => number;

  /** @param controlToken of the daemon's own programs @param now Unix ms */
  constructor(file: AccessFile, rules: () => DoorRules, controlToken: string, now = () => Date.now()) {
    this.#file = file;
    this.#rules = rules;
    this.#controlDigest = digestOf(controlToken);
    this.#now = now;
  }

  async start(): Promise<void> {
    await this.#file.start();
  }

  async stop(): Promise<void> {
    await this.#file.stop();
  }

  /** Whether callers have to sign in. @throws SpotterError access.newer, access.unusable */
  get isSignInRequired(): boolean {
    const { required, isExposed, hasProxy } = this.#rules();
    if (required !== 'auto') return required === 'always';
    return isExposed || hasProxy || this.#file.use(({ users }) => users.count > 0);
  }

  /** Whether there is any way to sign in. @throws SpotterError access.newer, access.unusable */
  get canAnybodySignIn(): boolean {
    return (
      this.#rules().hasProxy || this.#file.use(({ users, tokens }) => users.count > 0 || tokens.count > 0)
    );
  }

  /**
   * Who a caller is: null where a sign-in is required and there is none. A token that is not valid is a fault even where no
   * sign-in is required: whoever sends one believes that it works.
   *
   * @param isLocal whether the caller is on this machine; from others, without a sign-in, a trusted network may only read
   * @throws SpotterError access.newer, access.unusable
   */
  identify(shown: Shown, isLocal: boolean): Caller | DoorFault | null {
    switch (shown.kind) {
      case 'token':
        return this.#ofToken(shown.text);
      case 'proxied':
        return this.#ofProxy(shown);
      case 'session':
        return this.isSignInRequired ? this.#ofSession(shown.id) : this.#anybody(isLocal);
      case 'nothing':
        return this.isSignInRequired ? null : this.#anybody(isLocal);
    }
  }

  #anybody(isLocal: boolean): Caller {
    return isLocal || this.#rules().required === 'never' ? ANYBODY : READER;
  }

  /** Ends the session with an id. */
  endSession(id: string): void {
    this.#file.use(({ sessions }) => sessions.end(id));
  }

  #ofToken(text: string): Caller | DoorFault {
    // Digests are compared, so that the time taken reveals nothing.
    if (digestOf(text) === this.#controlDigest) return ANYBODY;
    const token = this.#file.use(({ tokens }) => tokens.use(text, this.#now()));
    if (!token) return 'token';
    const { name, cameras } = token;
    const scopes = scopesWithin(token.scopes, cameras);
    return { name, role: null, scopes: new Set(scopes), cameras };
  }

  #ofSession(id: string): Caller | DoorFault {
    const user = this.#file.use(({ sessions }) => sessions.use(id, this.#now(), this.#rules().sessions));
    return user ? callerOf(user) : 'session';
  }

  /** A user of that name in the access file has the role and the cameras that are noted there. */
  #ofProxy({ name, groups }: Extract<Shown, { kind: 'proxied' }>): Caller | DoorFault {
    const known = this.#file.use(({ users }) => users.find(name));
    if (known) return callerOf(known);
    const rules = this.#rules();
    const role = ROLES.find((one) => rules.groups[one].some((group) => groups.includes(group)));
    const given = role ?? rules.defaultRole;
    if (given === null) return 'groups';
    return { name, role: given, scopes: new Set(ROLE_SCOPES[given]), cameras: null };
  }
}
