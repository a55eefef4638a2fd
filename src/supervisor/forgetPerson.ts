import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/schema.js';
import { describeError, hasErrno } from '../core/errors.js';
import { isSamePerson } from '../core/personName.js';
import { holdsText } from '../events/log/holdsText.js';
import { LOG_FILE } from '../events/log/open.js';
import type { Erased } from '../events/log/upkeep.js';
import { eraseCached, eraseFiles, mentionsIn } from '../gallery/erasure.js';
import { spellingsIn } from '../gallery/spellings.js';
import { removeCopies } from './logCopies.js';

/** The steps that depend on whether the daemon runs. Each may throw; the others are still done. */
export interface ForgetSteps {
  /** From this call on, no event names the person. */
  withhold: () => void;
  /** @param signal aborts when the broker takes too long @returns number of topics removed @throws Error with one sentence */
  takeBackTopics: (signal: AbortSignal) => Promise<number>;
  /** From this call on, no face is matched with the person. @returns embeddings removed from the cache; null if it is not cleaned yet */
  letGo: () => Promise<number | null>;
  eraseEvents: (onUnpictured: (ids: string[]) => void) => Promise<Erased>;
  removePictures: (id: string) => Promise<{ removed: number; failed: number }>;
}

/** What was erased, and what remains. */
export interface ForgetReport {
  person: string;
  gallery: string;
  /** Files removed from the gallery, relative to it; a folder ends in a slash. */
  photos: string[];
  /** Photos whose embeddings were removed from a cache. */
  embeddings: number;
  /** The person's own events. */
  events: number;
  /** Events of others that named the person. */
  mentions: number;
  deadLetters: number;
  /** JPEGs of the person's tracks. */
  pictures: number;
  /** Retained MQTT topics. */
  topics: number;
  /** Nodes of the cluster that have still to erase the person. */
  waiting: string[];
  /** Files of the data folder that were removed as a whole because they contained the name. */
  files: string[];
  /** What could not be erased, one sentence each; empty when nothing remains. */
  remains: string[];
  /** Places that contain the name for another reason, one sentence each. */
  notes: string[];
}

/** Time limit for the broker; loading its client takes a second on a busy machine. */
const BROKER_MS = 5000;
/** Folder, in the data folder, of what a node remembers of its cluster. */
export const CLUSTER_FOLDER = 'cluster';
const SET_ASIDE = `${LOG_FILE}.corrupt-`;

/**
 * Erases a person: the photos first, so that no face is matched any more, then everything stored from earlier matches.
 * Finally searches the files for the name, byte by byte. Safe to repeat.
 *
 * @param person name as in the gallery, see personName
 * @throws SpotterError gallery.unwritable; nothing has been erased then
 */
export async function forgetPerson(
  person: string,
  { gallery: { folder: gallery }, data, webhooks }: Pick<Config, 'gallery' | 'data' | 'webhooks'>,
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
  const hasName = (file: string) => holdsText(file, formsOf(person));

  const { removed: photos, isThere } = await eraseFiles(gallery, person);
  if (!isThere) remains.push(`gallery ${gallery} not found; run forget again when it is available`);
  steps.withhold();
  // A broker that does not answer must not hold up the rest.
  const takingBack = attempt(
    `the broker may still retain topics of ${person}; run forget again when it is available`,
    () => steps.takeBackTopics(AbortSignal.timeout(BROKER_MS)),
    0,
  );
  const letGo = await attempt('the engine cannot remove the person', steps.letGo, null);
  const nothing: Erased = { events: 0, mentions: 0, deadLetters: 0, seqs: [], isPartOfOtherText: false };
  const removing: Promise<{ removed: number; failed: number }>[] = [];
  const erased = await attempt(
    'cannot change the event log',
    () => steps.eraseEvents((ids) => removing.push(...ids.map(steps.removePictures))),
    nothing,
  );
  const pictures = await Promise.all(removing);
  const failed = pictures.reduce((sum, outcome) => sum + outcome.failed, 0);
  if (failed > 0) remains.push(`cannot remove ${failed} pictures in ${path.join(data, 'snapshots')}`);
  const cached = await attempt(
    'cannot write the cache of photo embeddings',
    () => whereThere(eraseCached(data, person, hasName), { photos: 0, discarded: [] }),
    { photos: 0, discarded: [] },
  );
  await attempt('cannot remove a copy of the event log', async () => removeCopies(data, 0), undefined);
  const topics = await takingBack;
  const files = [
    ...cached.discarded,
    ...(await attempt('cannot remove a damaged event log', () => removeSetAside(data, hasName), [])),
  ];
  const isExcused = (name: string) => erased.isPartOfOtherText && path.basename(name).startsWith(LOG_FILE);
  for (const name of await attempt('cannot read the data folder', () => filesIn(data), []))
    if (!isExcused(name) && (await hasName(path.join(data, name))))
      remains.push(`${path.join(data, name)} contains the name`);
  const notes = (isThere ? await mentionsIn(gallery, person) : []).map(
    (name) => `${path.join(gallery, name)} mentions ${person}; edit it if you want the name removed`,
  );
  if (erased.isPartOfOtherText)
    notes.push(
      `"${person}" is also part of other text in the event log, such as a longer name or a camera's id`,
    );
  for (const { id, people } of webhooks)
    if (people.some((one) => isSamePerson(one, person)))
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
    waiting: [],
    files,
    remains,
    notes,
  };
}

/** Erases a person in every spelling of the name, one after the other. @param forget erases one @returns all that was erased */
export async function forgetSpellings(
  person: string,
  { gallery }: Pick<Config, 'gallery'>,
  forget: (spelling: string) => Promise<ForgetReport>,
): Promise<ForgetReport> {
  const [, ...others] = await spellingsIn(gallery.folder, person);
  const report = await forget(person);
  for (const spelling of others) {
    for (const [key, value] of Object.entries(await forget(spelling)) as [keyof ForgetReport, unknown][]) {
      const sum = report[key];
      if (Array.isArray(sum) && Array.isArray(value))
        Object.assign(report, { [key]: [...new Set([...sum, ...value])] });
      if (typeof sum === 'number' && typeof value === 'number') Object.assign(report, { [key]: sum + value });
    }
  }
  return report;
}

/** Whether nothing was found to erase. */
export function isNothingKnown({ photos, files, remains, waiting, ...counts }: ForgetReport): boolean {
  const { embeddings, events, mentions, deadLetters, pictures, topics } = counts;
  const sum = embeddings + events + mentions + deadLetters + pictures + topics;
  return sum + photos.length + files.length + remains.length - waiting.length === 0;
}

/** A name as files may contain it: composed and decomposed UTF-8, and V8's own string forms. JSON escapes nothing in a name. */
function formsOf(person: string): Buffer[] {
  const latin1 = Buffer.from(person, 'latin1');
  return [
    Buffer.from(person),
    Buffer.from(person.normalize('NFD')),
    Buffer.from(person, 'utf16le'),
    ...(latin1.toString('latin1') === person ? [latin1] : []),
  ];
}

/** Removes damaged logs set aside earlier if they contain the name, since they cannot be edited. @returns their names */
async function removeSetAside(data: string, hasName: (file: string) => Promise<boolean>): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await filesIn(data)) {
    const file = path.join(data, name);
    if (!name.startsWith(SET_ASIDE) || !(await hasName(file))) continue;
    await rm(file, { force: true });
    removed.push(name);
  }
  return removed;
}

/**
 * Names of the files to search. Log files are skipped, caches are cleaned entry by entry, and the event log has been searched
 * already: a process that opens and closes it again would lose its lock on it.
 */
async function filesIn(data: string): Promise<string[]> {
  const inside = async (folder: string) => {
    const entries = await whereThere(readdir(path.join(data, folder), { withFileTypes: true }), []);
    return entries
      .filter((entry) => entry.isFile() && entry.name !== LOG_FILE && !/\.(log|cache)$/.test(entry.name))
      .map(({ name }) => path.join(folder, name));
  };
  return [...(await inside('')), ...(await inside(CLUSTER_FOLDER))];
}

async function whereThere<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return otherwise;
    throw error;
  }
}
