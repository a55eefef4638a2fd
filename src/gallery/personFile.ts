import path from 'node:path';
import { type Document, isMap, isScalar } from 'yaml';
import { SpotterError } from '../core/errors.js';
import { isSamePerson } from '../core/personName.js';
import { parseYaml } from '../core/yamlFaults.js';
import { whyUnwritable } from './edit.js';
import { localFiles } from './files.js';
import { listGallery } from './folder.js';
import { decodePerson, type PersonSettings, type PersonText, parsePerson, readPersonText } from './person.js';
import { personFolder } from './personFolder.js';
import { removeLeftovers, writeWhole } from './wholeFiles.js';

/** Settings to change; null removes one. */
export type SettingsChange = { [K in keyof PersonSettings]?: PersonSettings[K] | null | undefined };

const FILE = 'person.yaml';
const HEAD = '# Settings of this person; see docs/gallery.md.\n';

/**
 * Changes the settings of a person in their person.yaml, which is made when there is none. Comments, order and permissions stay.
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
  const before: PersonText = known ? await readPersonText(known, localFiles) : { ok: true, text: HEAD };
  if (!before.ok) throw invalid(before.faults);
  const name = known?.name ?? `${person}/${FILE}`;
  try {
    const file = path.join(await personFolder(root, path.dirname(name)), path.basename(name));
    const text = changed(name, before.text, change);
    if (text === before.text && known) return;
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
  if (syntax.length > 0) throw invalid(faultsOf(name, before));
  if (isScalar(document.contents) && document.contents.value === null) document.contents = null;
  if (document.contents !== null && !isMap(document.contents)) throw invalid(faultsOf(name, before));
  for (const [key, value] of Object.entries(change))
    if (value === null) document.contents?.delete(key);
    else if (value !== undefined) document.set(key, value);
  // A file without any setting would be an empty mapping, which is written as {}.
  const isEmpty = !isMap(document.contents) || document.contents.items.length === 0;
  if (isEmpty) document.set('notify', true);
  const text = textOf(name, document);
  const faults = faultsOf(name, text);
  if (faults.length > 0) throw invalid(faults);
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

/** What the next reading of a text would report. */
function faultsOf(name: string, text: string): string[] {
  const read = decodePerson(name, Buffer.from(text));
  const parsed = read.ok ? parsePerson(name, read.text) : read;
  return parsed.ok ? [] : parsed.faults;
}

function invalid(faults: readonly string[]): SpotterError {
  return new SpotterError('usage', faults.join('; '));
}
