import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { SpotterError } from '../core/errors.js';
import { megabytes } from '../core/megabytes.js';
import { readAnswer } from './answerPart.js';
import type { PartialFile } from './partialFile.js';
import type { RemoteAddress } from './remoteAddress.js';
import { Broken, downloadFault, type RemoteFiles, requestFault } from './remoteFiles.js';
import { storeBytes } from './storeBytes.js';

/** What a file must be. */
export interface Expected {
  /** Name of the file, for messages. */
  file: string;
  /** null: not known. */
  bytes: number | null;
  /** Hexadecimal; null: not known. */
  sha256: string | null;
}

/** How far a download has come. */
export interface TransferProgress {
  bytes: number;
  /** null: not known. */
  total: number | null;
}

/** What a download needs beside its address. */
export interface DownloadOptions {
  remote: RemoteFiles;
  signal: AbortSignal;
  onProgress: (progress: TransferProgress) => void;
  /** Wait before the second attempt, ms; doubles with each. Default: 1000. */
  retryMs?: number | undefined;
  /** Attempts without progress before it is given up. Default: 5. */
  attempts?: number | undefined;
}

/** A file of unknown size may not be larger. */
export const MOST_BYTES = 2 ** 30;
const ATTEMPTS = 5;
const RETRY_MS = 1000;
/** An attempt that has brought this much begins the counting anew. */
const WORTH_BYTES = 2 ** 20;

/**
 * Downloads a file, and goes on where an earlier attempt ended. Broken connections are opened again a few times.
 *
 * @param part has all of the file afterwards; what it has after an error is resumed next time
 * @throws SpotterError model.download, model.unwritable, interrupted
 */
export async function download(
  address: RemoteAddress,
  part: PartialFile,
  expected: Expected,
  options: DownloadOptions,
): Promise<void> {
  const { signal, retryMs = RETRY_MS, attempts = ATTEMPTS } = options;
  let failures = 0;
  let isAnew = false;
  for (;;) {
    const before = part.size;
    try {
      const { sha256, resumed } = await attempt(address, part, expected, options);
      if (expected.sha256 === null || sha256 === expected.sha256) return;
      part.restart(null);
      // The first half may have been of another version of the file.
      if (resumed && !isAnew) isAnew = true;
      else throw otherFile(address.shown, expected, sha256);
    } catch (error) {
      if (signal.aborted) throw interrupted(part, expected);
      if (!(error instanceof Broken)) throw error;
      failures = part.size - before >= WORTH_BYTES ? 1 : failures + 1;
      if (failures >= attempts) throw brokenOff(address, part, expected, error);
      await wait(retryMs * 2 ** (failures - 1), undefined, { signal }).catch(() => {});
      if (signal.aborted) throw interrupted(part, expected);
    }
  }
}

/** One request, or none when everything is there. @returns what the file is now, and whether a part of it was there before */
async function attempt(
  address: RemoteAddress,
  part: PartialFile,
  expected: Expected,
  { remote, signal, onProgress }: DownloadOptions,
): Promise<{ sha256: string; resumed: boolean }> {
  const id = createHash('sha256').update(address.url.href).digest('hex');
  const most = expected.bytes ?? MOST_BYTES;
  const { origin } = part;
  if (origin?.address !== id || part.size > most) part.restart(null);
  const have = part.size;
  const hash = await hashOf(part, have);
  if (have === expected.bytes) return { sha256: hash.digest('hex'), resumed: true };
  const headers = have > 0 ? rangeFrom(have, origin?.validator ?? null) : {};
  const answer = await remote.get(address, headers, signal);
  // Without a listener, an error after the end of our interest would end the process.
  answer.body.on('error', () => {});
  try {
    const coming = readAnswer(answer, address, have, expected, most);
    if (coming === 'complete') return { sha256: hash.digest('hex'), resumed: true };
    if (coming === 'other') {
      part.restart(null);
      throw new Broken('the server sends another part of the file');
    }
    const from = coming.start === 0 ? createHash('sha256') : hash;
    if (coming.start === 0) part.restart({ address: id, validator: coming.validator });
    const total = expected.bytes ?? coming.total;
    const size = await storeBytes(readable(answer.body, address), part, {
      start: coming.start,
      hash: from,
      most,
      tooMuch: () =>
        downloadFault(
          address,
          `sends more than the ${megabytes(most)} of ${expected.file}; nothing was installed, name another place with --from`,
        ),
      onSize: (bytes) => onProgress({ bytes, total }),
    });
    if (total !== null && size < total) throw new Broken('the connection broke off');
    return { sha256: from.digest('hex'), resumed: coming.start > 0 };
  } finally {
    answer.body.destroy();
  }
}

async function* readable(body: AsyncIterable<Buffer>, address: RemoteAddress): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw requestFault(address, error);
  }
}

/** The error for a file with another SHA-256. @param place where it is from, without secrets */
export function otherFile(place: string, { file, sha256: wanted }: Expected, sha256: string): SpotterError {
  const expected = wanted === null ? '' : `, expected ${wanted.slice(0, 12)}…`;
  return new SpotterError(
    'model.download',
    `${place} is damaged, or another file than ${file} (SHA-256 ${sha256.slice(0, 12)}…${expected}); nothing was installed, name another place with --from`,
  );
}

function rangeFrom(bytes: number, validator: string | null): Record<string, string> {
  return { range: `bytes=${bytes}-`, ...(validator !== null && { 'if-range': validator }) };
}

async function hashOf(part: PartialFile, bytes: number): Promise<Hash> {
  const hash = createHash('sha256');
  if (bytes > 0)
    for await (const chunk of createReadStream(part.bytes, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash;
}

function brokenOff(
  address: RemoteAddress,
  part: PartialFile,
  expected: Expected,
  cause: Broken,
): SpotterError {
  const remedy =
    part.size > 0
      ? 'run the command again to go on from there'
      : 'check the network and HTTPS_PROXY, or name another place with --from';
  return downloadFault(
    address,
    `is not complete: ${cause.message}${reached(part, expected)}; ${remedy}`,
    cause,
  );
}

function interrupted(part: PartialFile, expected: Expected): SpotterError {
  const remedy = part.size > 0 ? '; run the command again to go on from there' : '';
  return new SpotterError('interrupted', `${expected.file}: interrupted${reached(part, expected)}${remedy}`);
}

function reached(part: PartialFile, { bytes }: Expected): string {
  if (part.size === 0) return '';
  return ` after ${megabytes(part.size)}${bytes === null ? '' : ` of ${megabytes(bytes)}`}`;
}
