import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Document, isMap, isScalar } from 'yaml';
import { hasErrno, SpotterError } from '../core/errors.js';
import { isSamePerson } from '../core/personName.js';
import { parseYaml } from '../core/yamlFaults.js';
import { whyUnwritable } from './edit.js';
import { listGallery } from './folder.js';
import { type PersonSettings, parsePerson } from './person.js';
import { personFolder } from './personFolder.js';
import { removeLeftovers, writeWhole } from './wholeFiles.js';

/** Settings to change; null removes one. */
export type SettingsChange = { [K in keyof PersonSettings]?: PersonSettings[K] | null | undefined };

const FILE = 'person.yaml';
const HEAD = '# Settings of this person; see docs/gallery.md.\n';

/**
 * Changes the settings of a person in their person.yaml, which is made when there is none. Comments and order stay.
 *
 * @param folder the gallery
 * @param person as the gallery spells the name, or for a new person
 * @throws SpotterError usage when a value is not valid, or the file is not and must be corrected by hand; gallery.not_found,
 *   gallery.unwritable
 */
export async function changeSettings(folder: string, person: string, change: SettingsChange): Promise<void> {
  const { root, settings } = await listGallery(folder);
  await removeLeftovers(root);
  const own = settings.filter((file) => isSamePerson(file.person, person));
  const known = own.find(({ name }) => name.includes('/')) ?? own[0];
  const refused = known?.refused?.message;
  if (refused !== undefined) throw new SpotterError('usage', `${known?.name} ${refused}`);
  const name = known?.name ?? `${person}/${FILE}`;
  try {
    const file = path.join(await personFolder(root, path.dirname(name)), path.basename(name));
    const before = await readFile(file, 'utf8').catch((error: unknown) => {
      if (hasErrno(error, 'ENOENT')) return HEAD;
      throw error;
    });
    const text = changed(name, before, change);
    if (text === before && known) return;
    await writeWhole(file, text);
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    throw new SpotterError('gallery.unwritable', `cannot write ${name} in ${root}: ${whyUnwritable(cause)}`, {
      cause,
    });
  }
}

/** @throws SpotterError usage */
function changed(name: string, before: string, change: SettingsChange): string {
  const { document, syntax } = parseYaml(before);
  if (syntax.length > 0) throw invalid(name, parsePerson(name, before));
  if (isScalar(document.contents) && document.contents.value === null) document.contents = null;
  if (document.contents !== null && !isMap(document.contents)) throw invalid(name, parsePerson(name, before));
  for (const [key, value] of Object.entries(change))
    if (value === null) document.delete(key);
    else if (value !== undefined) document.set(key, value);
  // A file without any setting would be an empty mapping, which is written as {}.
  const isEmpty = !isMap(document.contents) || document.contents.items.length === 0;
  if (isEmpty) document.set('notify', true);
  const text = textOf(name, document);
  const parsed = parsePerson(name, text);
  if (!parsed.ok) throw invalid(name, parsed);
  return text;
}

/** @throws SpotterError usage where another value refers to one that is removed */
function textOf(name: string, document: Document): string {
  try {
    return document.toString({ lineWidth: 0 });
  } catch (cause) {
    const fault = `${name} refers by *NAME to the value that goes; write the value out there, and try again`;
    throw new SpotterError('usage', fault, { cause });
  }
}

function invalid(name: string, parsed: ReturnType<typeof parsePerson>): SpotterError {
  const faults = parsed.ok ? [`${name} cannot be changed; correct it by hand`] : parsed.faults;
  return new SpotterError('usage', faults.join('; '));
}
