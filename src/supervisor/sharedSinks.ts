import type { SharedCursors } from '../cluster/sharedCursors.js';
import type { LetterMirror, SharedLetters } from '../cluster/sharedLetters.js';
import type { MergedLog } from '../events/log/mergedLog.js';
import type { CursorStore, DeadLetter, DeadLetterStore } from '../events/sinks/port.js';

/** What sinks need to know of the cluster. */
export interface SinkCluster {
  /** Id for brokers, the same on every node, so that another node goes on with the same client id and devices. */
  installation: () => string;
  /** Whether this node sends at this moment; asked before each event. */
  mayDeliver: () => boolean;
  /** Whether another node goes on when this one ends. */
  hasOthers: () => boolean;
}

/** Positions and dead letters of the sinks where the cluster keeps them, so that any node goes on. */
export class SharedSinks implements CursorStore, DeadLetterStore {
  readonly isShared = true;
  readonly #log: MergedLog;
  #cursors: SharedCursors | null = null;
  #letters: SharedLetters | null = null;

  constructor(log: MergedLog) {
    this.#log = log;
    log.onDropLetter = (letter) => this.#letters?.drop(letter);
  }

  /** Uses the parts of the cluster; before it, nothing can be read or saved. */
  use(cursors: SharedCursors, letters: SharedLetters): void {
    this.#cursors = cursors;
    this.#letters = letters;
  }

  load(sink: string): Promise<number | null> {
    return this.#cursors?.load(sink) ?? notThere();
  }

  save(sink: string, seq: number): Promise<void> {
    return this.#cursors?.save(sink, seq) ?? notThere();
  }

  add(letter: DeadLetter): Promise<void> {
    return this.#letters?.add(letter) ?? notThere();
  }

  /** Call when events were erased or have expired: their letters go. Never rejects. */
  async reconcile(): Promise<void> {
    await this.#letters?.reconcile().catch(() => {});
  }

  /** The dead letters of this node's log. */
  get mirror(): LetterMirror {
    const log = this.#log;
    return {
      put: (number, letter) => log.readable(({ cursors }) => cursors.place({ number, ...letter }), undefined),
      remove: (sink, seq) => log.readable(({ cursors }) => cursors.dropLetterOf(sink, seq), undefined),
      clear: () => log.readable(({ cursors }) => cursors.dropLetters(), undefined),
      find: (sink, seq) => log.readable(({ cursors }) => cursors.letterOf(sink, seq), null),
      isGone: (seq) => seq <= log.lastSeq && log.readable((store) => store.one(seq) === null, false),
    };
  }
}

function notThere(): Promise<never> {
  return Promise.reject(new Error('this node is not in the cluster yet'));
}
