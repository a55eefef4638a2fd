import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LineWriter } from '../../src/observe/lineWriter.js';

/** A stream whose reader takes what waits when the test wants it, and what its writer reports. */
function slowReader(maxUnreadBytes: number) {
  const read: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      read.push(String(chunk));
      waiting.push(done);
    },
  });
  const reports: unknown[] = [];
  const writer = new LineWriter(stream, maxUnreadBytes, {
    onLost: (reason) => reports.push(reason),
    onResumed: (lost) => reports.push(lost),
    onGone: () => reports.push('gone'),
  });
  const readAll = async () => {
    while (waiting.length > 0) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { stream, writer, read, reports, readAll };
}

describe('LineWriter', () => {
  it('loses lines while too much is unread, reports it once, and then how many', async () => {
    const { writer, read, reports, readAll } = slowReader(10);
    for (let line = 0; line < 10; line++) writer.write(`line ${line}\n`);
    expect(reports).toEqual(['it is not being read']);
    await readAll();
    writer.write('again\n');
    await readAll();
    expect(read).toEqual(['line 0\n', 'line 1\n', 'again\n']);
    expect(reports).toEqual(['it is not being read', 8]);
  });

  it('writes nothing more once the reader has gone', () => {
    const { stream, writer, read, reports } = slowReader(10);
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    stream.emit('error', gone);
    stream.emit('error', gone);
    writer.write('line\n');
    expect([read, reports]).toEqual([[], ['gone']]);
  });

  it('counts lines that the disk has no space for', () => {
    const { stream, reports } = slowReader(10);
    for (let i = 0; i < 3; i++)
      stream.emit(
        'error',
        Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      );
    expect(reports).toEqual(['ENOSPC: no space left on device, write']);
  });
});
