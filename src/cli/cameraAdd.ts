import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CameraEntry } from '../config/cameraEdit.js';
import { isRecording } from '../config/cameraSchema.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { maskText } from '../core/secrets.js';
import { draftCamera } from './cameraAddress.js';
import { picturePlace, savePicture } from './cameraPicture.js';
import { type CameraPlace, placeOf } from './cameraPlace.js';
import { foundJson, foundLines } from './cameraTest.js';
import { explore, type Found } from './cameraTrials.js';
import type { Context } from './context.js';
import { givenAddress } from './givenAddress.js';
import { type CommonOptions, incompleteConfigOf } from './options.js';
import { printJson, printLine, printLines, printToStderr } from './print.js';

/** Options of `spotter camera add`. */
export interface CameraAddOptions extends CommonOptions {
  id?: string;
  /** Add the sub-stream. */
  sub?: boolean;
  transport?: 'tcp' | 'udp';
  untested?: boolean;
  picture?: string;
  json?: boolean;
}

/**
 * `spotter camera add`: tries a camera, shows what it sends, and adds it to the configuration. Nothing is written when it
 * cannot be used.
 *
 * @throws SpotterError usage, config.invalid, and of {@link explore}
 */
export async function addToConfig(
  context: Context,
  given: string,
  options: CameraAddOptions,
): Promise<number> {
  const { config: own, file: found } = incompleteConfigOf(options, CONNECTIONS);
  const place = await placeOf(own, found ?? 'config.yaml', context.signal);
  const { config, file } = place;
  const url = writtenUrl(await givenAddress(given), file);
  const folder = path.dirname(path.resolve(file));
  const draft = draftCamera(
    { ...options, url },
    folder,
    config.cameras.map(({ id }) => id),
  );
  const { id } = draft.config;
  if (config.cameras.some((camera) => camera.id === id))
    throw new SpotterError(
      'usage',
      `"${id}" is already the id of a camera in ${place.name}; give another with --id`,
    );
  const same = config.cameras.find((camera) => camera.url === draft.config.url);
  if (same && options.id === undefined)
    throw new SpotterError(
      'usage',
      `camera "${same.id}" has this address already; give an --id to add it again`,
    );
  const trial = options.untested ? null : await tryIt(context, draft, options, config);
  const entry: CameraEntry = { id, url };
  if (trial?.found.transport === 'udp' || options.transport === 'udp') entry.transport = 'udp';
  if (options.sub) entry.url = subUrl(url, trial?.found ?? null, draft.config.url);
  const lines = await place.write(entry);
  const masked = lines
    .filter(({ text }) => text.trim() !== '')
    .map(({ line, text }) => ({ line, text: maskedLine(text, draft.secrets) }));
  if (options.json) {
    const report = trial ? foundJson(draft, trial.found, trial.file) : { id };
    printJson({ ...report, written: { file: place.name, lines: masked } });
    return 0;
  }
  if (trial) printLines(foundLines(draft, trial.found, trial.file));
  for (const notice of trial?.found.trial.notices ?? []) printLine(`  note        ${notice}`);
  for (const { line, text } of masked) printLine(`${place.name}:${line}: ${text.trimEnd()}`);
  const isFirst = config.cameras.length === 0;
  for (const hint of options.quiet ? [] : hints(place, entry, trial?.found ?? null, options, isFirst))
    printToStderr(`hint: ${hint}`);
  return 0;
}

/** An address is masked by itself: within a line, nobody can tell where one with spaces ends. */
function maskedLine(text: string, secrets: readonly string[]): string {
  const [, key, value] = /^([\s-]*url: )(.*)$/.exec(text) ?? [];
  return key === undefined ? maskText(text, secrets) : key + maskText(value, secrets);
}

async function tryIt(
  { signal }: Context,
  draft: Parameters<typeof explore>[0],
  options: CameraAddOptions,
  config: Parameters<typeof picturePlace>[2],
): Promise<{ found: Found; file: string }> {
  const file = picturePlace(options.picture, draft.config.id, config);
  const { transport = null, quiet } = options;
  const found = await explore(draft, { config, signal, transport, quiet });
  savePicture(file, found.trial.jpeg);
  return { found, file };
}

/** An address as it is written: the path of a recording is relative to the configuration, as it is read. */
function writtenUrl(url: string, file: string): string {
  if (!isRecording(url) || url.startsWith('file:') || path.isAbsolute(url) || url.includes('${')) return url;
  // A login without its scheme is no path; the schema says so.
  return existsSync(url) ? path.relative(path.dirname(path.resolve(file)), path.resolve(url)) : url;
}

/** The sub-stream's address with the references of the main one. @throws SpotterError usage */
function subUrl(url: string, found: Found | null, opened: string): string {
  if (!found?.sub)
    throw new SpotterError(
      'usage',
      found
        ? 'no sub-stream was found; leave out --sub, or give its address, which the manual of the camera names'
        : '--sub needs a camera that can be tried; leave out --untested',
    );
  // Main and sub differ at the end only.
  let common = 0;
  while (found.sub.url[common] === opened[common]) common++;
  const tail = opened.slice(common);
  if (!url.endsWith(tail))
    throw new SpotterError(
      'usage',
      'the path of the address comes from a variable; give the address of the sub-stream itself',
    );
  return url.slice(0, url.length - tail.length) + found.sub.url.slice(common);
}

function hints(
  { file, isShared }: CameraPlace,
  { id, url }: CameraEntry,
  found: Found | null,
  { sub }: CameraAddOptions,
  isFirst: boolean,
): string[] {
  const all: string[] = [];
  const hasLogin = /^[a-z]+:\/\/[^/]*:[^/]*@/i.test(url) && !url.includes('${');
  if (hasLogin && !isShared) {
    const others = statSync(realpathSync(file)).mode & 0o044;
    const name = `${id.replaceAll('-', '_').toUpperCase()}_PASSWORD`;
    all.push(
      `the password is in ${file}${others ? ', which others on this machine may read (chmod 600)' : ''}; to keep it out, write \${${name}} there and set that variable`,
    );
  }
  if (found?.sub && !sub)
    all.push('a smaller stream was found; it costs less, and shows smaller faces: add --sub to use it');
  if (isFirst && !isShared)
    all.push(`watch it with "spotter run -c ${file}"; a daemon that runs does so by itself`);
  return all;
}
