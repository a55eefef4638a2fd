import type { Config } from '../config/schema.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { FrameReport } from '../pipeline/frameReport.js';
import type { CameraObserver } from './cameraObserver.js';
import type { DeathCause } from './engineHost.js';

/** How long pictures are processed one at a time after a death with several suspects. */
export const ISOLATION_MS = 60_000;
/** Frames that a camera must have finished since the engine started not to be blamed for its crash. */
const HEALTHY_FRAMES = 5;
/** Deaths with the same picture in work after which it is poison. */
const POISON_DEATHS = 2;
/** Deaths caused by a camera after which it is quarantined. */
const GUILTY_DEATHS = 3;
/** The count of deaths starts over when the previous one is older than this. */
const FORGIVEN_MS = 600_000;
/** After a hang, a picture is suspect if it was in work for at least this part of `hangMs`. */
const HUNG_PART = 1 / 2;

/** Pictures that the engine must skip, and whether it processes one at a time. */
export type Restrictions = ToEngine & { kind: 'restrictions' };

/** Consequences of an engine's death. */
export interface Judgement {
  /** Marks of all pictures that must not be processed again. */
  poison: string[];
  /** Cameras that begin a quarantine with this death, and for how long, ms. */
  quarantined: { camera: string; ms: number }[];
}

/** Callbacks of {@link CrashPolicy}. */
export interface CrashPolicyOptions {
  /** Called when the restrictions of the running engine change; the next engine gets {@link CrashPolicy.restrictions}. */
  onRestrictions: (restrictions: Restrictions) => void;
  /** Called when a camera's quarantine is over and it may be opened again. */
  onRelease: (camera: string) => void;
}

/** A picture in the networks. */
interface Work {
  camera: string;
  mark: string;
  sinceMs: number;
}

/**
 * Decides what follows from an engine's death, so that the same picture does not crash engines again and again: which pictures
 * are poison, whether pictures are processed one at a time, and which cameras are quarantined for how long.
 *
 * A picture that was in the networks at two deaths is poison. When several were, pictures are processed one at a time for a
 * minute to find out which one it is. A camera is blamed for a hang in its picture, and for a crash with its picture in work
 * before it had finished five frames: an engine that is killed from outside always has some camera's picture in work. After
 * three such deaths, the camera is quarantined.
 */
export class CrashPolicy implements CameraObserver {
  readonly #options: CrashPolicyOptions;
  #work: Work[] = [];
  /** Frames that each camera has finished since the engine started. */
  readonly #finished = new Map<string, number>();
  readonly #deathsOfMark = new Map<string, number>();
  readonly #deathsOfCamera = new Map<string, { count: number; lastMs: number }>();
  /** Set during an isolation. Only the timer ends it: timers fire up to 1 ms early, so comparing clocks could fail. */
  #isolation: NodeJS.Timeout | undefined;
  /** The end of each quarantine, by camera. */
  readonly #quarantines = new Map<string, NodeJS.Timeout>();

  constructor(options: CrashPolicyOptions) {
    this.#options = options;
  }

  /** For the running engine, or the next one. */
  get restrictions(): Restrictions {
    return { kind: 'restrictions', poison: this.#poison, isolated: this.#isolation !== undefined };
  }

  /**
   * The networks begin with a camera's picture, or have finished it. Among equal pictures, as in a still recording, the one
   * that began first is considered finished.
   */
  work(camera: string, mark: string, begins: boolean): void {
    if (begins) {
      this.#work.push({ camera, mark, sinceMs: performance.now() });
      return;
    }
    const done = this.#work.findIndex((work) => work.camera === camera && work.mark === mark);
    if (done >= 0) this.#work.splice(done, 1);
  }

  /** How many of a camera's pictures are in the networks now. */
  inWork(camera: string): number {
    return this.#work.filter((work) => work.camera === camera).length;
  }

  frame({ camera, outcome }: FrameReport): void {
    if (outcome === 'processed') this.#finished.set(camera, (this.#finished.get(camera) ?? 0) + 1);
  }

  cameraRemoved(camera: string): void {
    this.release(camera);
  }

  /** The engine is replaced on purpose: no picture is suspect. */
  engineReplaced(): void {
    this.#beginLife();
  }

  /** The engine has died: starts the isolation and quarantines that follow. */
  engineDied(
    cause: DeathCause,
    { hangMs, quarantineMs }: Pick<Config['engine'], 'hangMs' | 'quarantineMs'>,
  ): Judgement {
    const nowMs = performance.now();
    const isHung = cause === 'engine_hung';
    const suspects = this.#work.filter(({ sinceMs }) => !isHung || nowMs - sinceMs >= hangMs * HUNG_PART);
    const isHealthy = (camera: string) => (this.#finished.get(camera) ?? 0) >= HEALTHY_FRAMES;
    const blamed = new Set(
      suspects.map(({ camera }) => camera).filter((camera) => isHung || !isHealthy(camera)),
    );
    this.#beginLife();
    // Once per death, however many equal pictures were in work.
    const marks = new Set(suspects.map(({ mark }) => mark));
    for (const mark of marks) this.#deathsOfMark.set(mark, (this.#deathsOfMark.get(mark) ?? 0) + 1);
    if (marks.size > 1) this.#isolate();
    const guilty = [...blamed].filter((camera) => this.#blame(camera, nowMs) >= GUILTY_DEATHS);
    for (const camera of guilty) this.#quarantine(camera, quarantineMs);
    return { poison: this.#poison, quarantined: guilty.map((camera) => ({ camera, ms: quarantineMs })) };
  }

  isQuarantined(camera: string): boolean {
    return this.#quarantines.has(camera);
  }

  /** Ends a camera's quarantine early without calling onRelease; does nothing when there is none. */
  release(camera: string): void {
    clearTimeout(this.#quarantines.get(camera));
    this.#quarantines.delete(camera);
  }

  /** Ends every timer. */
  stop(): void {
    clearTimeout(this.#isolation);
    for (const camera of [...this.#quarantines.keys()]) this.release(camera);
  }

  /** Clears what the previous engine had in work and had finished. */
  #beginLife(): void {
    this.#work = [];
    this.#finished.clear();
  }

  get #poison(): string[] {
    return [...this.#deathsOfMark].filter(([, deaths]) => deaths >= POISON_DEATHS).map(([mark]) => mark);
  }

  #isolate(): void {
    clearTimeout(this.#isolation);
    this.#isolation = setTimeout(() => {
      this.#isolation = undefined;
      this.#options.onRestrictions(this.restrictions);
    }, ISOLATION_MS);
  }

  /** @returns number of deaths recently caused by the camera, including this one */
  #blame(camera: string, nowMs: number): number {
    const { count, lastMs } = this.#deathsOfCamera.get(camera) ?? { count: 0, lastMs: nowMs };
    const deaths = nowMs - lastMs > FORGIVEN_MS ? 1 : count + 1;
    this.#deathsOfCamera.set(camera, { count: deaths, lastMs: nowMs });
    return deaths;
  }

  #quarantine(camera: string, ms: number): void {
    this.#deathsOfCamera.delete(camera);
    this.release(camera);
    const timer = setTimeout(() => {
      this.release(camera);
      this.#options.onRelease(camera);
    }, ms);
    this.#quarantines.set(camera, timer);
  }
}
