import { useMemo } from 'preact/hooks';
import type { HealthHistory } from '../api/model.js';
import { Chart } from '../parts/chart.js';
import type { ChartLine } from '../parts/plot.js';
import { cameraName } from '../state/household.js';
import { texts } from '../texts.js';

const t = texts.health;

/** The last hour: where the time goes, how many frames, what was dropped, restarts. */
export function HealthCharts({ history }: { history: HealthHistory }) {
  const { at, stagesMs, cameras, restarts } = history;
  const charts = useMemo(() => {
    const perCamera = (
      pick: (camera: HealthHistory['cameras'][string]) => ChartLine['values'],
    ): ChartLine[] =>
      Object.entries(cameras)
        .map(([id, camera]) => ({ label: cameraName(id), values: pick(camera) }))
        // In a cluster, other nodes have the numbers of most cameras.
        .filter(({ values }) => values.some((value) => value !== null));
    return [
      {
        title: t.latency,
        lines: Object.entries(stagesMs).map(([label, values]) => ({ label, values })),
        digits: 1,
      },
      { title: t.latencyCamera, lines: perCamera(({ latencyP95Ms }) => latencyP95Ms) },
      { title: t.fpsChart, lines: perCamera(({ fps }) => fps), digits: 1 },
      { title: t.drops, lines: perCamera(({ dropped }) => dropped) },
      { title: t.engineRestarts, lines: [{ label: t.restarts, values: restarts }] },
    ];
  }, [stagesMs, cameras, restarts]);
  return (
    <section class="panel" aria-label={t.charts}>
      <h2>{t.charts}</h2>
      {at.length < 2 ? (
        <p class="muted">{t.noData}</p>
      ) : (
        <div class="charts">
          {charts.map((chart) => (
            <Chart key={chart.title} at={at} {...chart} />
          ))}
        </div>
      )}
    </section>
  );
}
