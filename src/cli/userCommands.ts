import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { accessCamerasOption, jsonOption } from './flags.js';

const passwordOption = () =>
  new Option('--password-stdin', 'read the password from stdin; default: ask for it on the terminal');

/** `spotter user ...`: who may sign in. Works with and without a running daemon. */
export const USER_COMMANDS: CommandGroup = {
  name: 'user',
  description: 'add, list and remove users, who sign in on the page',
  commands: [
    {
      name: 'add',
      arguments: [['<name>', 'name of the user']],
      description: 'add a user and set a password; from the first one on, everybody has to sign in',
      example: 'spotter user add anna --role operator',
      options: [
        new Option(
          '--role <role>',
          'viewer (looks), operator (also changes people and photos) or admin (everything)',
        )
          .choices(['viewer', 'operator', 'admin'])
          .default('viewer'),
        accessCamerasOption(),
        passwordOption(),
        new Option(
          '--without-password',
          'no password: the user signs in through a proxy; see docs/access.md',
        ).conflicts('passwordStdin'),
        jsonOption(),
      ],
      load: async () => (await import('./userAccounts.js')).add,
    },
    {
      name: 'list',
      description: 'list users with their roles and cameras',
      example: 'spotter user list',
      options: [jsonOption()],
      load: async () => (await import('./userAccounts.js')).list,
    },
    {
      name: 'password',
      arguments: [['<name>', 'name of the user']],
      description: 'set another password, and end every session of the user',
      example: 'spotter user password anna',
      options: [passwordOption(), jsonOption()],
      load: async () => (await import('./userAccounts.js')).password,
    },
    {
      name: 'remove',
      arguments: [['<name>', 'name of the user']],
      description: 'remove a user without asking, and end every session; exit code 1 if there is none',
      example: 'spotter user remove anna',
      options: [jsonOption()],
      load: async () => (await import('./userAccounts.js')).remove,
    },
  ],
};
