import type { Component } from '../core/lifecycle.js';
import type { EventDraft } from './event.js';
import { endsOfInterruptedVisits, recentEvents } from './interruptedVisits.js';
import { Notifier, type NotifyRules, type PeopleSettings } from './notify.js';
import type { EventSource } from './sinks/port.js';
import { Visits, type VisitsOptions } from './visits.js';

export interface EventEnricherOptions {
  /** Asked with every event, so that a changed configuration counts at once. */
  rules: () => { visits: { enabled: boolean; gapMs: number }; notify: NotifyRules };
  people: () => PeopleSettings;
  /** What visits are measured by; see {@link VisitsOptions}. */
  clock: VisitsOptions['clock'];
  /** Where earlier events can be read back, so that visits do not stay open for ever when the daemon dies. */
  history?: EventSource;
  /** Takes each event in its final form, in order; `sinceMs` as it came. */
  publish: (draft: EventDraft, sinceMs: number | null) => void;
}

const TICK_MS = 500;

/** None where the log cannot be read, as on a full disk: that is no reason not to watch. */
function interruptedVisits(history: EventSource): EventDraft[] {
  try {
    return endsOfInterruptedVisits(recentEvents(history));
  } catch {
    return [];
  }
}

/**
 * Between whoever has something to tell and the feed: says which events are worth a notification, and adds those of
 * visits, each after the event that it follows from.
 */
export class EventEnricher implements Component {
  readonly #options: EventEnricherOptions;
  readonly #notifier = new Notifier();
  readonly #visits: Visits;
  #timer: NodeJS.Timeout | undefined;
  /** The present, by the clock of the visits. */
  #nowMs = 0;

  constructor(options: EventEnricherOptions) {
    this.#options = options;
    const { clock } = options;
    this.#visits = new Visits({ clock, gapMs: options.rules().visits.gapMs });
  }

  /** Visits that have begun and not ended. */
  get openVisits(): number {
    return this.#visits.open;
  }

  /** Ends the visits of a life before this one, and from now on those that time ends. */
  async start(): Promise<void> {
    const { history } = this.#options;
    if (history) this.#publishVisits(interruptedVisits(history));
    this.#timer = setInterval(() => this.#tick(performance.now()), TICK_MS);
  }

  /** Ends every visit. Whoever tells must have stopped. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#publishVisits(this.#visits.endAll(Date.now()));
  }

  /** The end of a recording: its visits are over, and no other one's begin in them. */
  finish(): void {
    this.#publishVisits(this.#visits.endAll());
  }

  /** Tells an event, and whatever follows from it. @param sinceMs passed on */
  tell(draft: EventDraft, sinceMs: number | null = null): void {
    const { clock, publish } = this.#options;
    this.#tick(clock === 'media' ? (draft.mediaTimeMs ?? this.#nowMs) : performance.now());
    publish(this.#judged(draft), sinceMs);
    if (this.#options.rules().visits.enabled) this.#publishVisits(this.#visits.take(draft, this.#nowMs));
  }

  /** Drops what is kept of a person in memory: visits and cooldowns. */
  forgetPerson(person: string): void {
    this.#visits.forgetPerson(person);
    this.#notifier.forgetPerson(person);
  }

  #tick(nowMs: number): void {
    this.#nowMs = nowMs;
    const { enabled, gapMs } = this.#options.rules().visits;
    this.#visits.gapMs = gapMs;
    if (enabled) this.#publishVisits(this.#visits.expire(nowMs));
    else if (this.#visits.open > 0) this.#publishVisits(this.#visits.endAll(Date.now()));
  }

  #publishVisits(drafts: readonly EventDraft[]): void {
    for (const draft of drafts) {
      // That a visit is over is known later than it was: what counts as its moment is when it is told.
      const capturedAtMs = draft.kind === 'visit_ended' ? Date.now() : draft.capturedAtMs;
      this.#options.publish(this.#judged({ ...draft, capturedAtMs }), null);
    }
  }

  #judged(draft: EventDraft): EventDraft {
    const { rules, people } = this.#options;
    return this.#notifier.judge(draft, rules().notify, people(), this.#nowMs);
  }
}
