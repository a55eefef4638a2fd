import { Option } from 'commander';
import { BENCH_COMMANDS } from './benchCommands.js';
import { CONFIG_COMMANDS } from './configCommands.js';
import type { CommandDefinition, CommandGroup } from './definition.js';
import { cosineValue, jsonOption, recognitionOptions, wholeNumber } from './flags.js';
import { GALLERY_COMMANDS } from './galleryCommands.js';
import { MODELS_COMMANDS } from './modelsCommands.js';

/** The commands without a group, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'run',
    description:
      'the daemon: watches the cameras of the configuration, serves /ws, /healthz, /readyz and /metrics',
    example: 'spotter run -c config.yaml',
    options: [
      new Option('--events <form>', 'events on stdout; default: pretty on a terminal, else json').choices([
        'pretty',
        'json',
        'off',
      ]),
      new Option('--until-end', 'stop when every camera has come to its end (recordings that do not loop)'),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./run.js')).run,
  },
  {
    name: 'scan',
    arguments: [['<file...>', 'clips that ffmpeg can read']],
    description: 'recorded footage, as fast as the machine can: one JSON event a line, at the end a summary',
    example: 'spotter scan holiday.mp4 -g gallery > events.ndjson',
    options: [
      new Option('--every <n>', 'only every n-th frame').argParser(wholeNumber(1)).default(1),
      new Option('--json', 'JSON lines on a terminal too'),
      new Option('--explain', 'every number and check behind a verdict with each event'),
      new Option('--score <csv>', 'hold it against labels made by hand; see docs/recognition.md'),
      new Option('--annotate <file>', 'also write the video with boxes, names and track numbers drawn in'),
      new Option('--force', 'let --annotate write over a file'),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./scan.js')).scan,
  },
  {
    name: 'detect',
    arguments: [['<image...>', 'JPEG, PNG or WebP']],
    description: 'the faces of photos: one JSON line a photo, in the order given',
    example: 'spotter detect photo.jpg',
    options: [new Option('--embed', 'with the embedding of each face'), ...recognitionOptions()],
    load: async () => (await import('./detect.js')).detect,
  },
  {
    name: 'compare',
    arguments: [
      ['<a>', 'a photo'],
      ['<b>', 'another photo'],
    ],
    description: 'are the largest faces of two photos one person? exit code 0 yes, 1 no',
    example: 'spotter compare passport.jpg selfie.jpg',
    options: [
      new Option('--threshold <t>', "cosine from which they are; default: the model's own").argParser(
        cosineValue,
      ),
      jsonOption(),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./compare.js')).compare,
  },
];

/** The groups of commands, in the order of the help. */
export const GROUPS: readonly CommandGroup[] = [
  GALLERY_COMMANDS,
  MODELS_COMMANDS,
  CONFIG_COMMANDS,
  BENCH_COMMANDS,
];
