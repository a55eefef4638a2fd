import { plural } from '../core/plural.js';
import { jsonLine } from '../core/visible.js';
import type { SpotterEvent } from '../events/event.js';
import { LineOutput } from '../observe/lineOutput.js';
import type { Logger } from '../observe/logger.js';
import type { EventContext } from '../supervisor/eventContext.js';
import { EventLines, type Shown } from './eventLines.js';

/** How events are written to stdout: readable lines, JSON lines or not at all. */
export type EventForm = 'pretty' | 'json' | 'off';

/** Most bytes of events kept while stdout takes none; a reader that stalls must not exhaust the daemon's memory. */
const MAX_KEPT_BYTES = 8 << 20;
/** Longest wait for a slow reader at the end, ms. */
const DRAIN_MS = 1000;

/** Writes the daemon's events to stdout, one line per event. Goes on without stdout when nobody reads it or it fails. */
export class EventOutput {
  readonly #form: EventForm;
  readonly #output = new LineOutput(1, MAX_KEPT_BYTES);
  readonly #lines: EventLines;
  #context: EventContext = { shownName: (person) => person, isRecording: () => false };

  /**
   * @param only which events readable lines are for
   * @param logger gets one line when stdout fails, and one when it works again
   */
  constructor(form: EventForm, only: Shown, logger: Logger) {
    this.#form = form;
    this.#lines = new EventLines({
      only,
      clock: (camera) => (this.#context.isRecording(camera) ? 'media' : 'wall'),
      visits: 'wall',
      shownName: (person) => this.#context.shownName(person),
      write: (lines) => this.#output.write(`${lines.join('\n')}\n`),
    });
    this.#output.watch({
      onFault: (reason) =>
        logger.warn(
          `going on without stdout: ${reason}; the event log, the WebSocket and the sinks still get every event`,
        ),
      onRecovered: (lost) =>
        logger.warn(
          { lost },
          `stdout takes events again; ${plural(lost, 'line was', 'lines were')} lost there`,
        ),
    });
  }

  /** Number of events lost so far. */
  get lost(): number {
    return this.#output.lost;
  }

  /** Writes an event, keeps it while stdout takes none, or drops it when 8 MiB are kept. */
  write(event: SpotterEvent, context: EventContext): void {
    this.#context = context;
    if (this.#form === 'pretty') this.#lines.add(event);
    if (this.#form === 'json') this.#output.write(`${jsonLine(event)}\n`);
  }

  /** Waits up to a second for the reader. */
  stop(): Promise<void> {
    this.#lines.flush();
    return this.#output.end(DRAIN_MS);
  }
}
