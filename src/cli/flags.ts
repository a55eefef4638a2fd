import { InvalidArgumentError, Option } from 'commander';
import { ROTATIONS, type Rotation } from '../video/rotation.js';

/** The options that every command has. */
export function commonOptions(): Option[] {
  return [
    new Option('-c, --config <file>', 'configuration file; default: ./config.yaml if it exists'),
    new Option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent'),
    new Option('--quiet', 'no progress bar, and only errors in the log'),
  ];
}

/** Where to look for models. */
export function modelOptions(): Option[] {
  return [
    new Option('--models <folder>', 'search this folder for models first, then the one in SPOTTER_MODELS'),
  ];
}

/** Which people to recognise. */
export function galleryOption(): Option {
  return new Option('-g, --gallery <folder>', 'folder of known people');
}

/** Which people and which models: for every command that recognises faces. */
export function recognitionOptions(): Option[] {
  return [
    galleryOption(),
    ...modelOptions(),
    new Option('--detector <id>', 'face detector; see "spotter models list"'),
    new Option('--embedder <id>', 'face embedder; see "spotter models list"'),
  ];
}

/** For commands that print a human-readable form by default. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON');
}

/** A parser for whole numbers from `min` on. @throws InvalidArgumentError for any other text */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min}.`);
  };
}

/** Parses a rotation in degrees. @throws InvalidArgumentError for any other text */
export function rotation(text: string): Rotation {
  const value = ROTATIONS.find((degrees) => String(degrees) === text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('It must be 90, 180 or 270.');
}

/** Parses whole numbers from 1 on, separated by commas. @throws InvalidArgumentError for any other text */
export function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber(1));
}

/** Parses a cosine similarity, -1..1. @throws InvalidArgumentError for any other text */
export function cosineValue(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Math.abs(value) <= 1) return value;
  throw new InvalidArgumentError('It must be a number from -1 to 1.');
}

/** Parses accepted odds of a false name, 0.000001..0.1. @throws InvalidArgumentError for any other text */
export function falseNamesValue(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 1e-6 && value <= 0.1) return value;
  throw new InvalidArgumentError('It must be a number from 0.000001 to 0.1.');
}
