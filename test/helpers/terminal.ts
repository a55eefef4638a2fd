import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished, type TestContext } from 'vitest';
import { main } from './paths.js';

/** What a terminal sends for some keys. */
export const KEYS = { enter: '\r', ctrlC: '\x03', ctrlD: '\x04' } as const;

/** The program on a terminal of its own: what it prints, and somebody who types. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #printed = '';
  #isEnded = false;
  #notify = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => {
        this.#printed += data;
        this.#notify();
      });
    this.#ended = once(child, 'close').then(([code]) => {
      this.#isEnded = true;
      this.#notify();
      return code;
    });
  }

  /** Skips the test where there is no `script` as util-linux has it. */
  static open(
    context: TestContext,
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ): Terminal {
    const { status, stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
    if (status !== 0 || !/util-linux/.test(stdout))
      context.skip('needs script of util-linux (Debian: bsdutils), which makes a terminal');
    const quoted = [process.execPath, main, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    // As wide as no sentence is, so that none is broken.
    const command = `stty cols 2000; exec ${quoted.join(' ')}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
      env: { ...process.env, ...options.env, SHELL: '/bin/sh' },
    });
    onTestFinished(() => {
      // What runs on a terminal gets a hang-up with it.
      child.kill('SIGTERM');
    });
    return new Terminal(child);
  }

  /** All that is on the screen. */
  get printed(): string {
    return this.#printed;
  }

  /** Waits for a text; rejects when the program ends without it. */
  async see(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#printed)) {
      if (this.#isEnded) throw new Error(`ended without ${pattern}:\n${this.#printed}`);
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits for the end of the program. @returns its exit code */
  end(): Promise<number | null> {
    return this.#ended;
  }
}
