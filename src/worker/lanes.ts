import { queueOptionsSymbol, type TaskQueue } from 'piscina';

/** When a thread took a task, monotonic ms; null while it waits in a lane. */
export interface Began {
  atMs: number | null;
}

/** Priority of a task, highest first. */
export type Lane = 'looks' | 'others' | 'background';
type PiscinaTask = NonNullable<ReturnType<TaskQueue['shift']>>;

/** How often a background task is passed over before its turn; in a pool that is never idle it would wait forever. */
export const PATIENCE = 8;

/**
 * Three priorities: looks, then detections, then background work. Frames are detected ahead of time but looked at in
 * order, so a look that waited behind detections would delay every frame after it.
 */
export class Lanes implements TaskQueue {
  readonly #lanes: Record<Lane, PiscinaTask[]> = { looks: [], others: [], background: [] };
  /** How often the first background task has been passed over. */
  #passedOver = 0;

  get size(): number {
    return Object.values(this.#lanes).reduce((sum, lane) => sum + lane.length, 0);
  }

  shift(): PiscinaTask | null {
    const { looks, others, background } = this.#lanes;
    const isDue = background.length > 0 && this.#passedOver >= PATIENCE;
    const next = isDue ? undefined : (looks.shift() ?? others.shift());
    this.#passedOver = next && background.length > 0 ? this.#passedOver + 1 : 0;
    const task = next ?? background.shift() ?? null;
    if (task) markBegan(task, performance.now());
    return task;
  }

  push(task: PiscinaTask): void {
    markBegan(task, null);
    this.#lane(task).push(task);
  }

  unshift(task: PiscinaTask): void {
    markBegan(task, null);
    this.#lane(task).unshift(task);
  }

  remove(task: PiscinaTask): void {
    const lane = this.#lane(task);
    const index = lane.indexOf(task);
    if (index >= 0) lane.splice(index, 1);
  }

  #lane(task: PiscinaTask): PiscinaTask[] {
    return this.#lanes[optionsOf(task)?.lane ?? 'others'];
  }
}

/** Marks a task for {@link Lanes}, which notes in `began` when a thread takes it. */
export function inLane<T extends object>(task: T, lane: Lane, began: Began): T {
  return { ...task, [queueOptionsSymbol]: { lane, began } };
}

function optionsOf(task: PiscinaTask): { lane: Lane; began: Began } | null {
  return task[queueOptionsSymbol] as { lane: Lane; began: Began } | null;
}

function markBegan(task: PiscinaTask, atMs: number | null): void {
  const options = optionsOf(task);
  if (options) options.began.atMs = atMs;
}
