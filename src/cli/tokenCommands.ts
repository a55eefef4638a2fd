import { Option } from 'commander';
import { SCOPES } from '../core/access.js';
import type { CommandGroup } from './definition.js';
import { accessCamerasOption, jsonOption, scopeNames } from './flags.js';

/** `spotter token ...`: which programs may use the API. Works with and without a running daemon. */
export const TOKEN_COMMANDS: CommandGroup = {
  name: 'token',
  description: 'create, list and revoke tokens, with which programs use the API',
  commands: [
    {
      name: 'create',
      arguments: [['<name>', 'name of the token, such as that of the program']],
      description: 'create a token and print it; it is not stored and cannot be shown again',
      example: 'spotter token create home-assistant --scopes events:read,cameras:read',
      options: [
        new Option('--scopes <scopes>', `what it may do, separated by commas: ${SCOPES.join(', ')}`)
          .argParser(scopeNames)
          .makeOptionMandatory(),
        accessCamerasOption(),
        jsonOption(),
      ],
      load: async () => (await import('./accessTokens.js')).create,
    },
    {
      name: 'list',
      description: 'list tokens with what they may do and when they were last used',
      example: 'spotter token list',
      options: [jsonOption()],
      load: async () => (await import('./accessTokens.js')).list,
    },
    {
      name: 'revoke',
      arguments: [['<name>', 'name of the token']],
      description: 'revoke a token at once, without asking; exit code 1 if there is none',
      example: 'spotter token revoke home-assistant',
      options: [jsonOption()],
      load: async () => (await import('./accessTokens.js')).revoke,
    },
  ],
};
