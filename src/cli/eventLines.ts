import type { EventKind, SpotterEvent } from '../events/event.js';
import { eventLine, explainLines, type LineStyle, passingLine } from './eventLine.js';
import { formatDay } from './time.js';

/** Which events people are shown: all, or only names, strangers and visits. */
export type Shown = 'all' | 'names';

/** Options of {@link EventLines}. */
export interface EventLinesOptions extends LineStyle {
  only: Shown;
  /** Takes the lines of one event, with their colours. */
  write: (lines: string[]) => void;
}

const NAMES: ReadonlySet<EventKind> = new Set([
  'match',
  'unknown',
  'ambiguous',
  'visit_started',
  'visit_ended',
]);
/** Events of one frame come together; a face that appears is shown this much later at most, ms. */
const HOLD_MS = 100;

/**
 * Events as lines for people, in order. What a track does in one instant, from `appeared` to `left`, is one line. Where the wall
 * clock is shown, each new day begins with its date.
 */
export class EventLines {
  readonly #options: EventLinesOptions;
  /** Events of one camera and instant, the first of which is `appeared`. */
  #held: SpotterEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #day = '';

  constructor(options: EventLinesOptions) {
    this.#options = options;
  }

  /** Shows an event, now or with others of the same instant. */
  add(event: SpotterEvent): void {
    if (this.#options.only === 'names' && !NAMES.has(event.kind)) return;
    const [first] = this.#held;
    if (first && !isSameInstant(first, event)) this.flush();
    if (this.#held.length === 0 && event.kind !== 'appeared') {
      this.#show(event);
      return;
    }
    this.#held.push(event);
    this.#timer ??= setTimeout(() => this.flush(), HOLD_MS).unref();
  }

  /** Shows what is held back. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    this.#held = [];
    for (const event of held) {
      const left = held.find(({ kind, track }) => kind === 'left' && track === event.track);
      const isPassing =
        event.track !== null &&
        left !== undefined &&
        held.find(({ track }) => track === event.track)?.kind === 'appeared';
      if (!isPassing) this.#show(event);
      else if (event.kind === 'appeared') this.#showPassing(event, left, held);
    }
  }

  #showPassing(appeared: SpotterEvent, left: SpotterEvent, held: readonly SpotterEvent[]): void {
    const verdicts = held.filter(
      ({ track, kind }) => track === appeared.track && kind !== 'appeared' && kind !== 'left',
    );
    const line = passingLine(verdicts.at(-1) ?? null, left, this.#options);
    this.#write(left, [line, ...explainLines(verdicts.at(-1) ?? left)]);
  }

  #show(event: SpotterEvent): void {
    this.#write(event, [eventLine(event, this.#options), ...explainLines(event)]);
  }

  #write({ camera, capturedAt }: SpotterEvent, lines: string[]): void {
    const { clock, write } = this.#options;
    const day = formatDay(Date.parse(capturedAt));
    const isNewDay = clock(camera) === 'wall' && day !== this.#day;
    if (isNewDay) this.#day = day;
    write(isNewDay ? [day, ...lines] : lines);
  }
}

function isSameInstant(a: SpotterEvent, b: SpotterEvent): boolean {
  return a.camera === b.camera && a.mediaTimeMs === b.mediaTimeMs && a.capturedAt === b.capturedAt;
}
