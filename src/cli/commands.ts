import { InvalidArgumentError, Option } from 'commander';
import type { Context } from './context.js';

/** A command's work: gets its arguments and options as commander hands them out, gives the exit code. */
type Handler = (context: Context, ...args: never[]) => Promise<number>;

export interface Definition {
  name: string;
  arguments?: [flags: string, description: string][];
  description: string;
  example: string;
  options: Option[];
  /** Loaded only when the command runs, so that --help is quick. */
  load: () => Promise<Handler>;
}

/** The options that every command has. */
export const COMMON = (): Option[] => [
  new Option('-c, --config <file>', 'configuration; default: ./config.yaml when there is one'),
  new Option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent'),
  new Option('--quiet', 'no progress, and only errors in the log'),
];
const MODELS = () => [
  new Option('--models <folder>', 'searched for models first; SPOTTER_MODELS is the same'),
];
const GALLERY = () => new Option('-g, --gallery <folder>', 'the people to know');
const FACES = () => [
  GALLERY(),
  ...MODELS(),
  new Option('--detector <id>', 'face detector; "spotter models list" shows them'),
  new Option('--embedder <id>', 'face embedder'),
];
const JSON_FORM = () => new Option('--json', 'as JSON');

/** The commands without a group, in the order of the help. */
export const COMMANDS: readonly Definition[] = [
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
      ...FACES(),
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
      ...FACES(),
    ],
    load: async () => (await import('./scan.js')).scan,
  },
  {
    name: 'detect',
    arguments: [['<image...>', 'JPEG, PNG or WebP']],
    description: 'the faces of photos: one JSON line a photo, in the order given',
    example: 'spotter detect photo.jpg',
    options: [new Option('--embed', 'with the embedding of each face'), ...FACES()],
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
      JSON_FORM(),
      ...FACES(),
    ],
    load: async () => (await import('./compare.js')).compare,
  },
  {
    name: 'forget',
    arguments: [['<name>', 'the person']],
    description:
      'erases a person: photos, embeddings, events, pictures, MQTT topics; asks nothing; exit code 1 when nothing was known, or something is left',
    example: 'spotter forget alice',
    options: [JSON_FORM(), GALLERY()],
    load: async () => (await import('./forget.js')).forget,
  },
];

/** The groups of commands, in the order of the help. */
export const GROUPS: readonly { name: string; description: string; commands: Definition[] }[] = [
  {
    name: 'gallery',
    description: 'the known people and their photos',
    commands: [
      {
        name: 'list',
        description: 'people, and how many of their photos are used',
        example: 'spotter gallery list -g gallery',
        options: [JSON_FORM(), ...FACES()],
        load: async () => (await import('./galleryList.js')).list,
      },
      {
        name: 'check',
        description: 'every photo that is not used, and why; exit code 1 when there is one',
        example: 'spotter gallery check -g gallery',
        options: [JSON_FORM(), ...FACES()],
        load: async () => (await import('./galleryList.js')).check,
      },
      {
        name: 'add',
        arguments: [
          ['<name>', 'the person'],
          ['<image...>', 'photos to copy'],
        ],
        description: 'copies photos to a person; refuses what cannot be used; exit code 2 when it did',
        example: 'spotter gallery add alice passport.jpg holiday.png',
        options: [JSON_FORM(), ...FACES()],
        load: async () => (await import('./galleryEdit.js')).add,
      },
      {
        name: 'remove',
        arguments: [['<name>', 'the person']],
        description: "removes a person's folder with all that is in it, without asking",
        example: 'spotter gallery remove alice',
        options: [
          new Option(
            '--forget',
            'erase everything else that is kept of the person, too; as "spotter forget"',
          ),
          JSON_FORM(),
          GALLERY(),
        ],
        load: async () => (await import('./galleryEdit.js')).remove,
      },
    ],
  },
  {
    name: 'models',
    description: 'the networks: known, installed, intact',
    commands: [
      {
        name: 'list',
        description: 'the catalogue, and what of it is installed',
        example: 'spotter models list',
        options: [JSON_FORM(), ...MODELS()],
        load: async () => (await import('./models.js')).list,
      },
      {
        name: 'verify',
        description: 'the SHA-256 of every installed model; exit code 1 when one is wrong',
        example: 'spotter models verify --models ~/models',
        options: [JSON_FORM(), ...MODELS()],
        load: async () => (await import('./models.js')).verify,
      },
    ],
  },
  {
    name: 'config',
    description: 'the configuration',
    commands: [
      {
        name: 'check',
        description: 'every error with line and column',
        example: 'spotter config check -c config.yaml',
        options: [JSON_FORM()],
        load: async () => (await import('./config.js')).check,
      },
      {
        name: 'show',
        description: 'the effective configuration, defaults included, secrets masked',
        example: 'spotter config show',
        options: [JSON_FORM(), ...FACES()],
        load: async () => (await import('./config.js')).show,
      },
      {
        name: 'schema',
        description: 'its JSON Schema, for editors',
        example: 'spotter config schema > spotter.schema.json',
        options: [],
        load: async () => (await import('./config.js')).printSchema,
      },
    ],
  },
  {
    name: 'bench',
    description: 'the measurements',
    commands: [
      {
        name: 'throughput',
        arguments: [['[clip]', 'default: the demo clip']],
        description: 'frames a second of one clip on all cores, against what the networks alone would allow',
        example: 'spotter bench throughput clip.mp4 --detector scrfd-2.5g --embedder mobilefacenet',
        options: [
          new Option(
            '--peer <command>',
            'a program to compare with, run in turn; its last line is JSON with "fps"',
          ),
          new Option('--rounds <n>', 'how often each is run').argParser(wholeNumber(1)).default(3),
          JSON_FORM(),
          ...FACES(),
        ],
        load: async () => (await import('./bench.js')).throughput,
      },
      {
        name: 'match',
        description: 'probes against 100,000 photos of 512 values, on one thread',
        example: 'spotter bench match',
        options: [
          new Option('--photos <n>', 'photos in the gallery').argParser(wholeNumber(1)).default(100_000),
          new Option('--dimension <n>', 'values of an embedding').argParser(wholeNumber(1)).default(512),
          JSON_FORM(),
        ],
        load: async () => (await import('./bench.js')).match,
      },
      {
        name: 'latency',
        description: 'capture to event with more and more real RTSP cameras; from a checkout, on Linux',
        example: 'spotter bench latency --cameras 1,2,4 --svg latency.svg',
        options: [
          new Option('--cameras <list>', 'numbers of cameras, each measured by itself')
            .argParser(wholeNumbers)
            .default([1, 2, 4, 8, 16]),
          new Option('--scene <what>', 'people who come and go, or a picture in which nothing moves')
            .choices(['visits', 'still'])
            .default('visits'),
          new Option('--fps <n>', 'frames a second looked at').argParser(wholeNumber(1)).default(10),
          new Option('--width <px>', 'width of the pictures, 16:9').argParser(wholeNumber(160)).default(1280),
          new Option('--seconds <n>', 'how long each is measured').argParser(wholeNumber(1)).default(30),
          new Option('--svg <file>', 'also draw it'),
          JSON_FORM(),
          ...FACES(),
        ],
        load: async () => (await import('./benchLatency.js')).latency,
      },
      {
        name: 'overload',
        description:
          'latency and exact counts with far more pictures than can be looked at; from a checkout, on Linux',
        example: 'spotter bench overload --minutes 10',
        options: [
          new Option('--minutes <n>', 'how long').argParser(wholeNumber(1)).default(10),
          new Option('--times <n>', 'as many pictures as can be looked at')
            .argParser(wholeNumber(1))
            .default(5),
          new Option('--fps <n>', 'frames a second and camera').argParser(wholeNumber(1)).default(25),
          new Option('--width <px>', 'width of the pictures, 16:9').argParser(wholeNumber(160)).default(640),
          JSON_FORM(),
          ...FACES(),
        ],
        load: async () => (await import('./benchOverload.js')).overload,
      },
      {
        name: 'starts',
        description: 'what decoders that are started and stopped leave behind; on Linux',
        example: 'spotter bench starts --runs 200',
        options: [new Option('--runs <n>', 'how often').argParser(wholeNumber(1)).default(200), JSON_FORM()],
        load: async () => (await import('./benchDaemon.js')).starts,
      },
      {
        name: 'gallery',
        description: 'how soon a photo counts that is added while the daemon runs; from a checkout, on Linux',
        example: 'spotter bench gallery --photos 2000',
        options: [
          new Option('--photos <n>', 'photos in the gallery').argParser(wholeNumber(1)).default(2000),
          new Option('--rounds <n>', 'photos added and removed').argParser(wholeNumber(1)).default(20),
          JSON_FORM(),
        ],
        load: async () => (await import('./benchDaemon.js')).gallery,
      },
      {
        name: 'kill',
        description: 'how long nobody watches when the engine is killed; from a checkout, on Linux',
        example: 'spotter bench kill --runs 50',
        options: [new Option('--runs <n>', 'how often').argParser(wholeNumber(1)).default(10), JSON_FORM()],
        load: async () => (await import('./benchDaemon.js')).kill,
      },
      {
        name: 'events',
        description: 'events through log and WebSocket to a client that reads and one that does not',
        example: 'spotter bench events --rate 1000 --seconds 60',
        options: [
          new Option('--rate <n>', 'events a second').argParser(wholeNumber(1)).default(1000),
          new Option('--seconds <n>', 'how long').argParser(wholeNumber(15)).default(60),
          JSON_FORM(),
        ],
        load: async () => (await import('./benchLog.js')).events,
      },
      {
        name: 'history',
        description: 'every kind of question to a log of a million events, over HTTP',
        example: 'spotter bench history --events 1000000',
        options: [
          new Option('--events <n>', 'events in the log').argParser(wholeNumber(1000)).default(1_000_000),
          JSON_FORM(),
        ],
        load: async () => (await import('./benchLog.js')).history,
      },
      {
        name: 'crash',
        description: 'whether the log has what was told when its process is killed while it writes',
        example: 'spotter bench crash --runs 100',
        options: [
          new Option('--runs <n>', 'how often').argParser(wholeNumber(1)).default(100),
          new Option('--rate <n>', 'events a second').argParser(wholeNumber(1)).default(1000),
          JSON_FORM(),
        ],
        load: async () => (await import('./benchLog.js')).crash,
      },
      {
        name: 'storm',
        description: 'whether a client that hangs up and comes back misses anything',
        example: 'spotter bench storm --drops 200',
        options: [
          new Option('--drops <n>', 'how often').argParser(wholeNumber(1)).default(200),
          new Option('--rate <n>', 'events a second').argParser(wholeNumber(1)).default(500),
          JSON_FORM(),
        ],
        load: async () => (await import('./benchLog.js')).storm,
      },
      {
        name: 'soak',
        description: 'memory, descriptors and processes over a long time; from a checkout, on Linux',
        example: 'spotter bench soak --minutes 60 --cut-every 300',
        options: [
          new Option('--minutes <n>', 'how long').argParser(wholeNumber(1)).default(60),
          new Option('--cut-every <s>', 'seconds between two deaths of the RTSP server')
            .argParser(wholeNumber(10))
            .default(300),
          JSON_FORM(),
        ],
        load: async () => (await import('./benchDaemon.js')).soak,
      },
      {
        name: 'pixels',
        arguments: [['[clip]', 'default: the demo clip']],
        description: 'what each pixel format costs on the way from ffmpeg into the detector',
        example: 'spotter bench pixels clip.mp4',
        options: [
          new Option('--rounds <n>', 'how often each is run').argParser(wholeNumber(1)).default(3),
          JSON_FORM(),
        ],
        load: async () => (await import('./bench.js')).pixels,
      },
      {
        name: 'memory',
        arguments: [['[clip]', 'default: the demo clip']],
        description: 'resident memory over many frames of a clip that is played again and again',
        example: 'spotter bench memory --frames 20000',
        options: [
          new Option('--frames <n>', 'frames to watch').argParser(wholeNumber(2000)).default(20_000),
          JSON_FORM(),
          ...FACES(),
        ],
        load: async () => (await import('./bench.js')).memory,
      },
      {
        name: 'process',
        arguments: [['[clip]', 'default: the demo clip']],
        description:
          'from the start to the help and to the first event; and SIGTERM at random moments of a scan',
        example: 'spotter bench process --runs 50',
        options: [
          new Option('--runs <n>', 'scans to start and to stop').argParser(wholeNumber(1)).default(10),
          JSON_FORM(),
          ...FACES(),
        ],
        load: async () => (await import('./bench.js')).processes,
      },
    ],
  },
];

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
  };
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber(1));
}

function cosineValue(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Math.abs(value) <= 1) return value;
  throw new InvalidArgumentError('It must be a number from -1 to 1.');
}
