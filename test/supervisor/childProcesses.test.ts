import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChildProcesses } from '../../src/supervisor/childProcesses.js';
import { temporaryFolder } from '../helpers/temporary.js';

async function sleeper(options: SpawnOptions = {}): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', ...options });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

/** Adds what is logged to `lines`. */
function childProcessesIn(folder: string, lines: string[] = []): ChildProcesses {
  return new ChildProcesses(folder, (line) => lines.push(line));
}

/** A folder whose decoders.json names a running process. */
async function withEntry(options: SpawnOptions = {}) {
  const folder = temporaryFolder();
  const child = await sleeper(options);
  childProcessesIn(folder).add(child.pid);
  return { folder, child, file: path.join(folder, 'decoders.json') };
}

/** Expects that nobody has killed a process: a SIGKILL before ours would be the end. */
async function expectUnharmed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await exit)[1]).toBe('SIGTERM');
}

describe('ChildProcesses', () => {
  it('kills all processes, except those that have exited', async () => {
    const folder = temporaryFolder();
    const childProcesses = childProcessesIn(folder);
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
    childProcessesIn(folder).add(left.pid);
    const exit = once(left, 'exit');
    childProcessesIn(folder).sweep();
    expect((await exit)[1]).toBe('SIGKILL');
  });

  it('does not kill another process that has the same id by now', async () => {
    const folder = temporaryFolder();
    const other = await sleeper();
    childProcessesIn(folder).add(other.pid);
    const file = path.join(folder, 'decoders.json');
    const [[pid, began]] = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify([[pid, String(Number(began) - 1)], [1, 'x'], 'nonsense']));
    childProcessesIn(folder).sweep();
    expect(other.exitCode ?? other.signalCode).toBeNull();
    for (const text of ['{', '{}', 'null']) {
      writeFileSync(file, text);
      childProcessesIn(folder).sweep();
    }
  });

  it('takes the right to write into its folder from others, and reports it', async () => {
    const { folder, child } = await withEntry();
    chmodSync(folder, 0o777);
    const lines: string[] = [];
    const exit = once(child, 'exit');
    childProcessesIn(folder, lines).sweep();
    expect((await exit)[1]).toBe('SIGKILL');
    expect(statSync(folder).mode & 0o777).toBe(0o755);
    expect(lines).toEqual([`other users could write into ${folder}; that right has been removed`]);
  });

  it.each<[string, (file: string) => void]>([
    ['that others may write', (file) => chmodSync(file, 0o666)],
    [
      'that is a symbolic link',
      (file) => {
        renameSync(file, `${file}.real`);
        symlinkSync(`${file}.real`, file);
      },
    ],
    ['that has another name', (file) => linkSync(file, `${file}.other`)],
  ])('ignores a list %s', async (_, change) => {
    const { folder, child, file } = await withEntry();
    change(file);
    const lines: string[] = [];
    childProcessesIn(folder, lines).sweep();
    expect(lines).toEqual([expect.stringContaining(`ignoring ${file}: `)]);
    await expectUnharmed(child);
  });

  it('ignores a list and kills no process of another user', async (context) => {
    if (process.getuid?.() !== 0) context.skip('needs root, to make files and processes of another user');
    const lines: string[] = [];
    const planted = await withEntry();
    chownSync(planted.file, 65534, 65534);
    childProcessesIn(planted.folder, lines).sweep();
    expect(lines).toEqual([expect.stringContaining('another user owns it')]);
    await expectUnharmed(planted.child);
    const theirs = await withEntry({ uid: 65534 });
    childProcessesIn(theirs.folder).sweep();
    await expectUnharmed(theirs.child);
  });

  it('reports once that its file cannot be written, and goes on', async () => {
    const lines: string[] = [];
    const childProcesses = childProcessesIn('/proc/nowhere', lines);
    childProcesses.add((await sleeper()).pid);
    childProcesses.add((await sleeper()).pid);
    childProcesses.end();
    expect(lines).toEqual([expect.stringContaining('cannot write /proc/nowhere/decoders.json')]);
  });
});
