import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.js';

/** A named pipe that has a reader, which reads only when it is asked to. */
export class Fifo {
  readonly path = path.join(temporaryFolder(), 'pipe');
  /** Both ends, so that opening does not wait for another process. */
  readonly fd: number;
  #isOpen = true;

  constructor() {
    spawnSync('mkfifo', [this.path]);
    this.fd = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => this.close());
  }

  /** Opens another end to write to, which blocks when the pipe is full. */
  writer(): number {
    const fd = openSync(this.path, constants.O_WRONLY);
    onTestFinished(() => closeSync(fd));
    return fd;
  }

  /** Fills the pipe with line breaks. */
  fill(): void {
    untilBlocked(() => writeSync(this.fd, '\n'.repeat(4096)));
    untilBlocked(() => writeSync(this.fd, '\n'));
  }

  /** What is in the pipe. */
  read(): string {
    const parts: Buffer[] = [];
    untilBlocked(() => {
      const part = Buffer.alloc(65_536);
      parts.push(part.subarray(0, readSync(this.fd, part)));
    });
    return Buffer.concat(parts).toString();
  }

  /** The reader goes away. */
  close(): void {
    if (this.#isOpen) closeSync(this.fd);
    this.#isOpen = false;
  }
}

function untilBlocked(act: () => void): void {
  for (;;) {
    try {
      act();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return;
      throw error;
    }
  }
}
