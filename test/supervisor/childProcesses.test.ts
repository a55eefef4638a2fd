import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChildProcesses } from '../../src/supervisor/childProcesses.js';
import { temporaryFolder } from '../helpers/temporary.js';

async function sleeper(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

describe('ChildProcesses', () => {
  it('kills all processes, except those that have exited', async () => {
    const folder = temporaryFolder();
    const childProcesses = new ChildProcesses(folder);
    const [stays, ended] = [await sleeper(), await sleeper()];
    childProcesses.add(stays.pid);
    childProcesses.add(ended.pid);
    childProcesses.remove(ended.pid);
    const exit = once(stays, 'exit');
    childProcesses.end();
    expect((await exit)[1]).toBe('SIGKILL');
    expect(ended.exitCode ?? ended.signalCode).toBeNull();
    expect(existsSync(path.join(folder, 'decoders.json'))).toBe(false);
  });

  it('kills processes that an earlier run left behind', async () => {
    const folder = temporaryFolder();
    const left = await sleeper();
    new ChildProcesses(folder).add(left.pid);
    const exit = once(left, 'exit');
    new ChildProcesses(folder).sweep();
    expect((await exit)[1]).toBe('SIGKILL');
  });

  it('does not kill another process that has the same id by now', async () => {
    const folder = temporaryFolder();
    const other = await sleeper();
    new ChildProcesses(folder).add(other.pid);
    const file = path.join(folder, 'decoders.json');
    const [[pid, began]] = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify([[pid, String(Number(began) - 1)], [1, 'x'], 'nonsense']));
    new ChildProcesses(folder).sweep();
    expect(other.exitCode ?? other.signalCode).toBeNull();
    for (const text of ['{', '{}', 'null']) {
      writeFileSync(file, text);
      new ChildProcesses(folder).sweep();
    }
  });

  it('works when its file cannot be written', async () => {
    const childProcesses = new ChildProcesses('/proc/nowhere');
    childProcesses.add((await sleeper()).pid);
    childProcesses.end();
  });
});
