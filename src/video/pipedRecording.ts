import { Readable } from 'node:stream';

/** Most bytes that are kept for the second reading; ffprobe asks for 5 MB, and for more where a recording begins without pictures. */
const MAX_HEAD_BYTES = 64 << 20;
/** Enough for the list of the first boxes of an MP4. */
const PEEK_BYTES = 64 * 1024;

/**
 * A recording that comes through a pipe, and so only once: what is read to find out what it is, is kept in memory and given again to
 * the next probe and to the decoder.
 */
export class PipedRecording {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #head: Uint8Array[] = [];
  /** Settles when no read is under way: a probe may begin one and not wait for it. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** The first bytes, at least {@link PEEK_BYTES} unless the recording is shorter. They are given again. */
  async peek(): Promise<Buffer> {
    for (let bytes = 0; bytes < PEEK_BYTES; ) {
      const chunk = await this.#take();
      if (chunk === null) break;
      bytes += chunk.length;
    }
    return Buffer.concat(this.#head);
  }

  /** The beginning of the recording, as much as is read of it, up to 64 MiB. It is given again. One at a time. */
  probed(): Readable {
    return Readable.from(this.#beginning());
  }

  /** The whole recording. Call it once. */
  whole(): Readable {
    return Readable.from(this.#everything());
  }

  async *#beginning(): AsyncGenerator<Uint8Array> {
    await this.#reading;
    let bytes = 0;
    for (const chunk of [...this.#head]) {
      bytes += chunk.length;
      yield chunk;
    }
    while (bytes < MAX_HEAD_BYTES) {
      const chunk = await this.#take();
      if (chunk === null) return;
      bytes += chunk.length;
      yield chunk;
    }
  }

  async *#everything(): AsyncGenerator<Uint8Array> {
    await this.#reading;
    for (let chunk = this.#head.shift(); chunk; chunk = this.#head.shift()) yield chunk;
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk;
  }

  /** Reads and keeps the next bytes; null at the end. */
  async #take(): Promise<Uint8Array | null> {
    const taking = this.#next().then((chunk) => {
      if (chunk) this.#head.push(chunk);
      return chunk;
    });
    this.#reading = taking;
    return taking;
  }

  /** A pipe that breaks ends the recording; that it is cut off is found out as with a file. */
  async #next(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await this.#chunks.next();
      return done ? null : value;
    } catch {
      return null;
    }
  }
}

/**
 * Whether ffmpeg has to jump about in a recording: in an MP4 or QuickTime file whose index is behind the pictures, as phones and
 * cameras write it. Source: ISO/IEC 14496-12, 4.2.
 *
 * @param head the first bytes
 */
export function needsSeeking(head: Buffer): boolean {
  for (let at = 0; at + 16 <= head.length; ) {
    const type = head.toString('latin1', at + 4, at + 8);
    if (type === 'mdat') return true;
    if (type === 'moov' || !/^[ -~]{4}$/.test(type)) return false;
    const size = head.readUInt32BE(at);
    const bytes = size === 1 ? Number(head.readBigUInt64BE(at + 8)) : size;
    if (bytes < 8) return false;
    at += bytes;
  }
  return false;
}
