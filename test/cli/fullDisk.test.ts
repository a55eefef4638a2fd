import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, onTestFinished, type TestContext, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { printedBy } from '../helpers/printed.js';
import { temporaryFolder } from '../helpers/temporary.js';

const context = {
  signal: new AbortController().signal,
  outliveOutput: () => {},
  report: (message: string) => void process.stderr.write(message),
};
const run = (...words: string[]) => printedBy(() => runCommandLine(['node', 'spotter', ...words], context));

/** A folder on a disk of its own, which is full. */
function fullDisk({ skip }: Pick<TestContext, 'skip'>): string {
  const folder = temporaryFolder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status !== 0)
    skip('needs root, to mount a small disk');
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  expect(() => writeFileSync(path.join(folder, 'other'), Buffer.alloc(1 << 20))).toThrow(/ENOSPC/);
  return folder;
}

afterEach(() => vi.unstubAllEnvs());

it('spotter init says that the disk is full, and leaves nothing behind', async ({ skip }) => {
  const disk = fullDisk({ skip });
  const home = path.join(disk, 'home');
  expect(await run('init', home)).toEqual({
    code: 2,
    stdout: '',
    stderr: `cannot make a home in ${home}: the disk is full; free some space`,
  });
  expect(readdirSync(disk)).toEqual(['other']);
});

it('a command that has no space for its temporary files says so, and leaves none behind', async ({
  skip,
}) => {
  const home = temporaryFolder();
  mkdirSync(path.join(home, 'gallery'));
  writeFileSync(path.join(home, 'config.yaml'), 'cameras: []\n');
  const disk = fullDisk({ skip });
  vi.stubEnv('TMPDIR', disk);
  expect(await run('backup', path.join(home, 'a.tgz'), '--dir', home)).toEqual({
    code: 2,
    stdout: '',
    stderr: `the disk is full, writing a file; free some space, also for temporary files in ${disk}, or set TMPDIR`,
  });
  expect(readdirSync(disk)).toEqual(['other']);
});
