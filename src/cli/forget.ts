import type { Config } from '../config/schema.js';
import { describeError, SpotterError } from '../core/errors.js';
import { personName } from '../gallery/edit.js';
import { eraseFiles } from '../gallery/erasure.js';
import { readControl } from '../supervisor/controlFile.js';
import { forgetOffline } from '../supervisor/forgetOffline.js';
import { type ForgetReport, isNothingKnown } from '../supervisor/forgetPerson.js';
import type { Context } from './context.js';
import type { GalleryOptions } from './galleryList.js';
import { configOf } from './options.js';
import { printJson } from './print.js';

/** Forgets a person, whether the daemon runs or not. @returns 1 when nothing was known of them, or something is left */
export async function forget({ signal }: Context, name: string, options: GalleryOptions): Promise<number> {
  const person = personName(name);
  const { config } = configOf(options);
  const report = await forgetWherever(person, config, signal);
  const isUnknown = isNothingKnown(report);
  if (options.json) printJson(report);
  else print(report, isUnknown);
  return isUnknown || report.remains.length > 0 ? 1 : 0;
}

/** The lock of the event log says whether a daemon runs. */
async function forgetWherever(person: string, config: Config, signal: AbortSignal): Promise<ForgetReport> {
  try {
    return await forgetOffline(person, config);
  } catch (error) {
    if (!(error instanceof SpotterError) || error.code !== 'log.locked') throw error;
  }
  const report = await askDaemon(person, config.data, signal);
  if (report.gallery === config.gallery) return report;
  // The command line names another gallery than the daemon's configuration.
  const { removed } = await eraseFiles(config.gallery, person);
  return { ...report, gallery: config.gallery, photos: [...report.photos, ...removed] };
}

async function askDaemon(person: string, data: string, signal: AbortSignal): Promise<ForgetReport> {
  const refused = (why: string) =>
    new SpotterError(
      'log.locked',
      `a daemon has the data folder ${data}, ${why}; stop it, then forget again`,
    );
  const control = readControl(data);
  if (!control) throw refused('and control.json there does not say how to reach it');
  let response: Response;
  try {
    response = await fetch(`${control.address}/api/v1/people/${encodeURIComponent(person)}/forget`, {
      method: 'POST',
      headers: { authorization: `Bearer ${control.token}` },
      signal,
    });
  } catch (cause) {
    throw refused(`and it does not answer at ${control.address} (${describeError(cause)})`);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as ForgetReport;
  const { error = `status ${response.status}` } = (answer ?? {}) as { error?: string };
  if (response.status === 409) throw new SpotterError('gallery.unwritable', error);
  throw refused(`and what listens at ${control.address} refuses (${error})`);
}

function print(report: ForgetReport, isUnknown: boolean): void {
  const { person, photos, remains, notes, files } = report;
  if (isUnknown) process.stdout.write(`nothing is known of ${person}\n`);
  for (const file of photos) process.stdout.write(`${file} removed\n`);
  for (const file of files) process.stdout.write(`${file} removed, the name was in it\n`);
  const counts: [number, string][] = [
    [report.embeddings, 'embeddings'],
    [report.events, 'events'],
    [report.mentions, 'mentions in events of others'],
    [report.deadLetters, 'dead letters'],
    [report.pictures, 'pictures'],
    [report.topics, 'MQTT topics'],
  ];
  const erased = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (erased.length > 0) process.stdout.write(`erased: ${erased.join(', ')}\n`);
  for (const note of notes) process.stderr.write(`spotter: note: ${note}\n`);
  for (const sentence of remains) process.stderr.write(`spotter: not forgotten: ${sentence}\n`);
  if (!isUnknown && remains.length === 0) process.stdout.write(`${person} is forgotten\n`);
}
