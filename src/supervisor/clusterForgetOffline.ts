import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/schema.js';
import { MergedLog } from '../events/log/mergedLog.js';
import { LOG_FILE } from '../events/log/open.js';
import type { Erased } from '../events/log/upkeep.js';
import { CLUSTER_FOLDER } from './forgetPerson.js';

/** What a node remembers of its cluster, while no daemon runs. */
export interface OfflineNode {
  /** Erases a person from the log of all nodes' events. @returns null where there is none */
  eraseEvents: (person: string, onUnpictured: (ids: string[]) => void) => Promise<Erased | null>;
  /** Has the other nodes erase the person when this one joins again. @returns what the user should know, one sentence */
  tellOthers: (person: string) => Promise<string>;
  close: () => Promise<void>;
}

/**
 * Opens what a node remembers of its cluster; null where it has never been in one.
 *
 * @param onRemoved called with the ids of events that are gone
 */
export async function offlineNode(
  { data, events, cluster, gallery }: Config,
  onRemoved: (ids: string[]) => void,
): Promise<OfflineNode | null> {
  const folder = path.join(data, CLUSTER_FOLDER);
  if (!existsSync(folder)) return null;
  const { ForgetState } = await import('../cluster/forgetState.js');
  const { SyncBase } = await import('../cluster/syncBase.js');
  const { personKeyOf } = await import('../cluster/sealer.js');
  const log = existsSync(path.join(folder, LOG_FILE))
    ? new MergedLog({
        folder,
        retention: () => events,
        explain: () => false,
        onReplaced: () => {},
        onRemoved: (removed) => onRemoved(removed.map(({ id }) => id)),
        onFault: () => {},
      })
    : null;
  await log?.start();
  const named: number[] = [];
  return {
    eraseEvents: async (person, onUnpictured) => {
      const { key } = cluster;
      if (key !== null) {
        const base = new SyncBase(folder);
        base.forget(personKeyOf(key, person));
        base.write();
      }
      const erased = log && (await log.forgetPerson(person, onUnpictured));
      named.push(...(erased?.seqs ?? []));
      return erased;
    },
    tellOthers: async (person) => {
      const { key } = cluster;
      if (key === null)
        return `the other nodes of the cluster are not told about ${person}: cluster.key is not known here; set it and run forget again`;
      const isErased = existsSync(gallery.folder);
      new ForgetState(folder).add({ person: personKeyOf(key, person), isErased, events: named });
      return `the other nodes of the cluster erase ${person} when this one joins them again`;
    },
    close: async () => {
      await log?.stop();
    },
  };
}
