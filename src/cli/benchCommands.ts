import { Option } from 'commander';
import { ACCURACY_BENCHES } from './benchAccuracyCommands.js';
import { CAMERA_BENCHES } from './benchCameraCommands.js';
import { CLUSTER_BENCHES } from './benchClusterCommands.js';
import type { CommandGroup } from './definition.js';
import { jsonOption, recognitionOptions, wholeNumber } from './flags.js';

/** `spotter bench ...`: the measurements. The code that measures is in bench/. */
export const BENCH_COMMANDS: CommandGroup = {
  name: 'bench',
  description: 'measure speed, latency, accuracy and robustness',
  commands: [
    {
      name: 'throughput',
      arguments: [['[clip]', 'recording; default: the demo clip']],
      description: 'frames per second of one clip on all cores, and what the models alone would allow',
      example: 'spotter bench throughput clip.mp4 --detector scrfd-2.5g --embedder mobilefacenet',
      options: [
        new Option(
          '--peer <command>',
          'program to compare with, run in turn; its last line of output is JSON with "fps"',
        ),
        new Option('--rounds <n>', 'runs of each').argParser(wholeNumber(1)).default(3),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./bench.js')).throughput,
    },
    {
      name: 'still',
      description: 'what "scan --still skip" takes on film of a fixed camera, next to decoding alone',
      example: 'spotter bench still --minutes 10',
      options: [
        new Option('--minutes <n>', 'duration of each film').argParser(wholeNumber(1)).default(10),
        new Option('--fps <n>', 'frames per second').argParser(wholeNumber(1)).default(15),
        new Option('--width <px>', 'width of the video, 16:9').argParser(wholeNumber(160)).default(1920),
        new Option('--kbps <n>', 'bit rate of the video, kbit/s').argParser(wholeNumber(100)).default(2000),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./benchStill.js')).still,
    },
    ...ACCURACY_BENCHES,
    {
      name: 'match',
      description: 'time to match probes with a gallery, on one thread',
      example: 'spotter bench match',
      options: [
        new Option('--photos <n>', 'photos in the gallery').argParser(wholeNumber(1)).default(100_000),
        new Option('--dimension <n>', 'values per embedding').argParser(wholeNumber(1)).default(512),
        jsonOption(),
      ],
      load: async () => (await import('./bench.js')).match,
    },
    ...CAMERA_BENCHES,
    ...CLUSTER_BENCHES,
    {
      name: 'starts',
      description: 'processes and descriptors that stopped decoders leave behind; on Linux',
      example: 'spotter bench starts --runs 200',
      options: [
        new Option('--runs <n>', 'number of runs').argParser(wholeNumber(1)).default(200),
        jsonOption(),
      ],
      load: async () => (await import('./benchDaemon.js')).starts,
    },
    {
      name: 'gallery',
      description: 'time until a photo added to a running daemon takes effect; from a checkout, on Linux',
      example: 'spotter bench gallery --photos 2000',
      options: [
        new Option('--photos <n>', 'photos in the gallery').argParser(wholeNumber(1)).default(2000),
        new Option('--rounds <n>', 'photos to add and remove').argParser(wholeNumber(1)).default(20),
        jsonOption(),
      ],
      load: async () => (await import('./benchDaemon.js')).gallery,
    },
    {
      name: 'kill',
      description: 'length of the gap when the engine is killed; from a checkout, on Linux',
      example: 'spotter bench kill --runs 50',
      options: [
        new Option('--runs <n>', 'number of runs').argParser(wholeNumber(1)).default(10),
        jsonOption(),
      ],
      load: async () => (await import('./benchDaemon.js')).kill,
    },
    {
      name: 'events',
      description: 'events through log and WebSocket to a client that reads and one that stalls',
      example: 'spotter bench events --rate 1000 --seconds 60',
      options: [
        new Option('--rate <n>', 'events per second').argParser(wholeNumber(1)).default(1000),
        new Option('--seconds <n>', 'duration').argParser(wholeNumber(15)).default(60),
        jsonOption(),
      ],
      load: async () => (await import('./benchLog.js')).events,
    },
    {
      name: 'history',
      description: 'HTTP queries of every kind to a large event log',
      example: 'spotter bench history --events 1000000',
      options: [
        new Option('--events <n>', 'events in the log').argParser(wholeNumber(1000)).default(1_000_000),
        jsonOption(),
      ],
      load: async () => (await import('./benchLog.js')).history,
    },
    {
      name: 'crash',
      description: 'whether every published event is in the log after its process is killed mid-write',
      example: 'spotter bench crash --runs 100',
      options: [
        new Option('--runs <n>', 'number of runs').argParser(wholeNumber(1)).default(100),
        new Option('--rate <n>', 'events per second').argParser(wholeNumber(1)).default(1000),
        jsonOption(),
      ],
      load: async () => (await import('./benchLog.js')).crash,
    },
    {
      name: 'storm',
      description: 'whether a client that disconnects and resumes misses events',
      example: 'spotter bench storm --drops 200',
      options: [
        new Option('--drops <n>', 'number of disconnects').argParser(wholeNumber(1)).default(200),
        new Option('--rate <n>', 'events per second').argParser(wholeNumber(1)).default(500),
        jsonOption(),
      ],
      load: async () => (await import('./benchLog.js')).storm,
    },
    {
      name: 'soak',
      description: 'memory, descriptors and processes over hours; from a checkout, on Linux',
      example: 'spotter bench soak --minutes 60 --cut-every 300',
      options: [
        new Option('--minutes <n>', 'duration').argParser(wholeNumber(1)).default(60),
        new Option('--cut-every <s>', 'seconds between kills of the RTSP server')
          .argParser(wholeNumber(10))
          .default(300),
        jsonOption(),
      ],
      load: async () => (await import('./benchDaemon.js')).soak,
    },
    {
      name: 'pixels',
      arguments: [['[clip]', 'recording; default: the demo clip']],
      description: 'CPU cost of each pixel format between ffmpeg and the detector',
      example: 'spotter bench pixels clip.mp4',
      options: [
        new Option('--rounds <n>', 'runs of each').argParser(wholeNumber(1)).default(3),
        jsonOption(),
      ],
      load: async () => (await import('./bench.js')).pixels,
    },
    {
      name: 'reach',
      arguments: [['<folder>', 'photos with one large face each']],
      description: 'sizes at which the detector finds faces with good boxes and landmarks',
      example: 'spotter bench reach photos --detector yunet',
      options: [
        new Option('--photos <n>', 'photos to use').argParser(wholeNumber(1)).default(100),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./bench.js')).reach,
    },
    {
      name: 'memory',
      arguments: [['[clip]', 'recording; default: the demo clip']],
      description: 'resident memory while one clip is scanned over and over',
      example: 'spotter bench memory --frames 20000',
      options: [
        new Option('--frames <n>', 'frames to process').argParser(wholeNumber(2000)).default(20_000),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./bench.js')).memory,
    },
    {
      name: 'process',
      arguments: [['[clip]', 'recording; default: the demo clip']],
      description: 'time to the help and to the first event; clean exits on SIGTERM at random moments',
      example: 'spotter bench process --runs 50',
      options: [
        new Option('--runs <n>', 'runs to start and stop').argParser(wholeNumber(1)).default(10),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./bench.js')).processes,
    },
  ],
};
