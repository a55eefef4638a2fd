import { Counter, type Registry } from 'prom-client';

/** The metrics of the HTTP server. */
export class HttpMetrics {
  readonly #requests: Counter<'route' | 'status'>;

  constructor(registry: Registry) {
    this.#requests = new Counter({
      name: 'spotter_http_requests_total',
      help: 'Requests answered, by route and status.',
      labelNames: ['route', 'status'],
      registers: [registry],
    });
  }

  /** Counts an answered request. @param route its template, such as /api/v1/events/:seq; page, docs or none */
  answered(route: string, status: number): void {
    this.#requests.inc({ route, status });
  }
}
