import type { Config } from '../config/schema.js';
import { Serial } from '../core/serial.js';
import { personName } from '../gallery/edit.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { EventHub } from './eventHub.js';
import { type ForgetReport, forgetPerson, forgetSpellings } from './forgetPerson.js';

/** Where {@link Forgetting} finds and erases a person. */
export interface ForgettingOptions {
  /** The current configuration. */
  config: () => Config;
  hub: () => Pick<EventHub, 'withhold' | 'takeBackTopics' | 'eraseEvents' | 'removePictures'>;
  send: (message: ToEngine) => void;
  /** Whether there is no engine yet: then it reads the cache after this. */
  isEngineAway: () => boolean;
  /** Drops what the supervisor itself holds about a person. */
  onForget: (person: string) => void;
  /** Has the person erased on the other nodes of the cluster as well, where there is one. @param eraseHere does so on this one */
  everywhere: (person: string, eraseHere: () => Promise<ForgetReport>) => Promise<ForgetReport>;
}

/** How long to wait for the engine; after that the cache is cleaned without it. */
const ENGINE_MS = 2000;

/** Erases people while the daemon runs, one at a time. */
export class Forgetting {
  readonly #options: ForgettingOptions;
  readonly #serial = new Serial();
  /** Pending requests to the engine, by person. */
  readonly #pending = new Map<string, (cached: number | null) => void>();

  constructor(options: ForgettingOptions) {
    this.#options = options;
  }

  /**
   * Erases a person everywhere; see {@link forgetPerson}.
   *
   * @throws SpotterError usage when the name is not valid, gallery.unwritable
   */
  async forget(name: string): Promise<ForgetReport> {
    const person = personName(name);
    return this.#options.everywhere(person, () => this.forgetHere(person));
  }

  /** The same on this node alone. @throws SpotterError gallery.unwritable */
  forgetHere(named: string): Promise<ForgetReport> {
    const { config, hub, onForget } = this.#options;
    const forget = (person: string) =>
      forgetPerson(person, config(), {
        withhold: () => {
          hub().withhold(person);
          onForget(person);
        },
        takeBackTopics: (signal) => hub().takeBackTopics(person, signal),
        letGo: () => this.#letGo(person),
        eraseEvents: (onUnpictured) => hub().eraseEvents(person, onUnpictured),
        removePictures: (id) => hub().removePictures(id),
      });
    return this.#serial.run(() => forgetSpellings(named, config(), forget));
  }

  /** The engine has forgotten a person. @param cached see {@link FromEngine} */
  noteForgotten(person: string, cached: number | null): void {
    this.#pending.get(person)?.(cached);
  }

  /** A new engine is ready; it may have read the gallery before the photos were removed, so pending requests are repeated. */
  noteEngine(): void {
    for (const person of this.#pending.keys()) this.#options.send({ kind: 'forget', person });
  }

  /** Resolves when the engine has dropped the person; with null when it does not answer in time. */
  #letGo(person: string): Promise<number | null> {
    if (this.#options.isEngineAway()) return Promise.resolve(null);
    return new Promise((resolve) => {
      const finish = (cached: number | null) => {
        clearTimeout(timer);
        this.#pending.delete(person);
        resolve(cached);
      };
      const timer = setTimeout(() => finish(null), ENGINE_MS);
      this.#pending.set(person, finish);
      this.#options.send({ kind: 'forget', person });
    });
  }
}
