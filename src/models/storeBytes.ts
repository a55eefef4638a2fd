import type { Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { PartialFile } from './partialFile.js';
import { storageFault } from './storageFault.js';

/** How bytes are stored. */
export interface StoreOptions {
  /** Index of the first byte; the earlier ones are there. */
  start: number;
  /** Takes every byte. */
  hash: Hash;
  /** Bytes that the file may have. */
  most: number;
  /** The error for more than that; what was stored is then gone. */
  tooMuch: () => Error;
  /** Called with the size that is reached. */
  onSize: (bytes: number) => void;
}

/**
 * Writes bytes into a partial file, up to the disk.
 *
 * @returns the size of the file
 * @throws SpotterError model.unwritable; what reading the bytes throws
 */
export async function storeBytes(
  bytes: AsyncIterable<Buffer>,
  part: PartialFile,
  { start, hash, most, tooMuch, onSize }: StoreOptions,
): Promise<number> {
  const onStorage = (cause: unknown) => {
    throw storageFault(part.bytes, cause);
  };
  const output = await open(part.bytes, start === 0 ? 'w' : 'a').catch(onStorage);
  let size = start;
  try {
    onSize(size);
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > most) {
        part.restart(null);
        throw tooMuch();
      }
      hash.update(chunk);
      await output.writeFile(chunk).catch(onStorage);
      onSize(size);
    }
    await output.sync().catch(onStorage);
  } finally {
    await output.close().catch(onStorage);
  }
  return size;
}
