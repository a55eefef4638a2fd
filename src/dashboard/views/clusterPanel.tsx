import type { Cluster } from '../api/model.js';
import { clusterTexts } from '../clusterTexts.js';
import { Panel } from '../parts/panel.js';
import { now } from '../state/clockTick.js';
import { cameraName } from '../state/household.js';
import { lengthOf } from '../state/times.js';
import { texts } from '../texts.js';

const t = clusterTexts;
const NODE_COLUMNS = [t.node, t.version, t.cameras];
const NUMBERS = [t.upFor, t.busy, t.toPublish, t.toRead];

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
      <table>
        <thead>
          <tr>
            {NODE_COLUMNS.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
            {NUMBERS.map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <NodeRow key={node.node} node={node} cluster={cluster} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function NodeRow({ node, cluster }: { node: Cluster['nodes'][number]; cluster: Cluster }) {
  const { version, startedAt, load, cameras, lag } = node;
  const notes = [
    ...(node.node === cluster.node ? [t.here] : []),
    ...(node.node === cluster.sender ? [t.sends] : []),
  ];
  const sinceOf = (time: string) => lengthOf(Math.max(0, now.value - Date.parse(time)));
  return (
    <tr>
      <th scope="row">
        {node.node}
        {notes.length > 0 && <small class="muted">{notes.join(', ')}</small>}
      </th>
      <td>{version}</td>
      <td>
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
      </td>
      <td class="number">{sinceOf(startedAt)}</td>
      <td class="number">{load === null ? '–' : `${Math.round(100 * load.utilization)} %`}</td>
      <td class="number">{lag?.outbox ?? '–'}</td>
      <td class="number">{lag?.feed ?? '–'}</td>
    </tr>
  );
}
