import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openStdin } from '../../src/cli/stdinRecording.js';

/** Stdin with these bytes. */
function stdinOf(bytes: Uint8Array, isTTY = false): typeof process.stdin {
  const stream = new PassThrough();
  stream.end(bytes);
  return Object.assign(stream, { isTTY }) as unknown as typeof process.stdin;
}

/** An MP4 whose index would come after its pictures. */
const mp4 = Buffer.concat([
  Buffer.from('\0\0\0\x10ftypisom\0\0\0\0'),
  Buffer.from('\0\0\0\x40mdat'),
  Buffer.alloc(56, 7),
]);
const running = new AbortController().signal;

describe('openStdin', () => {
  it('says what to do when stdin is a terminal', async () => {
    await expect(openStdin(running, stdinOf(mp4, true))).rejects.toThrow(
      'there is no recording on stdin, which is a terminal; pipe one in, as in "spotter scan - < clip.mp4"',
    );
  });

  it('copies what ffmpeg cannot read from a pipe, and deletes the copy', async () => {
    const { file, piped, close } = await openStdin(running, stdinOf(mp4));
    expect(piped).toBeNull();
    expect(readFileSync(file).equals(mp4)).toBe(true);
    close();
    expect(readdirSync(tmpdir())).not.toContain(path.basename(path.dirname(file)));
  });

  it('copies nothing else', async () => {
    const { piped, close } = await openStdin(
      running,
      stdinOf(Buffer.from('anything else, such as Matroska')),
    );
    expect(piped).not.toBeNull();
    close();
  });
});
