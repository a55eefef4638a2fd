import { Registry, type RegistryContentType } from 'prom-client';
import { Serial } from '../core/serial.js';

/** A registry as text, with its content type. */
export interface Exposed {
  contentType: string;
  body: string;
}

const OPEN_METRICS = 'application/openmetrics-text';

/** A registry for metrics with exemplars. */
export function openRegistry(): Registry {
  const registry = new Registry();
  (registry as Registry<RegistryContentType>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** Writes a registry as text: as OpenMetrics, with exemplars, for those who ask for it, else in the format of Prometheus. */
export class Exposition {
  readonly #registry: Registry<RegistryContentType>;
  /** The format is a state of the registry. */
  readonly #serial = new Serial();

  constructor(registry: Registry<RegistryContentType>) {
    this.#registry = registry;
  }

  /** @param accept the Accept header of the request */
  write(accept: string | undefined): Promise<Exposed> {
    const isOpen = accept?.includes(OPEN_METRICS) ?? false;
    return this.#serial.run(() =>
      isOpen ? this.#writeOpen() : this.#write(Registry.PROMETHEUS_CONTENT_TYPE),
    );
  }

  async #write(contentType: RegistryContentType): Promise<Exposed> {
    this.#registry.setContentType(contentType);
    return { contentType, body: await this.#registry.metrics() };
  }

  async #writeOpen(): Promise<Exposed> {
    const metrics = this.#registry.getMetricsAsArray();
    const names = metrics.map(({ name }) => name);
    try {
      return await this.#write(Registry.OPENMETRICS_CONTENT_TYPE);
    } finally {
      // prom-client takes "_total" off the names of the counters themselves.
      for (const [index, metric] of metrics.entries()) metric.name = names[index];
    }
  }
}
