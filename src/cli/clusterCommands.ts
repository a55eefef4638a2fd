import type { CommandGroup } from './definition.js';
import { jsonOption } from './flags.js';

/** `spotter cluster ...`: several machines that share cameras, people and events. */
export const CLUSTER_COMMANDS: CommandGroup = {
  name: 'cluster',
  description: 'show the nodes of a cluster, make its key, and change the cameras that all nodes share',
  commands: [
    {
      name: 'status',
      description:
        'show the nodes, who watches which camera, and what is wrong; exit code 1 if anything is. Without a running daemon it asks NATS for the nodes',
      example: 'spotter cluster status',
      options: [jsonOption()],
      load: async () => (await import('./clusterStatus.js')).status,
    },
    {
      name: 'remove',
      arguments: [['<node>', 'its name, as in "spotter cluster status"']],
      description:
        'take a node that is gone for good off the cluster, through the running daemon, so that "spotter forget" no longer waits for it; refused while it runs',
      example: 'spotter cluster remove attic',
      options: [jsonOption()],
      load: async () => (await import('./clusterRemove.js')).remove,
    },
    {
      name: 'key',
      description: 'print a new random key for a cluster, and what to do with it; nothing is stored',
      example: 'spotter cluster key',
      options: [],
      load: async () => (await import('./clusterKey.js')).key,
    },
    {
      name: 'config',
      arguments: [
        ['<action>', 'show prints the cameras that all nodes share, apply replaces them', ['show', 'apply']],
        ['[file]', 'of apply: a file as show prints it; - reads it from stdin'],
      ],
      description:
        'show or replace the cameras that all nodes share (cluster.config: shared), through the running daemon; they may contain passwords',
      example: 'spotter cluster config show > cameras.yaml',
      options: [jsonOption()],
      load: async () => (await import('./clusterConfig.js')).config,
    },
  ],
};
