import type { Config } from '../config/schema.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { Logger } from '../observe/logger.js';
import type { ClusterHost } from './clusterHost.js';
import { ClusterPeople } from './clusterPeople.js';
import type { EngineRequests } from './engineRequests.js';
import type { EngineStatus } from './engineStatus.js';
import type { EventHub } from './eventHub.js';
import { Forgetting } from './forgetting.js';

/** What the cluster, and what concerns all nodes, is made of. */
export interface ClusterSources {
  /** Value of --models. */
  modelFolder?: string | undefined;
  logger: Logger;
  requests: EngineRequests;
  hub: () => EventHub;
  status: EngineStatus;
  cluster: ClusterHost;
  /** The current configuration. */
  config: () => Config;
  send: (message: ToEngine) => void;
  /** Whether an engine was started. */
  isEngineBegun: () => boolean;
}

/** Makes the people of the cluster, and what forgets people. */
export function clusterParts(sources: ClusterSources) {
  const { modelFolder, logger, requests, hub, status, config, send, cluster } = sources;
  const clusterPeople = new ClusterPeople({
    ...{ config, modelFolder, logger, requests, send },
    logs: () => [hub().ownLog, hub().log],
    erase: (person) => forgetting.forgetHere(person),
  });
  const forgetting: Forgetting = new Forgetting({
    ...{ config, send, hub },
    onForget: (person) => status.forgetPerson(person),
    isEngineAway: () => !sources.isEngineBegun(),
    everywhere: (person, eraseHere) => clusterPeople.forget(person, eraseHere),
  });
  // Before everything else that joins: whoever was forgotten meanwhile is erased before events are published, and cameras watched.
  cluster.add(({ node }) => clusterPeople.parts(node));
  cluster.require(() => clusterPeople.isCurrent);
  return { forgetting, clusterPeople };
}
