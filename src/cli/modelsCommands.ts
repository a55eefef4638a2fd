import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { acceptLicenceOption, fromOption, jsonOption, modelOptions } from './flags.js';

/** `spotter models ...`: the catalogue and the installed files. */
export const MODELS_COMMANDS: CommandGroup = {
  name: 'models',
  description: 'install, list, verify, quantize and remove models',
  commands: [
    {
      name: 'list',
      description: 'list the catalogue, with size and licence, and which models are installed and in use',
      example: 'spotter models list',
      options: [jsonOption(), ...modelOptions()],
      load: async () => (await import('./models.js')).list,
    },
    {
      name: 'pull',
      arguments: [['<id...>', 'models or packs of the catalogue; see "spotter models list"']],
      description: 'install models: download them, or take them from a folder or a mirror',
      example: 'spotter models pull yunet sface',
      options: [fromOption(), acceptLicenceOption(), jsonOption(), ...modelOptions()],
      load: async () => (await import('./modelsPull.js')).pull,
    },
    {
      name: 'remove',
      arguments: [['<id...>', 'models or packs of the catalogue']],
      description: 'delete the files of models, without asking; exit code 1 if one is not installed',
      example: 'spotter models remove sface',
      options: [jsonOption(), ...modelOptions()],
      load: async () => (await import('./modelsRemove.js')).remove,
    },
    {
      name: 'verify',
      description: 'check the SHA-256 of every installed model; exit code 1 if one is wrong',
      example: 'spotter models verify --models ~/models',
      options: [jsonOption(), ...modelOptions()],
      load: async () => (await import('./models.js')).verify,
    },
    {
      name: 'quantize',
      arguments: [['<id>', 'an installed detector or embedder']],
      description:
        'make a variant of a model that computes in whole numbers (int8), which many processors do twice as quickly; refused when it is less accurate on your pictures',
      example: 'spotter models quantize scrfd-2.5g --calibrate ~/pictures',
      options: [
        new Option(
          '--calibrate <path>',
          'folder of photos, or a recording, with at least 100 faces as your cameras see them; up to 200 pictures are used',
        ).makeOptionMandatory(),
        jsonOption(),
        ...modelOptions(),
        new Option('--detector <id>', 'face detector that finds the faces for an embedder'),
      ],
      load: async () => (await import('./modelsQuantize.js')).quantize,
    },
  ],
};
