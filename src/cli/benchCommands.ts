import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { jsonOption, recognitionOptions, wholeNumber, wholeNumbers } from './flags.js';

/** `spotter bench ...`: the measurements. The code that measures is in bench/. */
export const BENCH_COMMANDS: CommandGroup = {
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
        jsonOption(),
        ...recognitionOptions(),
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
        jsonOption(),
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
        jsonOption(),
        ...recognitionOptions(),
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
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./benchOverload.js')).overload,
    },
    {
      name: 'starts',
      description: 'what decoders that are started and stopped leave behind; on Linux',
      example: 'spotter bench starts --runs 200',
      options: [new Option('--runs <n>', 'how often').argParser(wholeNumber(1)).default(200), jsonOption()],
      load: async () => (await import('./benchDaemon.js')).starts,
    },
    {
      name: 'gallery',
      description: 'how soon a photo counts that is added while the daemon runs; from a checkout, on Linux',
      example: 'spotter bench gallery --photos 2000',
      options: [
        new Option('--photos <n>', 'photos in the gallery').argParser(wholeNumber(1)).default(2000),
        new Option('--rounds <n>', 'photos added and removed').argParser(wholeNumber(1)).default(20),
        jsonOption(),
      ],
      load: async () => (await import('./benchDaemon.js')).gallery,
    },
    {
      name: 'kill',
      description: 'how long nobody watches when the engine is killed; from a checkout, on Linux',
      example: 'spotter bench kill --runs 50',
      options: [new Option('--runs <n>', 'how often').argParser(wholeNumber(1)).default(10), jsonOption()],
      load: async () => (await import('./benchDaemon.js')).kill,
    },
    {
      name: 'events',
      description: 'events through log and WebSocket to a client that reads and one that does not',
      example: 'spotter bench events --rate 1000 --seconds 60',
      options: [
        new Option('--rate <n>', 'events a second').argParser(wholeNumber(1)).default(1000),
        new Option('--seconds <n>', 'how long').argParser(wholeNumber(15)).default(60),
        jsonOption(),
      ],
      load: async () => (await import('./benchLog.js')).events,
    },
    {
      name: 'history',
      description: 'every kind of question to a log of a million events, over HTTP',
      example: 'spotter bench history --events 1000000',
      options: [
        new Option('--events <n>', 'events in the log').argParser(wholeNumber(1000)).default(1_000_000),
        jsonOption(),
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
        jsonOption(),
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
        jsonOption(),
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
        jsonOption(),
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
        jsonOption(),
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
        jsonOption(),
        ...recognitionOptions(),
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
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./bench.js')).processes,
    },
  ],
};
