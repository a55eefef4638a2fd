import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  type ByteAt,
  externalPlace,
  fieldsIn,
  MAX_DEPTH,
  type Message,
  MODEL,
  NotProtobuf,
} from '../core/onnxWire.js';

/** What is read at once, bytes. */
const WINDOW_BYTES = 1 << 16;

/**
 * The other files that hold tensors of an ONNX file, as it writes them, each once. Weights are skipped, so that a large file costs
 * neither memory nor time.
 *
 * @returns none for a file that is not ONNX, which nothing can load
 * @throws the system error
 */
export function dataLocations(file: string): string[] {
  const fd = openSync(file, 'r');
  try {
    const found = new Set<string>();
    readMessage(reader(fd), 0, fstatSync(fd).size, MODEL, found, 0);
    return [...found];
  } catch (error) {
    if (error instanceof NotProtobuf) return [];
    throw error;
  } finally {
    closeSync(fd);
  }
}

function readMessage(
  byteAt: ByteAt,
  start: number,
  end: number,
  message: Message,
  found: Set<string>,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw new NotProtobuf();
  for (const { number, from, to } of fieldsIn(byteAt, start, end)) {
    const inner = message[number];
    if (to === null || inner === undefined) continue;
    if (inner !== 'tensor') {
      readMessage(byteAt, from, to, inner, found, depth + 1);
      continue;
    }
    const location = externalPlace(byteAt, from, to)?.get('location');
    if (location !== undefined) found.add(location);
  }
}

/** Reads a file here and there. */
function reader(fd: number): ByteAt {
  const window = Buffer.alloc(WINDOW_BYTES);
  let [start, length] = [0, 0];
  return (at) => {
    if (at < start || at >= start + length) {
      start = at;
      length = readSync(fd, window, 0, WINDOW_BYTES, at);
      if (length === 0) throw new NotProtobuf();
    }
    return window[at - start];
  };
}
