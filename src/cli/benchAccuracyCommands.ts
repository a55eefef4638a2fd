import { Option } from 'commander';
import type { CommandGroup } from './definition.js';
import {
  computeOptions,
  galleryOption,
  jsonOption,
  modelOptions,
  recognitionOptions,
  wholeNumber,
  wholeNumbers,
} from './flags.js';

/** The benches that read labelled photos. */
export const ACCURACY_BENCHES: CommandGroup['commands'] = [
  {
    name: 'pairs',
    arguments: [['[clip]', 'recording to scan; default: the demo clip']],
    description: 'table of the installed pairs of models, float and int8: speed, memory, accuracy, licence',
    example: 'spotter bench pairs --list faces/list.csv --pairs pairs.txt --images lfw --face middle',
    options: [
      new Option('--only <detector+embedder>', 'measure this pair; may be repeated. Default: all installed')
        .argParser((pair: string, others: string[]) => [...others, pair])
        .default([], 'none'),
      new Option('--seconds <n>', 'how long each pair scans').argParser(wholeNumber(1)).default(10),
      ...pairPhotoOptions(),
      new Option('--list <file>', 'CSV with the columns role (gallery, known, stranger), person and file'),
      faceOption(),
      new Option('--size <n>', 'people in the gallery of --list').argParser(wholeNumber(1)).default(100),
      drawsOption(),
      jsonOption(),
      galleryOption(),
      ...modelOptions(),
      ...computeOptions(),
    ],
    load: async () => (await import('./benchPairs.js')).pairs,
  },
  {
    name: 'accuracy',
    description:
      'how well a pair of models recognises people in labelled photos: pairs, or a gallery and strangers',
    example: 'spotter bench accuracy --pairs pairs.txt --images lfw --face middle --embedder mobilefacenet',
    options: [
      ...pairPhotoOptions(),
      ...roleOptions(),
      faceOption(),
      new Option('--sizes <list>', 'numbers of people in the gallery; larger ones become the whole gallery')
        .argParser(wholeNumbers)
        .default([10, 100, 300, 1000, 5000]),
      drawsOption(),
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
      faceOption(),
      jsonOption(),
      ...recognitionOptions(),
    ],
    load: async () => (await import('./benchCurves.js')).curves,
  },
];

/** Photos to compare in pairs. */
function pairPhotoOptions(): Option[] {
  return [
    new Option('--pairs <file>', "LFW's pairs.txt, or CSV with the columns a, b and same"),
    new Option('--images <folder>', "photos of LFW's pairs: <folder>/<name>/<name>_0001.jpg"),
    new Option('--people <folder>', 'a folder per person: compare every photo with every other one'),
  ];
}

function drawsOption(): Option {
  return new Option('--draws <n>', 'random galleries of each smaller size')
    .argParser(wholeNumber(1))
    .default(20);
}

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
