import type { ToEngine } from '../ipc/protocol.js';
import { Quarantine } from './quarantine.js';
import { type Judgement, Suspects } from './suspects.js';

/** After a death with several suspects, how long pictures are looked at one at a time. */
export const ISOLATION_MS = 60_000;

export interface CrashPolicyOptions {
  /** Tells the engine what to be careful with. */
  send: (message: ToEngine & { kind: 'caution' }) => void;
  /** A camera that was left alone may try again. */
  onForgiven: (id: string) => void;
}

/** Keeps engines from dying of the same picture again and again: whom to suspect, what to leave out, whom to leave alone. */
export class CrashPolicy {
  readonly #options: CrashPolicyOptions;
  readonly #suspects = new Suspects();
  readonly #quarantine: Quarantine;
  /** Set during an isolation; only its firing ends one: timers fire up to 1 ms early, so a clock could disagree. */
  #isolation: NodeJS.Timeout | undefined;

  constructor(options: CrashPolicyOptions) {
    this.#options = options;
    this.#quarantine = new Quarantine(options.onForgiven);
  }

  /** The networks begin with a picture of a camera, or are done with it. */
  noteWork(camera: string, mark: string, begins: boolean): void {
    this.#suspects.note(camera, mark, begins, performance.now());
  }

  /** A camera has finished a frame. */
  noteFinished(camera: string): void {
    this.#suspects.finished(camera);
  }

  /** How many of a camera's pictures are in the networks at the moment. */
  inWork(camera: string): number {
    return this.#suspects.inWork(camera);
  }

  /** The engine has died. @param hungMs as {@link Suspects.died} takes it */
  noteDeath(hungMs: number): Judgement {
    const judgement = this.#suspects.died(performance.now(), hungMs);
    if (judgement.isAmbiguous) this.#isolate();
    return judgement;
  }

  #isolate(): void {
    clearTimeout(this.#isolation);
    this.#isolation = setTimeout(() => {
      this.#isolation = undefined;
      this.tell();
    }, ISOLATION_MS);
  }

  /** Tells the engine how things stand. */
  tell(): void {
    const isolated = this.#isolation !== undefined;
    this.#options.send({ kind: 'caution', poison: this.#suspects.poison, isolated });
  }

  /** Leaves a camera alone for a while. */
  leaveAlone(id: string, ms: number): void {
    this.#quarantine.begin(id, ms);
  }

  /** Ends that before its time, without a word. */
  forgive(id: string): void {
    this.#quarantine.end(id);
  }

  isLeftAlone(id: string): boolean {
    return this.#quarantine.has(id);
  }

  stop(): void {
    clearTimeout(this.#isolation);
    this.#quarantine.stop();
  }
}
