import type { Config } from '../config/schema.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { nearestOf } from '../core/nearest.js';
import { plural } from '../core/plural.js';
import { peopleOf, personName } from '../gallery/edit.js';
import { eraseFiles } from '../gallery/erasure.js';
import { forgetOffline } from '../supervisor/forgetOffline.js';
import { type ForgetReport, isNothingKnown } from '../supervisor/forgetPerson.js';
import type { Context } from './context.js';
import { askDaemon } from './daemonClient.js';
import { configOf } from './options.js';
import { printError, printJson, printLine } from './print.js';
import type { GalleryOptions } from './readGallery.js';

const NOT_THE_BROKER = CONNECTIONS.filter((section) => section !== 'mqtt');

/** Erases a person, whether or not the daemon runs. @returns exit code 1 when nothing was found or something remains */
export async function forget({ signal }: Context, name: string, options: GalleryOptions): Promise<number> {
  const person = personName(name);
  const report = await forgetWherever(person, options, signal);
  const isUnknown = isNothingKnown(report);
  if (options.json) printJson(report);
  else print(report, isUnknown ? await peopleOf(report.gallery).catch(() => []) : null);
  return isUnknown || report.remains.length > 0 ? 1 : 0;
}

/** Works offline, which may need the login of the broker, unless a daemon holds the lock of the event log. */
async function forgetWherever(
  person: string,
  options: GalleryOptions,
  signal: AbortSignal,
): Promise<ForgetReport> {
  const { config } = configOf(options, CONNECTIONS);
  try {
    return await forgetOffline(person, configOf(options, NOT_THE_BROKER).config);
  } catch (error) {
    if (!(error instanceof SpotterError)) throw error;
    if (error.code !== 'log.locked' && error.code !== 'config.invalid') throw error;
    return await forgetByDaemon(person, config, signal).catch((refusal: unknown) => {
      throw error.code === 'config.invalid' ? error : refusal;
    });
  }
}

async function forgetByDaemon(person: string, config: Config, signal: AbortSignal): Promise<ForgetReport> {
  const route = `/api/v1/people/${encodeURIComponent(person)}/forget`;
  const report = (await askDaemon(config.data, 'POST', route, signal)) as ForgetReport;
  if (report.gallery === config.gallery.folder) return report;
  // The command line names another gallery than the daemon's configuration.
  const { removed } = await eraseFiles(config.gallery.folder, person);
  return { ...report, gallery: config.gallery.folder, photos: [...report.photos, ...removed] };
}

/** @param people who may have been meant when nothing was found */
function print(report: ForgetReport, people: readonly string[] | null): void {
  const isUnknown = people !== null;
  const { person, photos, remains, notes, files } = report;
  if (people) {
    const guess = nearestOf(person, people);
    printLine(`nothing found for ${person}${guess === null ? '' : `; did you mean "${guess}"?`}`);
  }
  for (const file of photos) printLine(`${file} removed`);
  for (const file of files) printLine(`${file} removed (contained the name)`);
  const counts: [number, one: string, several?: string][] = [
    [report.embeddings, 'embedding'],
    [report.events, 'event'],
    [report.mentions, 'mention in another event', 'mentions in other events'],
    [report.deadLetters, 'dead letter'],
    [report.pictures, 'picture'],
    [report.topics, 'MQTT topic'],
  ];
  const erased = counts.filter(([count]) => count > 0).map((each) => plural(...each));
  if (erased.length > 0) printLine(`erased: ${erased.join(', ')}`);
  for (const note of notes) printError(`note: ${note}`);
  for (const sentence of remains) printError(`not erased: ${sentence}`);
  if (!isUnknown && remains.length === 0) printLine(`${person} has been forgotten`);
}
