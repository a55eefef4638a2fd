import { Counter, type Registry } from 'prom-client';
import { LABEL_VALUES } from './labelValues.js';

/** The metrics of webhooks and broker; receives what their drivers report. */
export class SinkMetrics {
  readonly #events: Counter<'sink' | 'outcome'>;
  readonly #retries: Counter<'sink'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#events = new Counter({
      name: 'spotter_sink_events_total',
      help: 'Events that a webhook or broker has finished with, by outcome.',
      labelNames: ['sink', 'outcome'],
      registers,
    });
    this.#retries = new Counter({
      name: 'spotter_sink_retries_total',
      help: 'Failed delivery attempts of a webhook or broker that are retried.',
      labelNames: ['sink'],
      registers,
    });
  }

  /** A sink is configured: its series begin at 0. */
  onAdded(sink: string): void {
    for (const outcome of LABEL_VALUES.sink) this.#events.inc({ sink, outcome }, 0);
    this.#retries.inc({ sink }, 0);
  }

  /** Counts an event that a sink has finished with. */
  onEvent(sink: string, outcome: (typeof LABEL_VALUES.sink)[number]): void {
    this.#events.inc({ sink, outcome });
  }

  /** Counts a failed delivery attempt that is retried. */
  onRetry(sink: string): void {
    this.#retries.inc({ sink });
  }
}
