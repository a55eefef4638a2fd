import type { Config } from '../config/schema.js';
import { Serial } from '../core/serial.js';
import { personName } from '../gallery/edit.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { EventHub } from './eventHub.js';
import { type ForgetReport, forgetPerson } from './forgetPerson.js';

export interface ForgettingOptions {
  /** As it is now. */
  config: () => Config;
  hub: () => Pick<EventHub, 'withhold' | 'takeBackTopics' | 'eraseEvents' | 'removePictures'>;
  send: (message: ToEngine) => void;
  /** Drops what the supervisor itself knows of a person. */
  onForget: (person: string) => void;
}

/** An engine that has not forgotten a person by then is left to itself: the cache is put right without it. */
const ENGINE_MS = 2000;

/** Forgets people while the daemon runs, one after another. */
export class Forgetting {
  readonly #options: ForgettingOptions;
  readonly #turns = new Serial();
  /** Whom the engine is to forget, and whoever waits for it. */
  readonly #asked = new Map<string, (cached: number | null) => void>();

  constructor(options: ForgettingOptions) {
    this.#options = options;
  }

  /**
   * Forgets a person everywhere; see {@link forgetPerson}.
   *
   * @throws SpotterError usage for a name that is none, gallery.unwritable
   */
  async forget(name: string): Promise<ForgetReport> {
    const { config, hub, onForget } = this.#options;
    const person = personName(name);
    return this.#turns.run(() =>
      forgetPerson(person, config(), {
        withhold: () => {
          hub().withhold(person);
          onForget(person);
        },
        takeBackTopics: (signal) => hub().takeBackTopics(person, signal),
        letGo: () => this.#letGo(person),
        eraseEvents: (onUnpictured) => hub().eraseEvents(person, onUnpictured),
        removePictures: (id) => hub().removePictures(id),
      }),
    );
  }

  /** The engine has forgotten a person. @param cached see {@link FromEngine} */
  noteForgotten(person: string, cached: number | null): void {
    this.#asked.get(person)?.(cached);
  }

  /** Another engine is ready, which may have read the gallery before the photos were removed. */
  noteEngine(): void {
    for (const person of this.#asked.keys()) this.#options.send({ kind: 'forget', person });
  }

  /** Resolves when the engine knows the person no longer; with null when it does not say so in time. */
  #letGo(person: string): Promise<number | null> {
    return new Promise((resolve) => {
      const finish = (cached: number | null) => {
        clearTimeout(timer);
        this.#asked.delete(person);
        resolve(cached);
      };
      const timer = setTimeout(() => finish(null), ENGINE_MS);
      this.#asked.set(person, finish);
      this.#options.send({ kind: 'forget', person });
    });
  }
}
