import { existsSync, readdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { cpuKind, overflows } from '../core/cpuKind.js';
import { programCall } from '../core/programCall.js';
import { regularFileText } from '../core/regularFile.js';
import type { DeclaredModel, InstallableEntry, ModelEntry } from './catalogueEntry.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const variantRecord = z.object({
  id: z.string(),
  /** Name of the model's file, beside this record. */
  file: z.string().refine((name) => path.basename(name) === name && name !== '.' && name !== '..'),
  sha256,
  /** The float model it was made from. */
  from: z.object({ id: z.string(), sha256 }),
  /** Version of spotter. */
  tool: z.string(),
  madeAt: z.string(),
  /** The processor that it was made and measured on. */
  cpu: z.object({ model: z.string(), arch: z.string(), vnni: z.boolean() }),
  /** Whether its weights suit processors on which products of bytes overflow. */
  reduceRange: z.boolean(),
  layers: z.object({ all: z.number(), quantized: z.number() }),
  /** How it compares with the float model, by figures that depend on the kind. */
  fidelity: z.record(z.string(), z.unknown()),
  /** One run on one thread of that processor, ms. */
  speed: z.object({ floatMs: z.number().positive(), int8Ms: z.number().positive() }),
});

/** What is known of a model that was made from another one on this machine. Written as JSON beside its file. */
export type VariantRecord = z.infer<typeof variantRecord>;

/** A model made from another one: used like that one, from a file of its own. */
export type VariantEntry = DeclaredModel & {
  about: string;
  licence: string | null;
  variant: VariantRecord;
};

/** The id of the whole-number variant of a model. */
export function int8Id(id: string): string {
  return `${id}-int8`;
}

/** A record that makes no variant: damaged, of another version of spotter, or of a model that is not known. */
export interface UnusableVariant {
  id: string;
  /** What is wrong and what to do, as a sentence. */
  why: string;
  /** The record, and the file of the model if that is there. */
  files: string[];
}

/** The variants in the folders, and the records that make none. Of several with one id the first that can be used is. */
export function readVariants(
  entries: readonly ModelEntry[],
  folders: readonly string[],
): { usable: VariantEntry[]; unusable: UnusableVariant[] } {
  const usable = new Map<string, VariantEntry>();
  const unusable = new Map<string, UnusableVariant>();
  for (const folder of folders) {
    for (const id of idsIn(folder)) {
      const record = readRecord(folder, id);
      const float = entries.find((entry) => entry.id === record?.from.id);
      if (record && float) {
        if (!usable.has(id)) usable.set(id, entryOf(record, float, folder));
      } else if (!unusable.has(id)) unusable.set(id, unusableIn(folder, id, record));
    }
  }
  return {
    usable: [...usable.values()],
    unusable: [...unusable.values()].filter(({ id }) => !usable.has(id)),
  };
}

/** @param record null: it cannot be read */
function unusableIn(folder: string, id: string, record: VariantRecord | null): UnusableVariant {
  const file = recordFile(folder, id);
  const why = record
    ? `model "${id}" was made from "${record.from.id}", which is not known any more; declare that again, or remove this with ${removal(id)}`
    : `model "${id}": ${file} is damaged or of another version of spotter; ${remaking(id.replace(/-int8$/, ''))}, or remove it with ${removal(id)}`;
  return { id, why, files: [path.join(folder, `${id}.onnx`), file].filter((one) => existsSync(one)) };
}

function remaking(float: string): string {
  return `make it again with "${programCall()} models quantize ${float} --calibrate PATH"`;
}

function removal(id: string): string {
  return `"${programCall()} models remove ${id}"`;
}

/** What to do about a variant whose file is missing or damaged. */
export function variantRemedy({ variant: { from } }: VariantEntry): string {
  return remaking(from.id);
}

/** Whether a model was made from another one. */
export function isVariant(entry: InstallableEntry): entry is VariantEntry {
  return 'variant' in entry;
}

/**
 * Why a variant must not be used, as a sentence; null if it may.
 *
 * @param float SHA-256 of the installed file of the model it was made from; null when that is not installed
 */
export function whyStale({ id, from, reduceRange }: VariantRecord, float: string | null): string | null {
  const again = remaking(from.id);
  if (float !== null && float !== from.sha256)
    return `model "${id}" was made from another file of ${from.id} (SHA-256 ${from.sha256.slice(0, 12)}…) than the one installed (${float.slice(0, 12)}…); ${again}`;
  if (!reduceRange && overflows(cpuKind()))
    return `model "${id}" was made for a processor with VNNI, which this one lacks: its sums would overflow; ${again}`;
  return null;
}

/**
 * Puts a made model and its record into a folder, in place of an earlier one.
 *
 * @param made the file, on the same file system
 * @throws the system error
 */
export async function installVariant(made: string, folder: string, record: VariantRecord): Promise<string> {
  const target = path.join(folder, record.file);
  const written = `${made}.json`;
  await writeFile(written, `${JSON.stringify(record, null, 2)}\n`);
  await rename(made, target);
  await rename(written, recordFile(folder, record.id));
  return target;
}

/** The files of a made model: the model, if it is there, and its record, which is to be removed last. */
export function variantFiles({ variant, file }: Pick<VariantEntry, 'variant' | 'file'>): string[] {
  return [file, recordFile(path.dirname(file), variant.id)].filter((one) => existsSync(one));
}

const RECORD = '.variant.json';

function recordFile(folder: string, id: string): string {
  return path.join(folder, `${id}${RECORD}`);
}

function idsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(RECORD));
    return names.map((name) => name.slice(0, -RECORD.length)).sort();
  } catch {
    return [];
  }
}

/** null: damaged, or of another version. */
function readRecord(folder: string, id: string): VariantRecord | null {
  try {
    const record = variantRecord.parse(JSON.parse(regularFileText(recordFile(folder, id))));
    return record.id === id ? record : null;
  } catch {
    return null;
  }
}

function entryOf(record: VariantRecord, float: ModelEntry, folder: string): VariantEntry {
  const { id, file, sha256: hash, from, cpu, speed } = record;
  const { files: _, measured: __, ...same } = { files: null, measured: null, ...float };
  const times = (speed.floatMs / speed.int8Ms).toFixed(1);
  return {
    ...(same as DeclaredModel),
    id,
    file: path.join(folder, file),
    sha256: hash,
    // It was compared with the float model when it was made.
    trial: false,
    about: `${from.id} in whole numbers, ${times} times as quick on ${cpu.model}`,
    licence: 'licence' in float ? float.licence : null,
    variant: record,
  };
}
