import { SpotterError } from '../core/errors.js';
import { type Finding, findingsOf } from './finding.js';

/** What a look at the cluster has shown. */
export interface ClusterLook {
  server: string;
  natsVersion: string;
  /** null where nothing has been stored yet. */
  keyFits: boolean | null;
  isReadable: boolean | null;
  nodes: readonly { node: string; installation: string; startedAt: string }[];
  /** The servers' clock minus that of this machine, at least and at most, ms; null where no node reports. */
  clockOffset: { leastMs: number; mostMs: number } | null;
}

/** Who this node is. */
export interface OwnNode {
  /** `cluster.name`. */
  cluster: string;
  node: string;
  /** Of its data folder; null where there is none yet. */
  installation: string | null;
}

/** A clock further off than this makes times in events wrong, ms. */
const MUCH_OFFSET_MS = 10_000;

/** Whether this node can be part of its cluster. @param look rejects with a SpotterError when NATS cannot be used */
export async function checkCluster(own: OwnNode, look: () => Promise<ClusterLook>): Promise<Finding[]> {
  const { ok, warning, fault } = findingsOf('cluster', { key: 'cluster' });
  let found: ClusterLook;
  try {
    found = await look();
  } catch (error) {
    return [fault(error instanceof SpotterError ? error.message : String(error))];
  }
  const { server, natsVersion, keyFits, isReadable, nodes, clockOffset } = found;
  const findings = [ok(`NATS ${natsVersion} with JetStream at ${server}, login accepted`)];
  if (keyFits === false)
    findings.push(
      fault(
        `cluster "${own.cluster}" there has another key; set cluster.key as on its other nodes, or, if it is another installation's, another cluster.name`,
      ),
    );
  else if (isReadable === false)
    findings.push(
      fault(`cluster "${own.cluster}" there has another format; see "Upgrades" in docs/cluster.md`),
    );
  else
    findings.push(
      ok(keyFits ? 'the key fits' : `cluster "${own.cluster}" is not there yet; the first node makes it`),
    );
  const same = nodes.find(({ node }) => node === own.node);
  if (same && same.installation !== own.installation)
    findings.push(
      fault(
        `there is a node "${own.node}" in the cluster already, started ${same.startedAt}; give this one another cluster.node`,
      ),
    );
  const { leastMs = 0, mostMs = 0 } = clockOffset ?? {};
  const offMs = leastMs > 0 ? leastMs : Math.min(0, mostMs);
  if (Math.abs(offMs) > MUCH_OFFSET_MS)
    findings.push(
      warning(
        `the clock of this machine is ${Math.round(Math.abs(offMs) / 1000)} s ${offMs > 0 ? 'behind' : 'ahead of'} that of the NATS servers, and so are times in events; set it, such as with NTP`,
      ),
    );
  return findings;
}
