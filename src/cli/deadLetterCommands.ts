import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { jsonOption, wholeNumber } from './flags.js';

const sinkOption = () => new Option('--sink <name>', 'only those of one sink, such as webhook:doorbell');
const selection = (): Option[] => [new Option('--all', 'all of them'), sinkOption(), jsonOption()];

/** `spotter dead-letters ...`: events that a webhook did not accept. Works with and without a running daemon. */
export const DEAD_LETTER_COMMANDS: CommandGroup = {
  name: 'dead-letters',
  description: 'list, send again and drop events that a webhook did not accept',
  commands: [
    {
      name: 'list',
      description: 'list them, oldest first, with the reason',
      example: 'spotter dead-letters list',
      options: [
        new Option('--limit <n>', 'only the newest n').argParser(wholeNumber(1)),
        sinkOption(),
        jsonOption(),
      ],
      load: async () => (await import('./deadLetters.js')).list,
    },
    {
      name: 'resend',
      arguments: [['[number...]', 'their numbers, as listed']],
      description: 'send them again, oldest first; exit code 1 if any is not accepted',
      example: 'spotter dead-letters resend --all',
      options: selection(),
      load: async () => (await import('./deadLetters.js')).resend,
    },
    {
      name: 'drop',
      arguments: [['[number...]', 'their numbers, as listed']],
      description: 'drop them without asking; the events stay in the log; exit code 1 if any does not exist',
      example: 'spotter dead-letters drop 17',
      options: selection(),
      load: async () => (await import('./deadLetters.js')).drop,
    },
  ],
};
