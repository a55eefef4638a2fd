/** Frames that a camera must have finished in an engine's life for that engine's death not to be its doing. */
const HEALTHY_FRAMES = 5;
/** Deaths with the same picture in work after which it is not looked at again. */
const POISON_DEATHS = 2;
/** Deaths that a camera caused after which it is left alone, and after how long without one they are forgotten. */
const GUILTY_DEATHS = 3;
const FORGIVEN_MS = 600_000;

interface Work {
  camera: string;
  mark: string;
  sinceMs: number;
}

/** What follows from an engine's death. */
export interface Judgement {
  /** Pictures that are not to be looked at again. */
  poison: string[];
  /** Cameras to be left alone. */
  quarantined: string[];
  /** Several different pictures were in work: which of them it was shows only when they are looked at one at a time. */
  isAmbiguous: boolean;
}

/**
 * Who was at work when an engine died, and who has been too often. Time is a parameter, monotonic ms.
 *
 * A picture that was in the networks at two deaths is poison. A camera is blamed for a hang when the networks hung in its
 * picture, and for a crash when its picture was in them and it had not finished five frames before: an engine that is
 * killed from outside always has somebody's picture in work. Three such deaths, and it is guilty.
 */
export class Suspects {
  #work: Work[] = [];
  readonly #finished = new Map<string, number>();
  readonly #deathsOfMark = new Map<string, number>();
  readonly #deathsOfCamera = new Map<string, { count: number; lastMs: number }>();

  /**
   * The networks begin with a picture of a camera, or are done with it. Of several equal ones, as a still recording gives
   * them, the one that began first is taken for done.
   */
  note(camera: string, mark: string, begins: boolean, timeMs: number): void {
    if (begins) {
      this.#work.push({ camera, mark, sinceMs: timeMs });
      return;
    }
    const done = this.#work.findIndex((work) => work.camera === camera && work.mark === mark);
    if (done >= 0) this.#work.splice(done, 1);
  }

  /** How many of a camera's pictures are in the networks at the moment. */
  inWork(camera: string): number {
    return this.#work.filter((work) => work.camera === camera).length;
  }

  /** A camera has finished a frame. */
  finished(camera: string): void {
    this.#finished.set(camera, (this.#finished.get(camera) ?? 0) + 1);
  }

  /**
   * The engine has died.
   *
   * @param hungMs only pictures in work for at least this long are suspects; 0 when the engine died by itself
   */
  died(timeMs: number, hungMs: number): Judgement {
    const suspects = this.#work.filter(({ sinceMs }) => timeMs - sinceMs >= hungMs);
    const isBlamed = (camera: string) => hungMs > 0 || (this.#finished.get(camera) ?? 0) < HEALTHY_FRAMES;
    const blamed = new Set(suspects.map(({ camera }) => camera).filter(isBlamed));
    // Once per death, however many equal pictures were in work.
    const marks = new Set(suspects.map(({ mark }) => mark));
    for (const mark of marks) this.#deathsOfMark.set(mark, (this.#deathsOfMark.get(mark) ?? 0) + 1);
    this.#work = [];
    this.#finished.clear();
    const quarantined = [...blamed].filter((camera) => this.#blame(camera, timeMs) >= GUILTY_DEATHS);
    for (const camera of quarantined) this.#deathsOfCamera.delete(camera);
    return { poison: this.poison, quarantined, isAmbiguous: marks.size > 1 };
  }

  #blame(camera: string, timeMs: number): number {
    const { count, lastMs } = this.#deathsOfCamera.get(camera) ?? { count: 0, lastMs: timeMs };
    const deaths = timeMs - lastMs > FORGIVEN_MS ? 1 : count + 1;
    this.#deathsOfCamera.set(camera, { count: deaths, lastMs: timeMs });
    return deaths;
  }

  /** Pictures that are not to be looked at. */
  get poison(): string[] {
    return [...this.#deathsOfMark].filter(([, deaths]) => deaths >= POISON_DEATHS).map(([mark]) => mark);
  }
}
