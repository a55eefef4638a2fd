import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Serial } from '../../src/core/serial.js';
import { finish } from '../helpers/cli.js';
import { compiledModule } from '../helpers/paths.js';

/** A task that records its start, and settles when `resolve` or `reject` is called. */
function task(name: string, notes: string[]) {
  const { promise, resolve, reject } = withResolvers();
  const run = () => {
    notes.push(name);
    return promise;
  };
  return { run, resolve: () => resolve(name), reject: () => reject(new Error(`${name} fails`)) };
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers() {
  let resolve: (value: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<string>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

describe('Serial', () => {
  it('starts a task when the one before has ended, and returns the result of each', async () => {
    const notes: string[] = [];
    const serial = new Serial();
    const [a, b] = [task('a', notes), task('b', notes)];
    // The second task could end at once.
    b.resolve();
    const results = [serial.run(a.run), serial.run(b.run).finally(() => notes.push('b ended'))];
    await new Promise(setImmediate);
    expect(notes).toEqual(['a']);
    a.resolve();
    expect(await Promise.all(results)).toEqual(['a', 'b']);
    expect(notes).toEqual(['a', 'b', 'b ended']);
  });

  it('rejects the promise of a failing task, and runs the following ones', async () => {
    const notes: string[] = [];
    const serial = new Serial();
    const [a, b] = [task('a', notes), task('b', notes)];
    const results = Promise.allSettled([
      serial.run(a.run),
      serial.run(() => {
        throw new Error('fails at once');
      }),
      serial.run(b.run),
    ]);
    a.reject();
    b.resolve();
    expect(await results).toMatchObject([
      { reason: new Error('a fails') },
      { reason: new Error('fails at once') },
      { value: 'b' },
    ]);
  });

  it('is idle when every task has settled, even if one has failed', async () => {
    const notes: string[] = [];
    const serial = new Serial();
    await serial.idle();
    const [a, b] = [task('a', notes), task('b', notes)];
    const results = Promise.allSettled([serial.run(a.run), serial.run(b.run)]);
    const idle = serial.idle().then(() => notes.push('idle'));
    a.resolve();
    await new Promise(setImmediate);
    expect(notes).toEqual(['a', 'b']);
    b.reject();
    await Promise.all([idle, results]);
    expect(notes).toEqual(['a', 'b', 'idle']);
  });

  it('leaves a failure that nobody handles to Node, which ends the process', async () => {
    const file = compiledModule('core/serial.js');
    const fail = "void serial.run(async () => { throw new Error('nobody looks'); });";
    const program = `import { Serial } from '${file}'; const serial = new Serial(); ${fail}`;
    const { code, stderr } = await finish(
      spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'pipe' }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('nobody looks');
  });
});
