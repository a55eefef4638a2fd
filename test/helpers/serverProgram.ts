import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { lineMatching } from './cli.js';

/** Debian installs servers outside the usual PATH. */
export const serverEnvironment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Whether a server program is installed. @param flag with which it ends at once */
export function isInstalled(program: string, flag: string): boolean {
  return !spawnSync(program, [flag], { env: serverEnvironment, stdio: 'ignore' }).error;
}

/** A server program that can be started again and again. */
export interface ServerProgram {
  start(): Promise<void>;
  /** With SIGKILL. */
  kill(): Promise<void>;
  /** Freezes it; its connections stay open. */
  pause(): void;
  resume(): void;
}

/** A server program, not started. It ends with the test. @param ready what it writes to stderr once it serves */
export function serverProgram(program: string, args: readonly string[], ready: RegExp): ServerProgram {
  let child: ChildProcess | undefined;
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  return {
    kill,
    start: async () => {
      child = spawn(program, args, { env: serverEnvironment, stdio: ['ignore', 'ignore', 'pipe'] });
      await lineMatching(child, 'stderr', ready);
      child.stderr?.resume();
    },
    pause: () => {
      child?.kill('SIGSTOP');
    },
    resume: () => {
      child?.kill('SIGCONT');
    },
  };
}
