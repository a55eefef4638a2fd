import type { Cluster } from '../api/model.js';
import { clusterTexts } from '../clusterTexts.js';
import { type DataRow, DataTable } from '../parts/dataTable.js';
import { Panel } from '../parts/panel.js';
import { now } from '../state/clockTick.js';
import { cameraName } from '../state/household.js';
import { lengthOf } from '../state/times.js';
import { texts } from '../texts.js';

const t = clusterTexts;
const COLUMNS = [
  ...[t.node, t.version, t.cameras].map((title) => ({ title })),
  ...[t.upFor, t.busy, t.toPublish, t.toRead].map((title) => ({ title, isNumber: true })),
];

/** The nodes of the cluster, who watches what, and what is wrong. */
export function ClusterPanel({ cluster }: { cluster: Cluster }) {
  const { name, nats, nodes, problems } = cluster;
  return (
    <Panel title={t.title(name)}>
      <p class="muted">{nats.server === null ? t.noNats : t.nats(nats.version ?? '', nats.server)}</p>
      {problems.length > 0 && (
        <ul class="cluster-problems">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <DataTable columns={COLUMNS} rows={nodes.map((node) => rowOf(node, cluster))} />
    </Panel>
  );
}

function rowOf(node: Cluster['nodes'][number], { node: here, sender }: Cluster): DataRow {
  const { version, startedAt, load, lag } = node;
  const notes = [...(node.node === here ? [t.here] : []), ...(node.node === sender ? [t.sends] : [])];
  return {
    key: node.node,
    cells: [
      <>
        {node.node}
        {notes.length > 0 && <small class="muted">{notes.join(', ')}</small>}
      </>,
      version,
      <Watched key="cameras" cameras={node.cameras} />,
      sinceOf(startedAt),
      load === null ? '–' : `${Math.round(100 * load.utilization)} %`,
      lag?.outbox ?? '–',
      lag?.feed ?? '–',
    ],
  };
}

function Watched({ cameras }: Pick<Cluster['nodes'][number], 'cameras'>) {
  return (
    <>
      {cameras.length === 0 ? '–' : null}
      {cameras.map(({ id, state, since }) => (
        <div key={id}>
          <span class={`dot is-${state}`} aria-hidden="true" /> <bdi>{cameraName(id)}</bdi>{' '}
          <span class="muted">
            {state === 'live' ? '' : `${texts.states[state] ?? state}, `}
            {t.since(sinceOf(since))}
          </span>
        </div>
      ))}
    </>
  );
}

const sinceOf = (time: string) => lengthOf(Math.max(0, now.value - Date.parse(time)));
