import { z } from 'zod';
import { describeError } from '../core/errors.js';
import { PLAIN_TEXT, READABLE } from '../core/readableText.js';
import { faultsOf, type SchemaNode } from '../core/schemaFaults.js';
import { faultLines, parseYaml, toData } from '../core/yamlFaults.js';
import { CANNOT_BE_READ, type Files } from './files.js';
import type { GalleryFile } from './folder.js';

/** The settings in gallery/<person>/person.yaml. */
export interface PersonSettings {
  displayName: string | null;
  /** Cosine similarity from which a face is this person, -1..1; null: the camera's, else the configuration's. */
  threshold: number | null;
  /** false: events of this person never have `notify` set. */
  notify: boolean;
  note: string | null;
  /** ISO 8601 date of the last day on which anybody is matched with this person; null: no limit. */
  validUntil: string | null;
}

const MAX_BYTES = 64 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const text = (most: number) =>
  z.string().max(most, `must have at most ${most} characters`).nullable().default(null);

const schema = z.strictObject({
  displayName: text(100)
    .refine(...READABLE)
    .describe('Name in events; the name of the folder stays the key.'),
  threshold: z
    .number()
    .min(-1)
    .max(1)
    .nullable()
    .default(null)
    .describe('Cosine similarity from which a face is this person, -1..1.'),
  notify: z.boolean().default(true).describe('false: events of this person never notify.'),
  note: text(1000)
    .refine(...PLAIN_TEXT)
    .describe('For readers of the file; not in events.'),
  validUntil: z.iso
    .date({ error: 'must be a date such as 2026-12-31' })
    .nullable()
    .default(null)
    .describe('Last day on which anybody is matched with this person.'),
});

/** The content of a person.yaml, or one sentence per fault, with file, line and column. */
export type PersonFile = { ok: true; settings: PersonSettings } | { ok: false; faults: string[] };

/** The text of a person.yaml, or why it is not read, one sentence with the name of the file. */
export type PersonText = { ok: true; text: string } | { ok: false; faults: string[] };

/** Reads a person.yaml. Never rejects. */
export async function readPerson(file: GalleryFile, files: Pick<Files, 'readFile'>): Promise<PersonFile> {
  const read = await readPersonText(file, files);
  return read.ok ? parsePerson(file.name, read.text) : read;
}

/** Reads the text of a person.yaml. Never rejects. */
export async function readPersonText(file: GalleryFile, files: Pick<Files, 'readFile'>): Promise<PersonText> {
  const { name } = file;
  const fail = (why: string): PersonText => ({ ok: false, faults: [`${name}: ${why}`] });
  if (file.refused) return fail(file.refused.message);
  if (!/\.yaml$/.test(name)) return fail('is not read; rename it to end in .yaml, in lower case');
  if (file.mark && file.mark.size > MAX_BYTES) return tooLarge(name);
  const bytes = await files.readFile(file.path).catch(() => null);
  // The file may have grown since it was listed.
  return bytes === null ? fail(CANNOT_BE_READ) : decodePerson(name, bytes);
}

/** The text of the bytes of a person.yaml. @param name of the file, for the fault */
export function decodePerson(name: string, bytes: Uint8Array): PersonText {
  if (bytes.length > MAX_BYTES) return tooLarge(name);
  try {
    return { ok: true, text: UTF8.decode(bytes) };
  } catch {
    return { ok: false, faults: [`${name}: is not UTF-8 text`] };
  }
}

function tooLarge(name: string): PersonText {
  return { ok: false, faults: [`${name}: is larger than 64 KiB; remove what is not a setting`] };
}

/** Parses a person.yaml. @param name of the file, for the faults */
export function parsePerson(name: string, content: string): PersonFile {
  const { document, lines, syntax } = parseYaml(content);
  if (syntax.length > 0) return { ok: false, faults: faultLines(name, syntax, lines) };
  let data: unknown;
  try {
    data = toData(document);
  } catch (error) {
    return { ok: false, faults: [`${name}: ${describeError(error)}`] };
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return { ok: true, settings: parsed.data };
  const faults = faultsOf(parsed.error.issues, document, () => z.toJSONSchema(schema) as SchemaNode);
  return { ok: false, faults: faultLines(name, faults, lines) };
}

/** Whether a person's last day is over. @param today ISO 8601 date in local time */
export function isExpired({ validUntil }: PersonSettings, today: string): boolean {
  return validUntil !== null && validUntil < today;
}

/** The local date as ISO 8601, such as 2026-12-31. */
export function dateOf(moment: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}
