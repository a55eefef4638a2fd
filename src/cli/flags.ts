import { InvalidArgumentError, Option } from 'commander';
import { PROVIDERS, type ProviderChoice } from '../compute/providers.js';
import { SCOPES, type Scope } from '../core/access.js';
import { meantOrListed } from '../core/nearest.js';
import { ROTATIONS, type Rotation } from '../video/rotation.js';

/** The options that every command has; they may stand before the command or behind it. */
export function commonOptions(): Option[] {
  return [
    new Option(
      '--dir <folder>',
      'folder made by "spotter init"; default: the working folder or the nearest one above it with a config.yaml, else SPOTTER_HOME',
    ).argParser(notEmpty),
    new Option('-c, --config <file>', 'configuration file, in place of config.yaml in that folder').argParser(
      notEmpty,
    ),
    new Option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent'),
    new Option('--quiet', 'no progress bar, and only errors in the log'),
  ];
}

/** Which cameras a user or a token may see. */
export function accessCamerasOption(): Option {
  return new Option(
    '--cameras <ids>',
    'the only cameras to see, separated by commas; default: all',
  ).argParser(cameraIds);
}

/** Where a daemon listens; both override the configuration. @param host what --host is otherwise @param port what --port is otherwise */
export function listenOptions(host = 'http.host', port = 'http.port'): Option[] {
  return [
    new Option('--host <address>', `address to listen on, such as 0.0.0.0; default: ${host}`).argParser(
      notEmpty,
    ),
    new Option('--port <n>', `port to listen on; 0 takes any free one; default: ${port}`).argParser(
      portNumber,
    ),
  ];
}

/** Lets anybody in whom the network lets in. */
export function trustNetworkOption(): Option {
  return new Option(
    '--trust-network',
    'ask nobody to sign in before there is a user, whatever --host is; same as auth.trustNetwork',
  );
}

/** Where to look for models. */
export function modelOptions(): Option[] {
  return [
    new Option('--models <folder>', 'search this folder for models first, then the one in SPOTTER_MODELS'),
  ];
}

/** Where commands that install models take them from. */
export function fromOption(): Option {
  return new Option('--from <place>', 'folder, zip archive or https:// address that has the files');
}

/** For commands that install models. */
export function acceptLicenceOption(): Option {
  return new Option('--accept-licence', 'accept licences that forbid commercial use');
}

/** Which people to recognise. */
export function galleryOption(): Option {
  return new Option('-g, --gallery <folder>', 'folder of known people');
}

/** Which models, for commands that work on faces without a gallery. */
export function faceOptions(): Option[] {
  return [
    ...modelOptions(),
    new Option('--detector <id>', 'face detector; see "spotter models list"'),
    new Option('--embedder <id>', 'face embedder; see "spotter models list"'),
    ...computeOptions(),
  ];
}

/** What runs the models. */
export function computeOptions(): Option[] {
  return [
    new Option(
      '--provider <name>',
      `what runs the models: ${PROVIDERS.join(', ')}; default: compute.provider`,
    ).argParser(provider),
    new Option('--device <n>', 'number of the device, for cuda, tensorrt and directml').argParser(
      wholeNumber(0),
    ),
  ];
}

/** Which people and which models: for every command that recognises faces. */
export function recognitionOptions(): Option[] {
  return [galleryOption(), ...faceOptions()];
}

/** For commands that print events. */
export function quietEventsOption(): Option {
  return new Option(
    '--quiet-events <which>',
    'in readable lines, show only "names": names, strangers and visits, not who appeared or left',
  ).choices(['names']);
}

/** For commands that print a human-readable form by default. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON');
}

/** Parses the name of an execution provider. @throws InvalidArgumentError for any other text, with the nearest name */
function provider(text: string): ProviderChoice {
  const known = PROVIDERS.find((name) => name === text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`It is no provider; ${meantOrListed(text, PROVIDERS)}`);
}

/** A parser for whole numbers from `min` on. @throws InvalidArgumentError for any other text */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min}.`);
  };
}

/** Parses a TCP port, 0 to 65535. @throws InvalidArgumentError for any other text */
export function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

/** @throws InvalidArgumentError for an empty text, which an unset variable leaves */
function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

/** Parses a rotation in degrees. @throws InvalidArgumentError for any other text */
export function rotation(text: string): Rotation {
  const value = ROTATIONS.find((degrees) => String(degrees) === text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('It must be 90, 180 or 270.');
}

/** Parses ids of cameras, separated by commas. @throws InvalidArgumentError for none */
export function cameraIds(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.every((id) => id !== '')) return ids;
  throw new InvalidArgumentError('It must be ids of cameras, separated by commas.');
}

/** Parses scopes, separated by commas. @throws InvalidArgumentError for another word, with the nearest scope */
export function scopeNames(text: string): Scope[] {
  return text.split(',').map((word) => {
    const known = SCOPES.find((scope) => scope === word.trim());
    if (known !== undefined) return known;
    throw new InvalidArgumentError(`"${word}" is no scope; ${meantOrListed(word, SCOPES)}`);
  });
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
