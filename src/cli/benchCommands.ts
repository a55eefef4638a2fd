import { Option } from 'commander';
import { CAMERA_BENCHES } from './benchCameraCommands.js';
import type { CommandGroup } from './definition.js';
import { jsonOption, recognitionOptions, wholeNumber, wholeNumbers } from './flags.js';

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
    {
      name: 'accuracy',
      description:
        'how well a pair of models recognises people in labelled photos: pairs, or a gallery and strangers',
      example: 'spotter bench accuracy --pairs pairs.txt --images lfw --face middle --embedder mobilefacenet',
      options: [
        new Option('--pairs <file>', "LFW's pairs.txt, or CSV with the columns a, b and same"),
        new Option('--images <folder>', "photos of LFW's pairs: <folder>/<name>/<name>_0001.jpg"),
        new Option('--people <folder>', 'a folder per person: compare every photo with every other one'),
        ...roleOptions(),
        faceOption(),
        new Option('--sizes <list>', 'numbers of people in the gallery; larger ones become the whole gallery')
          .argParser(wholeNumbers)
          .default([10, 100, 300, 1000, 5000]),
        new Option('--draws <n>', 'random galleries of each smaller size')
          .argParser(wholeNumber(1))
          .default(20),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./benchAccuracy.js')).accuracy,
    },
    {
      name: 'conditions',
      description:
        'how well a pair of models recognises people in bad pictures: blur, darkness, small, turned, masked and more',
      example: 'spotter bench conditions --list faces/list.csv --face middle',
      options: [
        ...roleOptions(),
        faceOption(),
        new Option('--people <n>', 'most people in the gallery, and most strangers')
          .argParser(wholeNumber(1))
          .default(200),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./benchConditions.js')).conditions,
    },
    {
      name: 'curves',
      description:
        'how similar faces are to an embedder, measured on labelled photos: the curves that odds rest on',
      example: 'spotter bench curves --list faces/list.csv --face middle --embedder my-embedder',
      options: [
        new Option(
          '--list <file>',
          'CSV with the columns role (gallery, known, stranger), person and file; strangers are not used',
        ),
        new Option('--people <folder>', 'a folder per person: the first photo of each is the gallery'),
        new Option('--known <folder>', 'a folder per person: other photos of people in --gallery'),
        new Option('--clip <file>', 'recording in which nobody of the photos is seen; may be repeated')
          .argParser((file: string, files: string[]) => [...files, file])
          .default([], 'none'),
        faceOption(),
        jsonOption(),
        ...recognitionOptions(),
      ],
      load: async () => (await import('./benchCurves.js')).curves,
    },
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

/** Photos by what they are for. */
function roleOptions(): Option[] {
  return [
    new Option('--list <file>', 'CSV with the columns role (gallery, known, stranger), person and file'),
    new Option('--known <folder>', 'a folder per person: other photos of people in --gallery'),
    new Option('--strangers <folder>', 'a folder per person, none of them in --gallery'),
  ];
}

function faceOption(): Option {
  return new Option('--face <which>', 'the face that is meant where a photo shows several')
    .choices(['largest', 'middle'])
    .default('largest');
}
