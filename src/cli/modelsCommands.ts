import type { CommandGroup } from './definition.js';
import { jsonOption, modelOptions } from './flags.js';

/** `spotter models ...`: the catalogue and the installed files. */
export const MODELS_COMMANDS: CommandGroup = {
  name: 'models',
  description: 'the networks: known, installed, intact',
  commands: [
    {
      name: 'list',
      description: 'the catalogue, and what of it is installed',
      example: 'spotter models list',
      options: [jsonOption(), ...modelOptions()],
      load: async () => (await import('./models.js')).list,
    },
    {
      name: 'verify',
      description: 'the SHA-256 of every installed model; exit code 1 when one is wrong',
      example: 'spotter models verify --models ~/models',
      options: [jsonOption(), ...modelOptions()],
      load: async () => (await import('./models.js')).verify,
    },
  ],
};
