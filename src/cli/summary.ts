import type { SpotterEvent } from '../events/event.js';
import { type FrameReport, STAGES, type Stage } from '../pipeline/frameReport.js';
import { formatTime } from './time.js';

/** One person in one recording. */
interface PersonSummary {
  person: string;
  camera: string;
  /** Media time of the first and the last frame with the person, ms. */
  firstMs: number;
  lastMs: number;
  bestSimilarity: number;
  /** Frames with the person. */
  frames: number;
}

/** What a scan found and what it cost. The elapsed time runs from construction. */
export class Summary {
  readonly #startMs = performance.now();
  readonly #stageMs = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  readonly #people = new Map<string, PersonSummary>();
  readonly #shownNames = new Map<string, string>();
  #searched = 0;
  #still = 0;
  #faces = 0;
  #embedded = 0;
  #events = 0;
  #tracks = 0;

  /** Adds one searched frame. */
  addReport({ stageMs, verdicts, embedded }: FrameReport): void {
    this.#searched++;
    this.#faces += verdicts.length;
    this.#embedded += embedded;
    for (const stage of STAGES) this.#stageMs[stage] += stageMs[stage] ?? 0;
  }

  /** Adds frames that were not searched because nothing had moved. */
  addStill(frames: number): void {
    this.#still += frames;
  }

  /** Adds one event. */
  addEvent(event: SpotterEvent): void {
    this.#events++;
    if (event.kind !== 'left') return;
    this.#tracks++;
    if (event.person === null) return;
    this.#shownNames.set(event.person, event.displayName ?? event.person);
    const { person, camera, firstSeenMs = 0, lastSeenMs = 0, frames = 0 } = event;
    const key = `${camera}/${person}`;
    const before = this.#people.get(key);
    this.#people.set(key, {
      person,
      camera,
      firstMs: Math.min(before?.firstMs ?? firstSeenMs, firstSeenMs),
      lastMs: Math.max(before?.lastMs ?? lastSeenMs, lastSeenMs),
      bestSimilarity: Math.max(before?.bestSimilarity ?? -1, event.similarity ?? -1),
      frames: (before?.frames ?? 0) + frames,
    });
  }

  /** The summary line of `scan`; rounded. @param interrupted the user ended the scan early */
  toJson(interrupted: boolean) {
    const seconds = (performance.now() - this.#startMs) / 1000;
    const frames = this.#searched + this.#still;
    return {
      kind: 'summary' as const,
      frames,
      searched: this.#searched,
      still: this.#still,
      seconds: Number(seconds.toFixed(3)),
      fps: Number((frames / seconds).toFixed(1)),
      faces: this.#faces,
      embedded: this.#embedded,
      tracks: this.#tracks,
      events: this.#events,
      stageMs: Object.fromEntries(STAGES.map((stage) => [stage, Math.round(this.#stageMs[stage])])),
      people: [...this.#people.values()].sort((a, b) => a.firstMs - b.firstMs),
      interrupted,
    };
  }

  /** The summary as readable lines. @param interrupted the user ended the scan early */
  toLines(interrupted: boolean): string[] {
    const { frames, still, seconds, fps, faces, tracks, people } = this.toJson(interrupted);
    const unsearched = still > 0 ? `, ${still} of them still and not searched` : '';
    const head = `${interrupted ? 'Interrupted after' : 'Scanned'} ${frames} frames${unsearched} in ${seconds.toFixed(1)} s (${fps} per second): ${faces} faces, ${tracks} tracks`;
    const lines = people.map(
      ({ person, camera, firstMs, lastMs, bestSimilarity, frames: seen }) =>
        `  ${this.#shownNames.get(person)}  ${camera}  ${formatTime(firstMs)} to ${formatTime(lastMs)}  best similarity ${bestSimilarity.toFixed(2)}  ${seen} frames`,
    );
    return [head, ...(lines.length > 0 ? lines : ['  nobody from the gallery was seen'])];
  }
}
