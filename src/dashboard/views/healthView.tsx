import { useEffect } from 'preact/hooks';
import { fetchCluster, fetchHealth, fetchHealthHistory } from '../api/calls.js';
import { useAnswer } from '../state/answer.js';
import { now } from '../state/clockTick.js';
import { may } from '../state/ownSession.js';
import { lengthOf } from '../state/times.js';
import { texts } from '../texts.js';
import { CameraTable } from './cameraTable.js';
import { ClusterPanel } from './clusterPanel.js';
import { DeadLetterTable } from './deadLetterTable.js';
import { HealthCharts } from './healthCharts.js';
import { MachineFacts } from './machineFacts.js';
import { SinkTable } from './sinkTable.js';

const t = texts.health;
const EVERY_MS = 10_000;

/** How spotter itself is. */
export function HealthView() {
  return may('service:read') ? <Report /> : <p class="pad">{texts.forbidden}</p>;
}

function Report() {
  const { value, fault, reload } = useAnswer('health', () =>
    Promise.all([fetchHealth(), fetchHealthHistory(), fetchCluster()]),
  );
  useEffect(() => {
    const timer = setInterval(() => document.hidden || void reload(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (value === null) return <p class="pad muted">{fault ? texts.fault(fault) : texts.loading}</p>;
  const [health, history, cluster] = value;
  const { ready, reason, server, startedAt, cameras, sinks } = health;
  // A recording that has ended is no fault.
  const away = cameras.filter(({ state }) => state !== 'live' && state !== 'stopped').length;
  return (
    <div class="health">
      <header class={`health-state ${ready && away === 0 ? 'is-good' : 'is-bad'}`}>
        <h2>{ready ? t.ready(away) : (reason ?? '')}</h2>
        <p class="muted">{t.running(server, lengthOf(now.value - Date.parse(startedAt)))}</p>
      </header>
      {cluster && <ClusterPanel cluster={cluster} />}
      <CameraTable cameras={cameras} />
      <HealthCharts history={history} />
      <SinkTable sinks={sinks} />
      <DeadLetterTable />
      <MachineFacts health={health} />
    </div>
  );
}
