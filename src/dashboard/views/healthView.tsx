import { useEffect, useState } from 'preact/hooks';
import { fetchCluster, fetchHealth, fetchHealthHistory } from '../api/calls.js';
import type { Cluster, Health, HealthHistory } from '../api/model.js';
import { now } from '../state/clockTick.js';
import { may } from '../state/ownSession.js';
import { lengthOf } from '../state/times.js';
import { showFault } from '../state/toasts.js';
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
  const [health, setHealth] = useState<Health | null>(null);
  const [history, setHistory] = useState<HealthHistory | null>(null);
  const [cluster, setCluster] = useState<Cluster | null>(null);
  const mayRead = may('service:read');
  useEffect(() => {
    if (!mayRead) return;
    let isFirst = true;
    const load = async () => {
      if (document.hidden && !isFirst) return;
      try {
        const [newHealth, newHistory, newCluster] = await Promise.all([
          fetchHealth(),
          fetchHealthHistory(),
          fetchCluster(),
        ]);
        setHealth(newHealth);
        setHistory(newHistory);
        setCluster(newCluster);
      } catch (error) {
        // Later faults show as a lost connection.
        if (isFirst) showFault(error);
      }
      isFirst = false;
    };
    void load();
    const timer = setInterval(load, EVERY_MS);
    return () => clearInterval(timer);
  }, [mayRead]);
  if (!mayRead) return <p class="pad">{texts.forbidden}</p>;
  if (health === null) return <p class="pad muted">{texts.loading}</p>;
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
      {history && <HealthCharts history={history} />}
      <SinkTable sinks={sinks} />
      <DeadLetterTable />
      <MachineFacts health={health} />
    </div>
  );
}
