import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import { jsonOption, recognitionOptions, wholeNumber, wholeNumbers } from './flags.js';

/** The measurements of a daemon on RTSP cameras. */
export const CAMERA_BENCHES: CommandGroup['commands'] = [
  {
    name: 'latency',
    description: 'latency from capture to event with more and more RTSP cameras; from a checkout, on Linux',
    example: 'spotter bench latency --cameras 1,2,4 --svg latency.svg',
    options: [
      new Option('--cameras <list>', 'numbers of cameras, measured one after the other')
        .argParser(wholeNumbers)
        .default([1, 2, 4, 8, 16]),
      new Option('--scene <what>', 'visits: people come and go; still: nothing moves')
        .choices(['visits', 'still'])
        .default('visits'),
      new Option('--fps <n>', 'frames per second and camera').argParser(wholeNumber(1)).default(10),
      new Option('--width <px>', 'width of the video, 16:9').argParser(wholeNumber(160)).default(1280),
      new Option('--seconds <n>', 'duration of each measurement').argParser(wholeNumber(1)).default(30),
      new Option('--svg <file>', 'also write a chart'),
      jsonOption(),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./benchCameras.js')).latency,
  },
  {
    name: 'live',
    description: 'what live pictures cost, next to nobody watching; from a checkout, on Linux',
    example: 'spotter bench live --tiles 4 --fps 5',
    options: [
      new Option('--tiles <n>', 'cameras, each watched in a tile').argParser(wholeNumber(1)).default(4),
      new Option('--fps <n>', 'pictures per second and tile').argParser(wholeNumber(1)).default(5),
      new Option('--tile-width <px>', 'width of the pictures').argParser(wholeNumber(16)).default(640),
      new Option('--camera-fps <n>', 'frames per second and camera').argParser(wholeNumber(1)).default(5),
      new Option('--width <px>', 'width of the video, 16:9').argParser(wholeNumber(160)).default(1280),
      new Option('--rounds <n>', 'measurements with and without a viewer, in turn')
        .argParser(wholeNumber(1))
        .default(3),
      new Option('--seconds <n>', 'duration of each').argParser(wholeNumber(1)).default(20),
      jsonOption(),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./benchLive.js')).live,
  },
  {
    name: 'overload',
    description:
      'latency and exact frame counts under far more frames than can be processed; from a checkout, on Linux',
    example: 'spotter bench overload --minutes 10',
    options: [
      new Option('--minutes <n>', 'duration').argParser(wholeNumber(1)).default(10),
      new Option('--times <n>', 'offered frames, as a multiple of what can be processed')
        .argParser(wholeNumber(1))
        .default(5),
      new Option('--fps <n>', 'frames per second and camera').argParser(wholeNumber(1)).default(25),
      new Option('--width <px>', 'width of the video, 16:9').argParser(wholeNumber(160)).default(640),
      jsonOption(),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./benchCameras.js')).overload,
  },
];
