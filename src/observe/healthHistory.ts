import type { Component } from '../core/lifecycle.js';
import { type FrameReport, STAGES, type Stage } from '../pipeline/frameReport.js';

/** Interval of the history, and how many are kept: an hour. */
const EVERY_MS = 10_000;
const KEPT = 360;
/** Times per camera and interval from which percentiles are taken; a recording may have thousands of frames. */
const MOST_TIMES = 1000;

/** What a camera did in an interval. */
interface CameraInterval {
  processed: number;
  dropped: number;
  /** From the arrival of a frame to its verdicts, ms; at most {@link MOST_TIMES}. */
  totalMs: number[];
}

/** What happened in an interval. */
interface Interval {
  /** Its end, Unix ms. */
  atMs: number;
  cameras: Map<string, Omit<CameraInterval, 'totalMs'> & { p50Ms: number | null; p95Ms: number | null }>;
  /** Mean per frame, ms. */
  stagesMs: Partial<Record<Stage, number>>;
  restarts: number;
}

/** Since the start. */
export interface CameraTotals {
  processed: number;
  dropped: number;
  restarts: number;
  /** Processed frames per second in the last interval, or since the start. */
  fps: number;
}

/** The last hour in columns, oldest first; null where nothing was measured. */
export interface HistoryColumns {
  everySeconds: number;
  /** End of each interval, Unix ms. */
  at: number[];
  cameras: Record<string, Record<'fps' | 'dropped' | 'latencyP50Ms' | 'latencyP95Ms', (number | null)[]>>;
  /** Mean per frame. */
  stagesMs: Record<Stage, (number | null)[]>;
  /** Of the engine, and of connections to cameras. */
  restarts: number[];
}

/** Keeps the last hour in memory, one value per ten seconds, for those who look at the daemon without a monitoring system. */
export class HealthHistory implements Component {
  readonly #now: () => number;
  readonly #totals = new Map<string, CameraTotals>();
  readonly #past: Interval[] = [];
  #current = new Map<string, CameraInterval>();
  #stages = new Map<Stage, { sum: number; frames: number }>();
  #restarts = 0;
  #engineRestarts = 0;
  #sinceMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param now Unix ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#sinceMs = now();
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.close(), EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }

  /** How often the engine was replaced since the start. */
  get engineRestarts(): number {
    return this.#engineRestarts;
  }

  frame({ camera, outcome, stageMs }: FrameReport): void {
    const totals = this.#totalsOf(camera);
    const current = this.#currentOf(camera);
    if (outcome === 'dropped') {
      totals.dropped++;
      current.dropped++;
    }
    if (outcome !== 'processed') return;
    totals.processed++;
    current.processed++;
    if (stageMs.total !== undefined && current.totalMs.length < MOST_TIMES)
      current.totalMs.push(stageMs.total);
    for (const stage of STAGES) {
      const ms = stageMs[stage];
      if (ms === undefined) continue;
      const { sum, frames } = this.#stages.get(stage) ?? { sum: 0, frames: 0 };
      this.#stages.set(stage, { sum: sum + ms, frames: frames + 1 });
    }
  }

  cameraRestarted(camera: string): void {
    this.#totalsOf(camera).restarts++;
    this.#restarts++;
  }

  engineDied(): void {
    this.#engineRestarts++;
    this.#restarts++;
  }

  /** Forgets a camera that is no longer configured; its past stays. */
  cameraRemoved(camera: string): void {
    this.#totals.delete(camera);
    this.#current.delete(camera);
  }

  /** What a camera has done since the start. */
  totals(camera: string): CameraTotals {
    const { processed = 0, dropped = 0, restarts = 0 } = this.#totals.get(camera) ?? {};
    const last = this.#past.at(-1)?.cameras.get(camera)?.processed;
    const ms = last === undefined ? Math.max(1000, this.#now() - this.#sinceMs) : EVERY_MS;
    const frames = last ?? this.#current.get(camera)?.processed ?? 0;
    return { processed, dropped, restarts, fps: rounded(frames / (ms / 1000)) };
  }

  /** Ends the interval. Called by a timer. */
  close(): void {
    const cameras: Interval['cameras'] = new Map();
    for (const [id, { processed, dropped, totalMs }] of this.#current) {
      const sorted = totalMs.toSorted((one, other) => one - other);
      cameras.set(id, { processed, dropped, p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) });
    }
    const stagesMs = Object.fromEntries(
      [...this.#stages].map(([stage, { sum, frames }]) => [stage, rounded(sum / frames)]),
    );
    this.#past.push({ atMs: this.#now(), cameras, stagesMs, restarts: this.#restarts });
    if (this.#past.length > KEPT) this.#past.shift();
    // A camera that is quiet has an interval without frames, not none.
    this.#current = new Map([...this.#totals.keys()].map((id) => [id, emptyInterval()]));
    this.#stages = new Map();
    this.#restarts = 0;
    this.#sinceMs = this.#now();
  }

  /** The last hour. @param cameras ids of those that are shown */
  columns(cameras: readonly string[]): HistoryColumns {
    const past = this.#past;
    const of = (
      id: string,
      value: (one: NonNullable<ReturnType<Interval['cameras']['get']>>) => number | null,
    ) =>
      past.map((interval) => {
        const one = interval.cameras.get(id);
        return one ? value(one) : null;
      });
    return {
      everySeconds: EVERY_MS / 1000,
      at: past.map(({ atMs }) => atMs),
      cameras: Object.fromEntries(
        cameras.map((id) => [
          id,
          {
            fps: of(id, ({ processed }) => rounded(processed / (EVERY_MS / 1000))),
            dropped: of(id, ({ dropped }) => dropped),
            latencyP50Ms: of(id, ({ p50Ms }) => p50Ms),
            latencyP95Ms: of(id, ({ p95Ms }) => p95Ms),
          },
        ]),
      ),
      stagesMs: Object.fromEntries(
        STAGES.map((stage) => [stage, past.map(({ stagesMs }) => stagesMs[stage] ?? null)]),
      ) as HistoryColumns['stagesMs'],
      restarts: past.map(({ restarts }) => restarts),
    };
  }

  #totalsOf(camera: string): CameraTotals {
    const totals = this.#totals.get(camera) ?? { processed: 0, dropped: 0, restarts: 0, fps: 0 };
    this.#totals.set(camera, totals);
    return totals;
  }

  #currentOf(camera: string): CameraInterval {
    const current = this.#current.get(camera) ?? emptyInterval();
    this.#current.set(camera, current);
    return current;
  }
}

function emptyInterval(): CameraInterval {
  return { processed: 0, dropped: 0, totalMs: [] };
}

/** @param sorted ascending @returns null without values */
function quantile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? null : rounded(value);
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
