import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configure, daemon, eventually } from '../helpers/daemon.js';
import { monitoringFolder, needPrometheus, startPrometheus } from '../helpers/prometheus.js';

interface Panel {
  type: string;
  title: string;
  targets?: { expr: string }[];
}

const dashboard = JSON.parse(readFileSync(path.join(monitoringFolder, 'dashboard.json'), 'utf8')) as {
  panels: Panel[];
};
const VARIABLES: Record<string, string> = {
  $instance: '.*',
  $camera: '.*',
  $__rate_interval: '20s',
};

/** What Grafana asks for a panel when everything is chosen. */
function queriesOf({ title, targets = [] }: Panel): [title: string, query: string][] {
  return targets.map(({ expr }) => [
    title,
    expr.replace(/\$\w+/g, (name) => VARIABLES[name] ?? `unknown variable ${name}`),
  ]);
}

describe('docs/monitoring.md: a real Prometheus', () => {
  it('scrapes the daemon with its configuration and answers each query of the dashboard, and has exemplars', async (context) => {
    needPrometheus(context);
    const webhook = 'webhooks: [{ id: home, url: "http://127.0.0.1:9/nobody" }]\n';
    const { address } = await daemon(configure([{ id: 'door', loop: true, realtime: true }], webhook));
    const { ask, query, value } = await startPrometheus(address);
    await eventually(
      () => value('up{job="spotter"}'),
      (up) => up === 1,
    );
    await eventually(
      () => value('sum(rate(spotter_events_total[20s]))'),
      (events) => events > 0,
    );
    const queries = dashboard.panels.flatMap(queriesOf);
    expect(queries.length).toBeGreaterThan(40);
    await eventually(
      async () => {
        const answers = await Promise.all(queries.map(([, expression]) => query(expression)));
        return queries.filter((_, index) => answers[index].length === 0);
      },
      (unanswered) => unanswered.length === 0,
    );
    expect(
      await value('histogram_quantile(0.5, sum by (le) (spotter_stage_seconds_bucket{stage="detect"}))'),
    ).toBeLessThan(2.5);
    await eventually(
      () => value('camera:spotter_frames_processed:rate1m{camera="door"}'),
      (rate) => rate > 1,
    );
    const exemplars = await eventually(
      () =>
        ask<{ exemplars: { labels: Record<string, string> }[] }[]>('query_exemplars', {
          query: 'spotter_capture_to_event_seconds_bucket',
          start: String(Date.now() / 1000 - 300),
          end: String(Date.now() / 1000 + 5),
        }),
      (found) => (found?.length ?? 0) > 0,
    );
    const { event_id, seq } = exemplars?.[0].exemplars[0].labels ?? {};
    const event = (await (await fetch(`${address}/api/v1/events/${seq}`)).json()) as { id: string };
    expect(event.id).toBe(event_id);
  });
});
