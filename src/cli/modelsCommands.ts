import type { CommandGroup } from './definition.js';
import { jsonOption, modelOptions } from './flags.js';

/** `spotter models ...`: the catalogue and the installed files. */
export const MODELS_COMMANDS: CommandGroup = {
  name: 'models',
  description: 'list and verify models',
  commands: [
    {
      name: 'list',
      description: 'list the catalogue and which models are installed',
      example: 'spotter models list',
      options: [jsonOption(), ...modelOptions()],
      load: async () => (await import('./models.js')).list,
    },
    {
      name: 'verify',
      description: 'check the SHA-256 of every installed model; exit code 1 if one is wrong',
      example: 'spotter models verify --models ~/models',
      options: [jsonOption(), ...modelOptions()],
      load: async () => (await import('./models.js')).verify,
    },
  ],
};
