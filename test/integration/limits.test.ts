import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lineMatching } from '../helpers/cli.js';
import { configure, daemon, eventually, framesFlow, Listener } from '../helpers/daemon.js';
import { main } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';

/** Limits the open files of a process: to those it has, or to many. */
function limitFiles(pid: number, limit: 'reached' | 'ample'): void {
  const most = limit === 'ample' ? 4000 : readdirSync(`/proc/${pid}/fd`).length;
  execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${most}:`]);
}

describe('spotter run: no free descriptor', () => {
  it('reports the camera whose decoder cannot be started, and goes on with the same engine', async () => {
    const { child, address, log } = await daemon(configure([{ id: 'test', url: 'test:320x240' }]));
    const listener = new Listener(address);
    await listener.camera('test', 'live');
    const engine = descendantsOf(child.pid, 'node');
    const [decoder] = descendantsOf(child.pid, 'ffmpeg');
    limitFiles(engine[0], 'reached');
    // The pipes of the decoder that ends are free again; those of two do not fit.
    process.kill(decoder, 'SIGKILL');
    const { message } = await listener.until(
      ({ type, message }) => type === 'camera' && /cannot be started/.test(String(message)),
    );
    expect(message).toMatch(
      /camera test: ffmpeg cannot be started \(.*EMFILE\); raise the limit of open files/,
    );
    limitFiles(engine[0], 'ample');
    await listener.camera('test', 'live', listener.seen.length);
    await framesFlow(address, 'test');
    expect(descendantsOf(child.pid, 'node')).toEqual(engine);
    expect(log()).not.toContain('engine ended');
  });

  it('ends on SIGTERM while no engine can be started', async () => {
    const { child, log } = await daemon(configure([]));
    const [engine] = descendantsOf(child.pid, 'node');
    limitFiles(child.pid ?? 0, 'reached');
    process.kill(engine, 'SIGKILL');
    await eventually(log, (text) => text.includes('EMFILE'));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('spotter run: process 1', () => {
  it('warns that ended decoders are not collected, and only then', async (context) => {
    const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child'];
    if (spawnSync('unshare', [...unshare, 'true']).status !== 0)
      context.skip('needs the right to make a process namespace (root)');
    const config = configure([]);
    const first = spawn('unshare', [...unshare, process.execPath, main, 'run', '-c', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => {
      first.kill('SIGKILL');
    });
    await lineMatching(first, 'stderr', /spotter is process 1 .*; use an init/);
    const { log } = await daemon(configure([]));
    expect(log()).not.toContain('process 1');
  });
});
