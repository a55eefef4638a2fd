import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/schema.js';
import { EventLog } from '../events/log/eventLog.js';
import { LOG_FILE } from '../events/log/open.js';
import type { Erased } from '../events/log/upkeep.js';
import { takeBackPerson } from '../events/sinks/personTopics.js';
import { SnapshotStore } from '../snapshots/store.js';
import { hasAnnounced } from './announced.js';
import { offlineNode } from './clusterForgetOffline.js';
import { isClustered } from './clusterHost.js';
import { type ForgetReport, forgetPerson, forgetSpellings } from './forgetPerson.js';
import { clusterInstallation, knownInstallation } from './installation.js';

const NOTHING: Erased = { events: 0, mentions: 0, deadLetters: 0, seqs: [], isPartOfOtherText: false };

/**
 * Erases a person while no daemon runs; none can start until this is done.
 *
 * @param person name as in the gallery
 * @throws SpotterError log.locked when a daemon runs; log.newer, log.unusable, gallery.unwritable. Nothing has been erased then
 */
export async function forgetOffline(person: string, config: Config): Promise<ForgetReport> {
  const { data, events, snapshots: pictures, mqtt } = config;
  const { url, ...broker } = mqtt;
  const snapshots = new SnapshotStore({
    folder: path.join(data, 'snapshots'),
    keepMs: () => pictures.keepHours * 3_600_000,
    onWarning: () => {},
    onOutcome: () => {},
  });
  const replaced: string[] = [];
  // A missing log is not created.
  const log = existsSync(path.join(data, LOG_FILE))
    ? new EventLog({
        folder: data,
        retention: () => events,
        explain: () => false,
        onReplaced: (message) => replaced.push(message),
        onRemoved: (removed) => {
          for (const { id } of removed) void snapshots.remove(id);
        },
        onFault: () => {},
      })
    : null;
  await log?.start();
  const node = await offlineNode(config, (ids) => {
    for (const id of ids) void snapshots.remove(id);
  });
  try {
    const forget = (name: string) =>
      forgetPerson(name, config, {
        withhold: () => {},
        takeBackTopics: async (signal) => {
          if (url === null) return 0;
          const installation = isClustered(config)
            ? await clusterInstallation(config.cluster)
            : knownInstallation(data);
          const options = {
            ...broker,
            url,
            installation,
            hasAnnounced: isClustered(config) || hasAnnounced(data),
          };
          return (await takeBackPerson(options, name, signal)).naming;
        },
        letGo: async () => null,
        eraseEvents: async (onUnpictured) => {
          const own = (await log?.forgetPerson(name, onUnpictured)) ?? NOTHING;
          return (await node?.eraseEvents(name, onUnpictured)) ?? own;
        },
        removePictures: (id) => snapshots.remove(id),
      });
    const report = await forgetSpellings(person, config, forget);
    const told = node ? [await node.tellOthers(person)] : [];
    return { ...report, remains: [...report.remains, ...told], notes: [...replaced, ...report.notes] };
  } finally {
    await node?.close();
    await log?.stop();
  }
}
