import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { describeFileError, SpotterError } from '../core/errors.js';
import { makeFolder } from '../core/folders.js';
import { megabytes } from '../core/megabytes.js';
import { maskText } from '../core/secrets.js';
import { download, type Expected, MOST_BYTES, otherFile, type TransferProgress } from './download.js';
import type { ModelSource } from './modelSources.js';
import { PartialFile } from './partialFile.js';
import type { RemoteAddress } from './remoteAddress.js';
import { RemoteFiles } from './remoteFiles.js';
import { requireSpace, storageFault } from './storageFault.js';
import { storeBytes } from './storeBytes.js';
import { readMember } from './zipMembers.js';

/** A server that sends nothing for this long has stalled. */
const STALL_MS = 30_000;

/** How models are pulled. */
export interface PullOptions {
  /** Where they are put, absolute. */
  folder: string;
  /** Ends what is under way; what has arrived stays for the next time. */
  signal: AbortSignal;
  /** Called with the name of a file and how far it has come. */
  onProgress: (file: string, progress: TransferProgress) => void;
  /** Called with a sentence when a place cannot be used and the next one is tried. */
  onNote: (sentence: string) => void;
  /** Set only by tests; see {@link STALL_MS} and {@link download}. */
  stallMs?: number;
  retryMs?: number;
  attempts?: number;
}

/** Installs models. Close it in the end. */
export class Puller {
  readonly #options: PullOptions;
  readonly #remote: RemoteFiles;
  /** Archives that are here as a whole, by address: one may have several models. */
  readonly #archives = new Map<string, PartialFile>();

  /** @throws SpotterError usage for an unusable proxy */
  constructor(options: PullOptions) {
    this.#options = options;
    this.#remote = new RemoteFiles(options.stallMs ?? STALL_MS);
  }

  /**
   * Installs one model from the first place that has it. Its file appears once all of it is there and its SHA-256 is right.
   *
   * @param sources as {@link sourcesOf} gives them
   * @returns the path of the file
   * @throws SpotterError model.download, model.unwritable, interrupted
   */
  async pull(sources: readonly ModelSource[]): Promise<string> {
    for (const source of sources) {
      try {
        return await this.#install(source);
      } catch (error) {
        const isLast = source === sources.at(-1);
        if (isLast || !(error instanceof SpotterError) || error.code !== 'model.download') throw error;
        this.#options.onNote(`${error.message}; trying the next place`);
      }
    }
    throw new SpotterError('internal', 'a model without a source was to be installed');
  }

  /** Closes connections, and removes archives that are no longer needed. */
  async close(): Promise<void> {
    for (const part of this.#archives.values()) {
      if (this.#options.signal.aborted) part.release();
      else part.discard();
    }
    await this.#remote.close();
  }

  async #install(source: ModelSource): Promise<string> {
    const { expected } = source;
    const target = path.join(this.#options.folder, expected.file);
    const part = this.#claim(target);
    try {
      requireSpace(this.#options.folder, (expected.bytes ?? 0) - part.size);
      await this.#fill(part, source);
      try {
        part.finish();
      } catch (cause) {
        throw storageFault(target, cause);
      }
      return target;
    } catch (error) {
      part.release();
      throw error;
    }
  }

  #claim(target: string): PartialFile {
    try {
      makeFolder(path.dirname(target));
      return PartialFile.claim(target);
    } catch (cause) {
      throw storageFault(target, cause);
    }
  }

  async #fill(part: PartialFile, source: ModelSource): Promise<void> {
    const { expected } = source;
    switch (source.kind) {
      case 'remote':
        return this.#download(source.address, part, expected);
      case 'file': {
        const bytes = createReadStream(source.path, { highWaterMark: 1 << 20 });
        // It may fail before it is read.
        bytes.on('error', () => {});
        return this.#copy(bytes, source.path, part, expected);
      }
      case 'zip':
        return this.#unpack(source.path, source.path, part, expected);
      case 'remoteZip': {
        const archive = await this.#archive(source.address, source.archive);
        return this.#unpack(archive.bytes, source.address.shown, part, expected);
      }
    }
  }

  #download(address: RemoteAddress, part: PartialFile, expected: Expected): Promise<void> {
    const { signal, retryMs, attempts, onProgress } = this.#options;
    return download(address, part, expected, {
      remote: this.#remote,
      signal,
      retryMs,
      attempts,
      onProgress: (progress) => onProgress(expected.file, progress),
    });
  }

  async #archive(address: RemoteAddress, file: string): Promise<PartialFile> {
    const known = this.#archives.get(address.url.href);
    if (known) return known;
    const part = this.#claim(path.join(this.#options.folder, file));
    try {
      await this.#download(address, part, { file, bytes: null, sha256: null });
    } catch (error) {
      part.release();
      throw error;
    }
    this.#archives.set(address.url.href, part);
    return part;
  }

  #unpack(file: string, shown: string, part: PartialFile, expected: Expected): Promise<void> {
    const most = expected.bytes ?? MOST_BYTES;
    return readMember(file, shown, expected.file, most, (bytes) => this.#copy(bytes, shown, part, expected));
  }

  /** Stores bytes that are at hand. @param from where they are from, without secrets */
  async #copy(
    bytes: AsyncIterable<Buffer>,
    from: string,
    part: PartialFile,
    expected: Expected,
  ): Promise<void> {
    const { signal, onProgress } = this.#options;
    const most = expected.bytes ?? MOST_BYTES;
    const hash = createHash('sha256');
    part.restart(null);
    try {
      await storeBytes(untilAborted(bytes, signal, expected.file), part, {
        start: 0,
        hash,
        most,
        tooMuch: () =>
          new SpotterError(
            'model.download',
            `${from} has more than the ${megabytes(most)} of ${expected.file}; name another place with --from`,
          ),
        onSize: (size) => onProgress(expected.file, { bytes: size, total: expected.bytes }),
      });
      const sha256 = hash.digest('hex');
      if (sha256 !== expected.sha256) throw otherFile(from, expected, sha256);
    } catch (error) {
      part.restart(null);
      if (error instanceof SpotterError || !(error instanceof Error) || !('errno' in error)) throw error;
      throw new SpotterError(
        'model.download',
        `${maskText(from)} cannot be read (${describeFileError(error)}); check its permissions`,
        { cause: error },
      );
    }
  }
}

async function* untilAborted(
  bytes: AsyncIterable<Buffer>,
  signal: AbortSignal,
  file: string,
): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    if (signal.aborted) throw new SpotterError('interrupted', `${file}: interrupted; run the command again`);
    yield chunk;
  }
}
