import type { Component } from '../core/lifecycle.js';
import type { EventDraft, SpotterEvent } from './event.js';
import { endsOfInterruptedVisits, recentEvents } from './interruptedVisits.js';
import { Notifier, type NotifyRules, type PeopleSettings } from './notify.js';
import type { EventSource } from './sinks/port.js';
import { Visits, type VisitsOptions } from './visits.js';

/** What {@link EventEnricher} reads and where its events go. */
export interface EventEnricherOptions {
  /** Read with every event, so that a changed configuration applies at once. */
  rules: () => { visits: { enabled: boolean; gapMs: number }; notify: NotifyRules };
  people: () => PeopleSettings;
  /** The clock of visits; see {@link VisitsOptions}. */
  clock: VisitsOptions['clock'];
  /** Earlier events, so that visits that were open when the daemon died are ended. */
  history?: EventSource;
  /** Takes each event in its final form, in order; `sinceMs` is passed on. */
  publish: (draft: EventDraft, sinceMs: number | null) => void;
}

const TICK_MS = 500;

/** None where the log cannot be read, as on a full disk: that must not keep the daemon from starting. */
function interruptedVisits(history: EventSource): EventDraft[] {
  try {
    return endsOfInterruptedVisits(recentEvents(history));
  } catch {
    return [];
  }
}

/**
 * The stage before the feed: marks the events that are worth a notification, and adds those of visits, each after the
 * event that it follows from.
 */
export class EventEnricher implements Component {
  readonly #options: EventEnricherOptions;
  readonly #notifier = new Notifier();
  readonly #visits: Visits;
  #timer: NodeJS.Timeout | undefined;
  /** Now, by the clock of the visits. */
  #nowMs = 0;

  constructor(options: EventEnricherOptions) {
    this.#options = options;
    const { clock } = options;
    this.#visits = new Visits({ clock, gapMs: options.rules().visits.gapMs });
  }

  /** Number of visits that have begun and not ended. */
  get openVisits(): number {
    return this.#visits.open;
  }

  /** Ends the visits that an earlier daemon left open, and from now on those whose time is over. */
  async start(): Promise<void> {
    const { history } = this.#options;
    if (history) this.#publishVisits(interruptedVisits(history));
    this.#timer = setInterval(() => this.#tick(performance.now()), TICK_MS);
  }

  /** Ends every visit. Nothing may be published after it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#publishVisits(this.#visits.endAll(Date.now()));
  }

  /** Ends every visit at the end of a recording; the next recording has visits of its own. */
  finish(): void {
    this.#publishVisits(this.#visits.endAll());
  }

  /**
   * Publishes an event and the events of visits that follow from it.
   *
   * @param sinceMs monotonic time at which the frame of the event came; null without one
   */
  publish(draft: EventDraft, sinceMs: number | null = null): void {
    const { clock, publish } = this.#options;
    this.#tick(clock === 'media' ? (draft.mediaTimeMs ?? this.#nowMs) : performance.now());
    publish(this.#marked(draft), sinceMs);
    if (this.#options.rules().visits.enabled) this.#publishVisits(this.#visits.take(draft, this.#nowMs));
  }

  /** Publishes an event of a visit that was worked out elsewhere. */
  publishVisit(draft: EventDraft): void {
    this.#options.publish(this.#marked(draft), null);
  }

  /** Takes an event that another node has published: a cooldown that it began runs here as well, in case its camera comes here. */
  noteElsewhere(event: SpotterEvent): void {
    this.#notifier.note(event, this.#nowMs);
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
      // A visit is known to be over only later: the event is captured when it is published.
      const capturedAtMs = draft.kind === 'visit_ended' ? Date.now() : draft.capturedAtMs;
      this.#options.publish(this.#marked({ ...draft, capturedAtMs }), null);
    }
  }

  #marked(draft: EventDraft): EventDraft {
    const { rules, people } = this.#options;
    return this.#notifier.judge(draft, rules().notify, people(), this.#nowMs);
  }
}
