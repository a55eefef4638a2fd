import type { Sealer } from './sealer.js';

/** An answer: a value, and bytes such as a picture where it has any. */
export interface Reply<T> {
  value: T;
  bytes: Uint8Array | null;
}

/** Nonce, tag and the first byte of a chunk, and what a server needs beside the payload. */
const SPARE_BYTES = 1024;
/** An answer that is larger is not taken. */
const MOST_BYTES = 32 << 20;
const LAST = 1;
const MORE = 0;

/**
 * Splits an answer into encrypted messages. Before encryption, each begins with one byte, whether it is the last; joined, they are four
 * bytes with the length of the value as JSON, that JSON, and the bytes.
 *
 * @param most bytes of a message
 */
export function packReply(sealer: Sealer, id: string, reply: Reply<unknown>, most: number): Uint8Array[] {
  const json = Buffer.from(JSON.stringify({ value: reply.value, hasBytes: reply.bytes !== null }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  const whole = Buffer.concat([length, json, reply.bytes ?? new Uint8Array()]);
  const size = most - SPARE_BYTES;
  const count = Math.ceil(whole.length / size);
  return Array.from({ length: count }, (_, index) => {
    const part = whole.subarray(index * size, (index + 1) * size);
    const mark = Buffer.of(index === count - 1 ? LAST : MORE);
    return sealer.seal(Buffer.concat([mark, part]), placeOf(id, index));
  });
}

/** Joins the messages of one answer. */
export class ReplyReader {
  readonly #sealer: Sealer;
  readonly #id: string;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  /** @param id of the request */
  constructor(sealer: Sealer, id: string) {
    this.#sealer = sealer;
    this.#id = id;
  }

  /** Takes the next message; one that is not of this answer, or comes twice, is ignored. @returns the answer, once it is whole */
  add(message: Uint8Array): Reply<unknown> | null {
    const opened = this.#sealer.open(message, placeOf(this.#id, this.#parts.length));
    if (!opened || this.#bytes + opened.length > MOST_BYTES) return null;
    this.#bytes += opened.length;
    this.#parts.push(opened.subarray(1));
    return opened[0] === LAST ? unpack(Buffer.concat(this.#parts)) : null;
  }
}

function unpack(whole: Buffer): Reply<unknown> {
  const end = 4 + whole.readUInt32BE(0);
  const { value, hasBytes } = JSON.parse(whole.subarray(4, end).toString());
  return { value, bytes: hasBytes ? whole.subarray(end) : null };
}

function placeOf(id: string, index: number): string {
  return `reply ${id} ${index}`;
}
