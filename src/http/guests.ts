import type { Duplex } from 'node:stream';
import type { Caller, Scope } from '../core/access.js';
import type { Component } from '../core/lifecycle.js';
import type { Credentials, Identify } from './callers.js';
import { isSameCaller } from './shown.js';

/** A caller with an open WebSocket. */
export interface Guest {
  credentials: Credentials;
  caller: Caller;
  needs: Scope;
  /** Closes the WebSocket. */
  dismiss: (socket: Duplex) => void;
}

const LOOK_EVERY_MS = 1000;

/** Dismisses callers whose session or token has ended while their WebSocket is open, or whose rights have changed. */
export class Guests implements Component {
  readonly #identify: Identify;
  readonly #guests = new Map<Duplex, Guest>();
  #timer: NodeJS.Timeout | undefined;

  constructor(identify: Identify) {
    this.#identify = identify;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#guests.clear();
  }

  /** Keeps an eye on a caller until its connection closes. */
  add(socket: Duplex, guest: Guest): void {
    this.#guests.set(socket, guest);
    socket.once('close', () => this.#guests.delete(socket));
  }

  /** Looks at all of them, as it does every second. */
  look(): void {
    for (const [socket, guest] of this.#guests) void this.#check(socket, guest);
  }

  async #check(socket: Duplex, { credentials, caller, needs, dismiss }: Guest): Promise<void> {
    // Without an answer nobody is known to be allowed: the request with which the caller comes back says what has failed.
    const now = await Promise.resolve(this.#identify(credentials)).catch(() => null);
    if (now && !('error' in now) && now.scopes.has(needs) && isSameCaller(now, caller)) return;
    if (this.#guests.delete(socket)) dismiss(socket);
  }
}
