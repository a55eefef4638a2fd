import { createReadStream } from 'node:fs';

/** Whether a text is anywhere in a file's bytes, as UTF-8. */
export async function holdsText(file: string, text: string): Promise<boolean> {
  const wanted = Buffer.from(text);
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([tail, chunk]);
    if (bytes.includes(wanted)) return true;
    tail = bytes.subarray(Math.max(0, bytes.length - wanted.length + 1));
  }
  return false;
}
