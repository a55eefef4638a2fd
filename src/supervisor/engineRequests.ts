import { fromErrorData, SpotterError } from '../core/errors.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { Answer, Asked, EngineRequest, RequestKind, RequestOutcome } from '../ipc/requests.js';

/** The engine, as far as it is asked. */
export interface EngineRequestsOptions {
  /** Why no engine takes requests now, without a full stop; null while one does. */
  unreadyReason: () => string | null;
  send: (message: ToEngine) => void;
}

interface Pending {
  settle: (outcome: RequestOutcome) => void;
  what: RequestKind;
}

/** Requests that the engine has at a time: a picture takes up to 16 MB on its way, and its networks belong to the cameras. */
const MOST: Record<RequestKind, number> = {
  recognize: 2,
  examine: 2,
  thumbnail: 8,
  audit: 1,
  results: 4,
  deny: 16,
};
/** How long each may take, ms; a machine that watches many cameras has little time left for photos. */
const LIMIT_MS: Record<RequestKind, number> = {
  recognize: 30_000,
  examine: 30_000,
  thumbnail: 15_000,
  audit: 120_000,
  results: 10_000,
  deny: 2000,
};

/**
 * Questions to the engine, each with its answer. A caller learns when the engine dies meanwhile, does not answer in time, or has
 * enough to do; all of these are worth another try.
 */
export class EngineRequests {
  readonly #options: EngineRequestsOptions;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(options: EngineRequestsOptions) {
    this.#options = options;
  }

  /**
   * Asks the engine.
   *
   * @throws SpotterError engine.away while no engine is ready, when it ends before it has answered or takes too long;
   *   engine.busy when it has enough requests of this kind; those of the answer
   */
  ask<K extends RequestKind>(what: K, asked: Asked<K>): Promise<Answer<K>> {
    const { unreadyReason, send } = this.#options;
    const reason = unreadyReason();
    if (reason !== null) return Promise.reject(away(`spotter is not ready (${reason})`));
    const same = [...this.#pending.values()].filter((one) => one.what === what).length;
    if (same >= MOST[what])
      return Promise.reject(
        new SpotterError('engine.busy', 'spotter has enough requests of this kind; try again in a moment'),
      );
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const settle = (outcome: RequestOutcome) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        if (outcome.ok) resolve(outcome.answer as Answer<K>);
        else reject(fromErrorData(outcome.error));
      };
      const late = `the engine has not answered within ${LIMIT_MS[what] / 1000} s`;
      const timer = setTimeout(() => settle({ ok: false, error: away(late) }), LIMIT_MS[what]);
      this.#pending.set(id, { settle, what });
      send({ kind: 'request', id, request: { what, ...asked } as unknown as EngineRequest });
    });
  }

  /** The engine has answered; too late is ignored. */
  settle(id: number, outcome: RequestOutcome): void {
    this.#pending.get(id)?.settle(outcome);
  }

  /** The engine is gone, with whatever it was asked. */
  interrupt(): void {
    const error = away('the engine has ended meanwhile');
    for (const { settle } of [...this.#pending.values()]) settle({ ok: false, error });
  }
}

function away(why: string): SpotterError {
  return new SpotterError('engine.away', `${why}; try again in a moment`);
}
