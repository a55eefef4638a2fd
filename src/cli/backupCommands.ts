import { Option } from 'commander';
import type { CommandDefinition } from './definition.js';
import { galleryOption, jsonOption } from './flags.js';

/** `spotter backup` and `spotter restore`. */
export const BACKUP_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'backup',
    arguments: [['<file>', 'archive to write, such as spotter.tar.gz']],
    description: 'save event log, gallery and configuration without its secrets, also while the daemon runs',
    example: 'spotter backup spotter-2026-11-26.tar.gz',
    options: [new Option('--force', 'replace an existing archive'), galleryOption(), jsonOption()],
    load: async () => (await import('./backup.js')).backup,
  },
  {
    name: 'restore',
    arguments: [['<file>', 'archive of "spotter backup"']],
    description: 'put a backup into an empty folder; nothing is overwritten',
    example: 'spotter restore spotter-2026-11-26.tar.gz --to /srv/spotter',
    options: [new Option('--to <folder>', 'new or empty folder; default: the working folder'), jsonOption()],
    load: async () => (await import('./restore.js')).restore,
  },
];
