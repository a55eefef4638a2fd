import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { externalPlace, fieldsIn, type Message, MODEL, PLACES, RAW_DATA_TAG } from '../core/onnxWire.js';
import type { DataFile, ModelSpec } from './protocol.js';

/**
 * What a network is loaded from: its file, or the bytes of a model with weights in other files, which are then part of it. onnxruntime
 * would keep those files mapped: whatever is written to one later would change the network that runs, or end the process.
 *
 * @throws SpotterError model.hash_mismatch when a file has changed since it was verified
 */
export async function modelSource({ id, data, ...model }: ModelSpec): Promise<string | Uint8Array> {
  if (data.length === 0) return model.path;
  const weights = new Map<string, Buffer>();
  for (const file of data) weights.set(file.path, await readVerified(id, file));
  const folder = path.dirname(model.path);
  const parts = withWeights(await readVerified(id, model), MODEL, (place) => {
    const file = weights.get(path.resolve(folder, place.get('location') ?? '')) ?? Buffer.alloc(0);
    const start = Number(place.get('offset') ?? 0);
    return file.subarray(start, start + Number(place.get('length') ?? file.length));
  });
  return Buffer.concat(parts);
}

async function readVerified(id: string, { path: file, checked }: DataFile): Promise<Buffer> {
  const bytes = await readFile(file).catch(() => null);
  if (bytes && createHash('sha256').update(bytes).digest('hex') === checked.sha256) return bytes;
  throw swapped(id, file);
}

/** A file of a model is not the one that was verified. */
export function swapped(id: string, file: string): SpotterError {
  return new SpotterError(
    'model.hash_mismatch',
    `model "${id}": ${file} has changed since its SHA-256 was verified; find out who replaces it, and start again`,
  );
}

/** A message with the values of its tensors in it, as parts to be joined. */
function withWeights(
  bytes: Buffer,
  message: Message | 'tensor',
  valuesAt: (place: ReadonlyMap<string, string>) => Buffer,
): Buffer[] {
  const byteAt = (at: number) => bytes[at];
  const fields = [...fieldsIn(byteAt, 0, bytes.length)];
  if (message === 'tensor') {
    const place = externalPlace(byteAt, 0, bytes.length);
    if (!place) return [bytes];
    const kept = fields.filter(({ number }) => !PLACES.has(number));
    const values = valuesAt(place);
    return [
      ...kept.map(({ start, next }) => bytes.subarray(start, next)),
      Buffer.from([RAW_DATA_TAG, ...varint(values.length)]),
      values,
    ];
  }
  return fields.flatMap(({ number, start, from, to, next }) => {
    const inner = message[number];
    if (to === null || inner === undefined) return [bytes.subarray(start, next)];
    const parts = withWeights(bytes.subarray(from, to), inner, valuesAt);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return [Buffer.from([...varint(number * 8 + 2), ...varint(length)]), ...parts];
  });
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
