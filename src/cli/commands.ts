import { Option } from 'commander';
import { BACKUP_COMMANDS } from './backupCommands.js';
import { BENCH_COMMANDS } from './benchCommands.js';
import { CAMERA_COMMANDS } from './cameraCommands.js';
import { CLUSTER_COMMANDS } from './clusterCommands.js';
import { SHELLS } from './completionScripts.js';
import { CONFIG_COMMANDS } from './configCommands.js';
import { DEAD_LETTER_COMMANDS } from './deadLetterCommands.js';
import type { CommandDefinition, CommandGroup } from './definition.js';
import {
  acceptLicenceOption,
  computeOptions,
  cosineValue,
  faceOptions,
  falseNamesValue,
  fromOption,
  galleryOption,
  jsonOption,
  listenOptions,
  modelOptions,
  quietEventsOption,
  recognitionOptions,
  rotation,
  trustNetworkOption,
  wholeNumber,
} from './flags.js';
import { GALLERY_COMMANDS } from './galleryCommands.js';
import { MODELS_COMMANDS } from './modelsCommands.js';
import { TOKEN_COMMANDS } from './tokenCommands.js';
import { USER_COMMANDS } from './userCommands.js';

/** The commands without a group, in the order of the help. Groups have a file each. */
export const COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'init',
    arguments: [['[folder]', 'the folder to make; default: that of --dir, else the working folder']],
    description: 'make a folder for your configuration, photos and events, and say how to go on',
    example: 'spotter init faces',
    options: [],
    load: async () => (await import('./init.js')).init,
  },
  {
    name: 'setup',
    description:
      'measure this machine and say which pair of models suits it; on request, pull that pair and write it into the configuration',
    example: 'spotter setup',
    options: [
      new Option('--yes', 'do it without asking'),
      fromOption(),
      acceptLicenceOption(),
      jsonOption(),
      ...modelOptions(),
    ],
    load: async () => (await import('./setup.js')).setup,
  },
  {
    name: 'demo',
    description:
      'play a clip with one known and one unknown person, in a temporary folder; reads no configuration and leaves nothing behind',
    example: 'spotter demo --port 9000',
    options: [...listenOptions('127.0.0.1', '8480, or the next free one'), ...modelOptions()],
    load: async () => (await import('./demo.js')).demo,
  },
  {
    name: 'run',
    description:
      'run the daemon: watch the configured cameras and serve /ws, /api/v1, /healthz, /readyz and /metrics',
    example: 'spotter run -c config.yaml',
    options: [
      new Option(
        '--events <form>',
        'print events on stdout; default: pretty on a terminal, else json',
      ).choices(['pretty', 'json', 'off']),
      quietEventsOption(),
      new Option('--until-end', 'exit once every camera has ended; only recordings without loop do'),
      ...listenOptions(),
      trustNetworkOption(),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./run.js')).run,
  },
  {
    name: 'scan',
    arguments: [['<file...>', 'recordings that ffmpeg can read; - for stdin']],
    description: 'process recordings as fast as the machine can: one JSON event per line, then a summary',
    example: 'spotter scan holiday.mp4 -g gallery > events.ndjson',
    options: [
      new Option('--every <n>', 'process only every n-th frame').argParser(wholeNumber(1)).default(1),
      new Option(
        '--still <what>',
        'frames in which nothing has moved: search them, too, or skip them, for recordings of fixed cameras',
      )
        .choices(['search', 'skip'])
        .default('search'),
      new Option(
        '--stream <n>',
        'video stream to read, from 0; default: the one marked as default, else the largest',
      ).argParser(wholeNumber(0)),
      new Option('--rotate <degrees>', 'rotate clockwise by 90, 180 or 270 degrees').argParser(rotation),
      new Option('--json', 'print JSON lines on a terminal, too'),
      quietEventsOption(),
      new Option('--explain', 'add the numbers and checks behind each verdict to its event'),
      new Option('--score <csv>', 'score the result against hand-made labels; see docs/recognition.md'),
      new Option('--annotate <file>', 'also write the video with boxes, names and track numbers'),
      new Option('--force', 'let --annotate replace an existing file'),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./scan.js')).scan,
  },
  {
    name: 'detect',
    arguments: [['<image...>', 'JPEG, PNG or WebP']],
    description: 'find the faces in photos: one JSON line per photo, in the order given',
    example: 'spotter detect photo.jpg',
    options: [new Option('--embed', 'add the embedding of each face'), ...faceOptions()],
    load: async () => (await import('./detect.js')).detect,
  },
  {
    name: 'compare',
    arguments: [
      ['<a>', 'a photo'],
      ['<b>', 'another photo'],
    ],
    description: 'compare the largest faces of two photos; exit code 0: same person, 1: different people',
    example: 'spotter compare passport.jpg selfie.jpg',
    options: [
      new Option(
        '--threshold <t>',
        "lowest cosine similarity for the same person; default: the model's own",
      ).argParser(cosineValue),
      jsonOption(),
      ...faceOptions(),
    ],
    load: async () => (await import('./compare.js')).compare,
  },
  {
    name: 'calibrate',
    description:
      'measure how well the people of the gallery are told from each other and from strangers, and what other settings would give; exit code 1 if that cannot be told',
    example: 'spotter calibrate -g gallery --strangers visitors --svg plot.svg',
    options: [
      new Option('--strangers <folder>', 'photos of people who are not in the gallery'),
      new Option('--clip <file>', 'a recording in which nobody of the gallery is seen'),
      new Option('--svg <file>', 'also write the plot as a picture'),
      new Option('--write', 'put the recommended setting, or that of --false-names, into the configuration'),
      new Option('--false-names <odds>', 'also show what this value of match.falseNames gives').argParser(
        falseNamesValue,
      ),
      jsonOption(),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./calibrate.js')).calibrate,
  },
  {
    name: 'forget',
    arguments: [['<name>', 'name of the person']],
    description:
      'erase a person without asking: photos, embeddings, events, pictures, MQTT topics; exit code 1 if nothing was found or something remains',
    example: 'spotter forget alice',
    options: [jsonOption(), galleryOption()],
    load: async () => (await import('./forget.js')).forget,
  },
  {
    name: 'doctor',
    description:
      'check everything that spotter needs, from ffmpeg to cameras, broker and webhooks, and say what to do; exit code 1 if there is a fault',
    example: 'spotter doctor',
    options: [jsonOption(), ...modelOptions(), ...computeOptions(), galleryOption()],
    load: async () => (await import('./doctor.js')).doctor,
  },
  ...BACKUP_COMMANDS,
  {
    name: 'completion',
    arguments: [['<shell>', 'the shell', SHELLS]],
    description: 'print a script that completes command lines in a shell',
    example: 'spotter completion bash > ~/.local/share/bash-completion/completions/spotter',
    options: [],
    load: async () => (await import('./completion.js')).completion,
  },
  {
    name: 'man',
    description: 'print the manual page',
    example: 'spotter man | man -l -',
    options: [],
    load: async () => (await import('./manual.js')).manual,
  },
];

/** The groups of commands, in the order of the help. */
export const GROUPS: readonly CommandGroup[] = [
  CAMERA_COMMANDS,
  GALLERY_COMMANDS,
  USER_COMMANDS,
  TOKEN_COMMANDS,
  DEAD_LETTER_COMMANDS,
  CLUSTER_COMMANDS,
  MODELS_COMMANDS,
  CONFIG_COMMANDS,
  BENCH_COMMANDS,
];
