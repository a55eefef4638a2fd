import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LineOutput } from '../../src/observe/lineOutput.js';
import { createLogger } from '../../src/observe/logger.js';
import { Fifo } from '../helpers/fifo.js';
import { until } from '../helpers/sinks.js';
import { temporaryFolder } from '../helpers/temporary.js';

const KEPT = 4096;

/** An output to a descriptor, and what its watcher received. */
function outputTo(fd: number) {
  const output = new LineOutput(fd, KEPT);
  const seen: string[] = [];
  output.watch({
    onFault: (reason) => seen.push(reason),
    onRecovered: (lost, reason) => seen.push(`recovered: ${lost} lost, ${reason}`),
  });
  return { output, seen };
}

function open(file: string): number {
  const fd = openSync(file, 'a');
  onTestFinished(() => closeSync(fd));
  return fd;
}

describe('LineOutput', () => {
  it('writes a line to a file at once', () => {
    const file = path.join(temporaryFolder(), 'log');
    const { output, seen } = outputTo(open(file));
    output.write('one\n');
    output.write('zwei ü\n');
    expect(readFileSync(file, 'utf8')).toBe('one\nzwei ü\n');
    expect([output.lost, seen]).toEqual([0, []]);
  });

  it('keeps lines while a pipe is full, and writes them whole and in order once it is read', async () => {
    const fifo = new Fifo();
    const { output, seen } = outputTo(fifo.writer());
    fifo.fill();
    output.write('one\n');
    output.write('two\n');
    expect(fifo.read()).not.toContain('one');
    await output.end(60_000);
    expect(fifo.read()).toBe('one\ntwo\n');
    expect([output.lost, seen]).toEqual([0, []]);
  });

  it('writes a line that is longer than a pipe', async () => {
    const fifo = new Fifo();
    const { output } = outputTo(fifo.writer());
    const line = `${'x'.repeat(300_000)}\n`;
    output.write(line);
    let read = '';
    await until(() => {
      read += fifo.read();
      return read.length >= line.length;
    });
    expect([read === line, output.lost]).toEqual([true, 0]);
  });

  it('drops and counts lines beyond its limit, and reports both ends of the loss', async () => {
    const fifo = new Fifo();
    const { output, seen } = outputTo(fifo.writer());
    fifo.fill();
    for (let i = 0; i < 10; i++) output.write(`${String(i).repeat(1000)}\n`);
    expect([output.lost, seen]).toEqual([6, ['nobody reads it']]);
    fifo.read();
    await until(() => seen.length > 1);
    expect(seen[1]).toBe('recovered: 6 lost, nobody reads it');
    expect(
      fifo
        .read()
        .split('\n')
        .map((line) => line[0]),
    ).toEqual(['0', '1', '2', '3', undefined]);
  });

  it('goes on when the reader has gone, reports it once, and counts anew when another one reads', () => {
    const fifo = new Fifo();
    const { output, seen } = outputTo(fifo.writer());
    fifo.close();
    for (const line of ['one\n', 'two\n']) output.write(line);
    expect([output.lost, seen]).toEqual([2, ['its reader is gone']]);
    const again = openSync(fifo.path, 'r+');
    onTestFinished(() => closeSync(again));
    output.write('three\n');
    expect([output.lost, seen[1]]).toEqual([2, 'recovered: 2 lost, its reader is gone']);
  });

  it('goes on while the disk is full, and reports it once', async () => {
    const { output, seen } = outputTo(open('/dev/full'));
    output.write('one\n');
    output.write('two\n');
    expect(seen).toEqual(['the disk is full']);
    await output.end(0);
    expect([output.lost, seen]).toEqual([2, ['the disk is full']]);
  });

  it('ends within its limit although nobody reads', async () => {
    const fifo = new Fifo();
    const { output } = outputTo(fifo.writer());
    fifo.fill();
    output.write('one\n');
    await output.end(1);
    expect(output.lost).toBe(1);
  });
});

describe('createLogger', () => {
  it.each([false, true])(
    'reports how many lines were lost, once it can (for people: %s)',
    async (forPeople) => {
      const fifo = new Fifo();
      const logger = createLogger('info', forPeople, new LineOutput(fifo.writer(), KEPT));
      fifo.fill();
      for (let i = 0; i < 6; i++) logger.info(`${i} ${'x'.repeat(1000)}`);
      let read = '';
      await until(() => {
        read += fifo.read();
        return read.includes('lines of the log were lost');
      });
      expect(read).toMatch(/0 xxx[\s\S]*because of stderr: nobody reads it/);
      expect(read).toMatch(/"lost":[23]/);
      expect(read).not.toContain('5 xxx');
    },
  );
});
