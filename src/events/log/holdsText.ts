import { closeSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';

const readSome = promisify(read);
const CHUNK_BYTES = 1 << 20;

/** Whether a file contains any of the texts, byte by byte: strings as UTF-8, buffers as they are. @throws the system's error */
export async function holdsText(file: string, texts: readonly (string | Buffer)[]): Promise<boolean> {
  const descriptor = openSync(file, 'r');
  try {
    return await descriptorHoldsText(descriptor, texts);
  } finally {
    closeSync(descriptor);
  }
}

/** Like {@link holdsText} for an open file, which stays open. */
export async function descriptorHoldsText(
  descriptor: number,
  texts: readonly (string | Buffer)[],
): Promise<boolean> {
  const wanted = texts.map((text) => Buffer.from(text));
  // A text may begin in one chunk and end in the next.
  const overlap = Math.max(...wanted.map(({ length }) => length)) - 1;
  const buffer = Buffer.alloc(CHUNK_BYTES + overlap);
  for (let position = 0; ; ) {
    const { bytesRead } = await readSome(descriptor, buffer, 0, buffer.length, position);
    const bytes = buffer.subarray(0, bytesRead);
    if (wanted.some((text) => bytes.includes(text))) return true;
    if (bytesRead <= overlap) return false;
    position += bytesRead - overlap;
  }
}
