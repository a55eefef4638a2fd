import { statSync } from 'node:fs';
import { SpotterError } from '../core/errors.js';
import { megabytes } from '../core/megabytes.js';
import { programCall } from '../core/programCall.js';
import type { ModelEntry } from '../models/catalogueEntry.js';
import { candidates, findModel, isIncluded, requireModel, staleReason } from '../models/install.js';
import { isVariant } from '../models/variant.js';
import type { Context } from './context.js';
import { modelsPlace } from './modelsPlace.js';
import type { CommonOptions } from './options.js';
import { printJson, printLines, printProse } from './print.js';
import { runningModels, runningText } from './runningModels.js';
import { leftTable } from './table.js';

/** Options of the commands in `spotter models`. */
export interface ModelsOptions extends CommonOptions {
  json?: boolean;
}

/** `spotter models list`: the catalogue, which models are installed, which are in use, and what a running daemon runs them on. */
export async function list({ signal }: Context, options: ModelsOptions): Promise<number> {
  const place = modelsPlace(options);
  const { entries, folders, distribution } = place;
  const { detector, embedder, data } = place.loaded.config;
  const running = await runningModels(data, signal);
  const stale = await Promise.all(entries.map((entry) => staleReason(entry, place, folders)));
  const rows = entries.map((entry, index) => ({
    id: entry.id,
    kind: entry.kind,
    installed: findModel(entry, folders)?.path ?? null,
    inUse: entry.id === (entry.kind === 'arcface' ? embedder : detector),
    bytes: sizeOf(entry, folders),
    licence: 'licence' in entry ? entry.licence : null,
    about: 'about' in entry ? entry.about : 'declared in the configuration',
    measured: 'measured' in entry ? entry.measured : null,
    files: candidates(entry),
    ...(entry.kind === 'arcface' && {
      embedding: entry.embedding,
      threshold: entry.threshold,
      margin: entry.margin,
    }),
    ...(isVariant(entry) && { madeFrom: entry.variant.from.id, speed: entry.variant.speed }),
    stale: stale[index],
  }));
  if (options.json) {
    printJson({ folders, models: rows, unusable: place.unusable, packs: distribution.packs, running });
    return 0;
  }
  const cells = rows.map((row) => [
    row.id,
    row.kind,
    row.bytes === null ? '?' : megabytes(row.bytes),
    row.installed === null ? '-' : row.stale !== null ? 'stale' : row.inUse ? 'in use' : 'installed',
    row.licence ?? 'declared',
  ]);
  printLines(leftTable([['id', 'kind', 'size', 'state', 'licence'], ...cells]));
  const packs = Object.entries(distribution.packs).map(
    ([name, pack]) => `${name} (${pack.detector} + ${pack.embedder})`,
  );
  const remarks = rows.flatMap((row) => {
    if (row.stale !== null) return [row.stale];
    return row.madeFrom === undefined ? [] : [`${row.id}: ${row.about}`];
  });
  printProse([
    '',
    ...remarks,
    ...(running === null ? [] : [`the daemon runs ${running.map(runningText).join(' and ')}`]),
    ...place.unusable.map(({ why }) => why),
    `packs: ${packs.join(', ')}`,
    `"${programCall()} models pull ID" puts models into ${folders[0]}`,
  ]);
  return 0;
}

/** Size of the installed file, else that of the file to pull, in bytes; null when it is not known. */
function sizeOf(entry: ModelEntry, folders: readonly string[]): number | null {
  const found = findModel(entry, folders);
  if (found) return statSync(found.path, { throwIfNoEntry: false })?.size ?? null;
  return candidates(entry)[0].bytes;
}

/** `spotter models verify`: checks the SHA-256 of every installed model, and whether all that come with spotter are there. @returns 1 if one is wrong */
export async function verify(_context: Context, options: ModelsOptions): Promise<number> {
  const { entries, landmarks, folders, unusable } = modelsPlace(options);
  const rows: { id: string; path: string | null; ok: boolean; message: string }[] = [];
  for (const entry of [...entries, landmarks]) {
    const found = findModel(entry, folders);
    if (!found && !isIncluded(entry)) continue;
    const message = await requireModel(entry, folders).then(
      ({ checked: { sha256 } }) =>
        found?.sha256 === null ? `no SHA-256 declared; it is ${sha256}` : 'intact',
      (error: unknown) => {
        if (error instanceof SpotterError) return error;
        throw error;
      },
    );
    const ok = typeof message === 'string';
    rows.push({ id: entry.id, path: found?.path ?? null, ok, message: ok ? message : message.message });
  }
  for (const { id, why, files } of unusable) rows.push({ id, path: files[0], ok: false, message: why });
  const width = Math.max(...rows.map(({ id }) => id.length));
  if (options.json) printJson({ folders, models: rows });
  else
    for (const { id, path, ok, message } of rows)
      printProse([`${ok ? 'ok ' : 'BAD'} ${id.padEnd(width)} ${ok ? `${path}: ` : ''}${message}`]);
  return rows.every(({ ok }) => ok) ? 0 : 1;
}
