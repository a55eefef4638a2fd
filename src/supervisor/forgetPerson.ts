import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/schema.js';
import { describeError, hasErrno } from '../core/errors.js';
import { holdsText } from '../events/log/holdsText.js';
import { LOG_FILE } from '../events/log/open.js';
import type { Erased } from '../events/log/upkeep.js';
import { eraseCached, eraseFiles, mentionsIn } from '../gallery/erasure.js';

/** What depends on whether the daemon runs. Each step may throw; the others are done all the same. */
export interface ForgetSteps {
  /** From now on no event names the person. */
  withhold: () => void;
  /** @param signal the broker has until then @returns how many topics were taken back @throws Error with one sentence */
  takeBackTopics: (signal: AbortSignal) => Promise<number>;
  /** From now on nobody is matched with the person. @returns embeddings that the cache had; null when it is still to be put right */
  letGo: () => Promise<number | null>;
  eraseEvents: (onUnpictured: (ids: string[]) => void) => Promise<Erased>;
  removePictures: (id: string) => Promise<{ removed: number; failed: number }>;
}

/** What was erased of a person, and what was not. */
export interface ForgetReport {
  person: string;
  gallery: string;
  /** Removed from the gallery, relative to it; a folder ends in a slash. */
  photos: string[];
  /** Photos whose embeddings were in a cache. */
  embeddings: number;
  /** The person's own events, and events of others that named the person. */
  events: number;
  mentions: number;
  deadLetters: number;
  /** JPEGs of the person's tracks. */
  pictures: number;
  /** Retained MQTT topics. */
  topics: number;
  /** Files of the data folder that were removed as a whole because the name was in them. */
  files: string[];
  /** What could not be erased, one sentence each; empty when nothing of the person is left. */
  remains: string[];
  /** Where the name is for another reason, one sentence each. */
  notes: string[];
}

/** The broker has so long; a second is a lot for one that is there. */
const BROKER_MS = 1500;
const SET_ASIDE = `${LOG_FILE}.corrupt-`;

/**
 * Forgets a person: photos first, so that nobody is matched any more, then whatever was kept of earlier matches. At the end
 * the files are searched for the name, byte by byte. Doing it again is harmless.
 *
 * @param person as the gallery has it, see personName
 * @throws SpotterError gallery.unwritable; nothing has been erased then
 */
export async function forgetPerson(
  person: string,
  { gallery, data, webhooks }: Pick<Config, 'gallery' | 'data' | 'webhooks'>,
  steps: ForgetSteps,
): Promise<ForgetReport> {
  const remains: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      remains.push(`${what}: ${describeError(error)}`);
      return otherwise;
    }
  };
  const holdsName = (file: string) => holdsText(file, formsOf(person));

  const { removed: photos, isThere } = await eraseFiles(gallery, person);
  if (!isThere) remains.push(`the gallery ${gallery} is not there; forget ${person} again when it is back`);
  steps.withhold();
  const topics = await attempt(
    `the broker may still keep topics of ${person}, forget again when it is back`,
    () => steps.takeBackTopics(AbortSignal.timeout(BROKER_MS)),
    0,
  );
  const letGo = await attempt('the engine still knows the person', steps.letGo, null);
  const nothing: Erased = { events: 0, mentions: 0, deadLetters: 0, isPartOfOtherText: false };
  const removing: Promise<{ removed: number; failed: number }>[] = [];
  const erased = await attempt(
    'the event log cannot be changed',
    () => steps.eraseEvents((ids) => removing.push(...ids.map(steps.removePictures))),
    nothing,
  );
  const pictures = await Promise.all(removing);
  const failed = pictures.reduce((sum, outcome) => sum + outcome.failed, 0);
  if (failed > 0) remains.push(`${failed} pictures in ${path.join(data, 'snapshots')} cannot be removed`);
  const cached = await attempt(
    'the cache of photo embeddings cannot be written',
    () => whereThere(eraseCached(data, person, holdsName), { photos: 0, discarded: [] }),
    { photos: 0, discarded: [] },
  );
  const files = [
    ...cached.discarded,
    ...(await attempt('a damaged event log cannot be removed', () => removeSetAside(data, holdsName), [])),
  ];
  const isExcused = (name: string) => erased.isPartOfOtherText && name.startsWith(LOG_FILE);
  for (const name of await attempt('the data folder cannot be read', () => filesIn(data), []))
    if (!isExcused(name) && (await holdsName(path.join(data, name))))
      remains.push(`${path.join(data, name)} has the name in it`);
  const notes = (await mentionsIn(gallery, person)).map(
    (name) => `${path.join(gallery, name)} names ${person}; it is your own text, change it if you want to`,
  );
  if (erased.isPartOfOtherText)
    notes.push(
      `"${person}" is also part of other text in the event log, such as a longer name or a camera's id`,
    );
  for (const { id, people } of webhooks)
    if (people.includes(person))
      notes.push(`the configuration names ${person} under people of webhook ${id}`);
  return {
    person,
    gallery,
    photos,
    embeddings: (letGo ?? 0) + cached.photos,
    events: erased.events,
    mentions: erased.mentions,
    deadLetters: erased.deadLetters,
    pictures: pictures.reduce((sum, outcome) => sum + outcome.removed, 0),
    topics,
    files,
    remains,
    notes,
  };
}

/** Whether there was nothing to forget. */
export function isNothingKnown({ photos, files, remains, ...counts }: ForgetReport): boolean {
  const { embeddings, events, mentions, deadLetters, pictures, topics } = counts;
  const sum = embeddings + events + mentions + deadLetters + pictures + topics;
  return sum + photos.length + files.length + remains.length === 0;
}

/** A name as files may have it: composed and decomposed as UTF-8, and as V8 writes strings. JSON has nothing to escape in a name. */
function formsOf(person: string): Buffer[] {
  const latin1 = Buffer.from(person, 'latin1');
  return [
    Buffer.from(person),
    Buffer.from(person.normalize('NFD')),
    Buffer.from(person, 'utf16le'),
    ...(latin1.toString('latin1') === person ? [latin1] : []),
  ];
}

/** Removes logs that were damaged and put aside, if the name is in them: they cannot be changed. @returns their names */
async function removeSetAside(
  data: string,
  holdsName: (file: string) => Promise<boolean>,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await filesIn(data)) {
    const file = path.join(data, name);
    if (!name.startsWith(SET_ASIDE) || !(await holdsName(file))) continue;
    await rm(file, { force: true });
    removed.push(name);
  }
  return removed;
}

/**
 * Names of the files that are searched: no logs, no caches, which are put right entry by entry, and not the event log itself,
 * which has been searched; a process that opens and closes it loses its lock on it.
 */
async function filesIn(data: string): Promise<string[]> {
  const entries = await whereThere(readdir(data, { withFileTypes: true }), []);
  return entries
    .filter((entry) => entry.isFile() && entry.name !== LOG_FILE && !/\.(log|cache)$/.test(entry.name))
    .map(({ name }) => name);
}

async function whereThere<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return otherwise;
    throw error;
  }
}
