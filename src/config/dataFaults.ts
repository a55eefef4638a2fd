import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Document } from 'yaml';
import { liesIn } from '../core/folders.js';
import { type Fault, offsetOf } from '../core/yamlFaults.js';
import type { Config } from './schema.js';

/**
 * A data folder that is the gallery or lies in it: spotter's own pictures of strangers would become photos of people.
 *
 * @param folder base of relative paths
 */
export function dataFaults({ data, gallery }: Config, document: Document, folder: string): Fault[] {
  const [own, photos] = [data, gallery.folder].map((one) => real(path.resolve(folder, one)));
  if (!liesIn(photos, own)) return [];
  const message = `${data} is the gallery or lies in it, so that spotter's own pictures would become photos of people; give a folder elsewhere`;
  // With the default of data, what was written is the gallery.
  const offset = offsetOf(document, ['data']) ?? offsetOf(document, ['gallery']) ?? 0;
  return [{ offset, path: 'data', message }];
}

/** The place of a folder that may not be there yet, without links. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : path.join(real(parent), path.basename(folder));
  }
}
