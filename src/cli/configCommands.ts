import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { jsonOption, modelOptions, recognitionOptions } from './flags.js';

/** `spotter config ...`: checks and prints the configuration. */
export const CONFIG_COMMANDS: CommandGroup = {
  name: 'config',
  description: 'check and print the configuration',
  commands: [
    {
      name: 'check',
      description:
        'report errors with line and column, and folders, files, models, people and a port that the configuration names and cannot be used',
      example: 'spotter config check -c config.yaml',
      options: [
        new Option('--no-io', 'check the text alone, such as on another machine'),
        jsonOption(),
        ...modelOptions(),
      ],
      load: async () => (await import('./config.js')).check,
    },
    {
      name: 'show',
      description: 'print the effective configuration: defaults included, secrets masked',
      example: 'spotter config show',
      options: [jsonOption(), ...recognitionOptions()],
      load: async () => (await import('./config.js')).show,
    },
    {
      name: 'schema',
      description: 'print the JSON Schema, for editors',
      example: 'spotter config schema > spotter.schema.json',
      options: [],
      load: async () => (await import('./config.js')).printSchema,
    },
  ],
};
