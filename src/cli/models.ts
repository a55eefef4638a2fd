import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { Catalogue, readCatalogue } from '../models/catalogue.js';
import type { ModelEntry } from '../models/catalogueEntry.js';
import { candidates, findModel, requireModel } from '../models/install.js';
import { modelFolders } from '../models/prepare.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf } from './options.js';
import { printJson, printLine } from './print.js';

/** Options of the commands in `spotter models`. */
export interface ModelsOptions extends CommonOptions {
  json?: boolean;
}

/** `spotter models list`: the catalogue, and which models are installed. */
export async function list(_context: Context, options: ModelsOptions): Promise<number> {
  const { entries, folders } = catalogueOf(options);
  const rows = entries.map((entry) => ({
    id: entry.id,
    kind: entry.kind,
    installed: findModel(entry, folders)?.path ?? null,
    licence: 'licence' in entry ? entry.licence : null,
    about: 'about' in entry ? entry.about : 'declared in the configuration',
    measured: 'measured' in entry ? entry.measured : null,
    files: candidates(entry),
    ...(entry.kind === 'arcface' && {
      embedding: entry.embedding,
      threshold: entry.threshold,
      margin: entry.margin,
    }),
  }));
  if (options.json) printJson({ folders, models: rows });
  else {
    for (const row of rows) {
      const where = row.installed ?? `not installed (${row.files[0].file})`;
      printLine(`${row.id.padEnd(14)} ${row.kind.padEnd(8)} ${where}`);
      printLine(`${' '.repeat(24)}${row.about}${row.licence ? `; ${row.licence}` : ''}`);
    }
  }
  return 0;
}

/** `spotter models verify`: checks the SHA-256 of every installed model. @returns 1 if one is wrong */
export async function verify(_context: Context, options: ModelsOptions): Promise<number> {
  const { entries, folders } = catalogueOf(options);
  const rows: { id: string; path: string; ok: boolean; message: string }[] = [];
  for (const entry of entries) {
    const found = findModel(entry, folders);
    if (!found) continue;
    const message = await requireModel(entry, folders).then(
      ({ sha256 }) => (found.sha256 === null ? `no SHA-256 declared; it is ${sha256}` : 'intact'),
      (error: unknown) => {
        if (error instanceof SpotterError) return error;
        throw error;
      },
    );
    const ok = typeof message === 'string';
    rows.push({ id: entry.id, path: found.path, ok, message: ok ? message : message.message });
  }
  if (options.json) printJson({ folders, models: rows });
  else
    for (const { id, path, ok, message } of rows)
      printLine(`${ok ? 'ok ' : 'BAD'} ${id.padEnd(14)} ${ok ? `${path}: ` : ''}${message}`);
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

function catalogueOf(options: ModelsOptions): { entries: readonly ModelEntry[]; folders: string[] } {
  const { config } = configOf(options, CONNECTIONS);
  const folders = modelFolders(config, options.models);
  const { entries } = new Catalogue(readCatalogue(), config.models.declared, folders);
  return { entries, folders };
}
