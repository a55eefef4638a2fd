import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { finish, lineMatching, start } from '../helpers/cli.js';
import {
  configText,
  configure,
  daemon,
  eventually,
  framesFlow,
  Listener,
  metric,
  metricsOf,
} from '../helpers/daemon.js';
import { demoGallery } from '../helpers/paths.js';
import { descendantsOf, isRunning } from '../helpers/processes.js';
import { expectPublished, isLikeSample } from '../helpers/samples.js';

const PATTERN = { id: 'pattern', url: 'test:320x240' };

/** Camera states that a client received from a position on: id and state of each. */
function statesOf({ seen }: Listener, from: number): string[] {
  return seen.slice(from).flatMap(({ type, id, state }) => (type === 'camera' ? [`${id} ${state}`] : []));
}

describe('spotter run: the engine', () => {
  it('killed by a signal is replaced, each time: clients stay connected, the gap is published, frames flow again', async () => {
    const config = configure([{ id: 'door', loop: true, realtime: true }, PATTERN]);
    const { child, address } = await daemon(config);
    const client = new Listener(address);
    let match = await client.until(({ kind }) => kind === 'match');
    for (const [index, signal] of (['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const).entries()) {
      // A camera that has had so few frames that it may be the cause would be quarantined at the third death.
      await framesFlow(address, 'door', 6);
      const died = client.seen.length;
      const [engine] = descendantsOf(child.pid, 'node');
      process.kill(engine, signal);
      // The tracks in view end, and the same faces get new tracks.
      const left = await client.until(({ kind }) => kind === 'left', died);
      expect(left).toMatchObject({ track: match.track, person: 'grace-hopper', camera: 'door' });
      const gap = await client.until(({ kind, camera }) => kind === 'gap' && camera === 'pattern', died);
      expect(gap).toMatchObject({ type: 'event', cause: 'engine_died', track: null, box: null });
      expect(Date.parse(String(gap.to))).toBeGreaterThanOrEqual(Date.parse(String(gap.from)));
      const again = await client.until(({ kind }) => kind === 'match', died);
      expect(again.track).not.toBe(match.track);
      match = again;
      const { type: _, ...sample } = gap;
      expect(isLikeSample({ ...sample, camera: 'front-door' })).toBe(true);
      await framesFlow(address, 'pattern');
      expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(index + 1);
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
    }
    const numbers = client.seen.filter(({ type }) => type === 'event').map(({ seq }) => seq as number);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0] + index));
    for (const message of client.seen) expectPublished(message);
    const ended = finish(child);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it('that hangs when the daemon ends is ended, and whoever was in view has left', async () => {
    const { child, address } = await daemon(configure([{ id: 'door', loop: true, realtime: true }]));
    const client = new Listener(address);
    const match = await client.until(({ kind }) => kind === 'match');
    process.kill(descendantsOf(child.pid, 'node')[0], 'SIGSTOP');
    const ended = finish(child);
    child.kill('SIGTERM');
    const left = await client.until(({ kind }) => kind === 'left');
    expect(left).toMatchObject({ track: match.track, person: 'grace-hopper' });
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it('leaves nothing behind when the supervisor is killed', async () => {
    const { child, address } = await daemon(configure([PATTERN, { id: 'door', loop: true, realtime: true }]));
    const client = new Listener(address);
    // Live, each has its one ffmpeg; before, another may just be asked for its version.
    await Promise.all([client.camera('pattern', 'live'), client.camera('door', 'live')]);
    const orphans = [...descendantsOf(child.pid, 'ffmpeg'), ...descendantsOf(child.pid, 'node')];
    expect(orphans).toHaveLength(3);
    child.kill('SIGKILL');
    await eventually(
      () => orphans.filter(isRunning),
      (left) => left.length === 0,
    );
  });
});

describe('spotter run: a changed configuration', () => {
  it('adds, removes and changes cameras without touching the others', async () => {
    const file = configure([PATTERN, { id: 'old', url: 'test:320x240' }]);
    const { child, address, log } = await daemon(file);
    const client = new Listener(address);
    await Promise.all([client.camera('pattern', 'live'), client.camera('old', 'live')]);
    const changed = client.seen.length;
    writeFileSync(file, configText([PATTERN, { id: 'new', url: 'test:320x240' }]));
    await client.camera('new', 'live', changed);
    await framesFlow(address, 'pattern');
    expect(statesOf(client, changed)).toEqual(['new connecting', 'old stopped', 'new live']);
    const metrics = await metricsOf(address);
    expect(metrics).toContain('spotter_camera_up{camera="new"} 1');
    expect(metrics).not.toContain('spotter_camera_up{camera="old"}');
    expect(log()).toMatch(/"added":\["new"\],"removed":\["old"\],"changed":\[\]/);
    // The same by a signal; this time a camera changes.
    const signalled = client.seen.length;
    writeFileSync(
      file,
      configText([
        { ...PATTERN, url: 'test:640x480' },
        { id: 'new', url: 'test:320x240' },
      ]),
    );
    child.kill('SIGHUP');
    await client.camera('pattern', 'live', signalled);
    expect(statesOf(client, signalled)).toEqual(['pattern connecting', 'pattern live']);
  });

  it('that is invalid is refused with its errors, and the running one stays', async () => {
    const file = configure([PATTERN]);
    const { address, log } = await daemon(file);
    await new Listener(address).camera('pattern', 'live');
    writeFileSync(file, configText([{ id: 'pattern', url: 'test:320x240', fsp: 3 }]));
    await eventually(log, (text) => text.includes('keeping the current one'));
    expect(log()).toMatch(/unknown key; did you mean \\"fps\\"/);
    await framesFlow(address, 'pattern');
    // It may be well-formed and yet not work.
    writeFileSync(file, configText([PATTERN], 'detector: nothing-of-that-name\n'));
    await eventually(log, (text) => text.includes('nothing-of-that-name'));
    writeFileSync(file, configText([PATTERN]).replace(/^gallery: .*/m, `gallery: ${file}`));
    await eventually(log, (text) => text.includes('config.yaml is a file; name the folder'));
    await framesFlow(address, 'pattern');
    expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(0);
  });

  it('that no engine can start with makes room for the one before', async () => {
    const file = configure([PATTERN]);
    const { address, log } = await daemon(file);
    const client = new Listener(address);
    await client.camera('pattern', 'live');
    const changed = client.seen.length;
    const [mean, std] = [0, 255].map((level) => [level, level, level]);
    const junk = { id: 'junk', kind: 'scrfd', file, mean, std, score: 0.5 };
    const models = `detector: junk\nmodels: { declared: [${JSON.stringify(junk)}] }\n`;
    writeFileSync(file, configText([PATTERN, { id: 'new', url: 'test:320x240' }], models));
    await client.camera('pattern', 'live', changed);
    expect(log()).toMatch(/restoring the last known-good one: model \\"junk\\".* cannot be loaded/);
    expect(statesOf(client, changed)).toEqual([
      'pattern connecting',
      'new connecting',
      'new stopped',
      'pattern live',
    ]);
    await framesFlow(address, 'pattern');
    expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(0);
  });

  it('that is away is refused as well, also where it was found by its usual name', async () => {
    const file = configure([PATTERN]);
    const child = start(['run', '-g', demoGallery], { cwd: path.dirname(file) });
    await lineMatching(child, 'stderr', /camera is live/);
    rmSync(file);
    child.kill('SIGHUP');
    await lineMatching(child, 'stderr', /keeping the current one: configuration config\.yaml does not exist/);
  });

  it('of more than the cameras takes a new engine', async () => {
    const file = configure([PATTERN]);
    const { child, address } = await daemon(file);
    const client = new Listener(address);
    await client.camera('pattern', 'live');
    const [engine] = descendantsOf(child.pid, 'node');
    writeFileSync(file, configText([PATTERN], 'quality: { minSizePx: 50 }\n'));
    const gap = await client.until(({ kind }) => kind === 'gap');
    expect(gap).toMatchObject({ cause: 'settings_changed' });
    expect(descendantsOf(child.pid, 'node')).not.toContain(engine);
    await framesFlow(address, 'pattern');
    expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(0);
  });

  it('of engine.hangMs applies to the engine that runs, which is replaced when its main thread hangs', async () => {
    const file = configure([PATTERN], 'engine: { hangMs: 120000 }\n');
    const { child, address, log } = await daemon(file);
    const client = new Listener(address);
    await client.camera('pattern', 'live');
    const [engine] = descendantsOf(child.pid, 'node');
    writeFileSync(file, configText([PATTERN], 'engine: { hangMs: 1000 }\n'));
    await eventually(
      () => log(),
      (text) => text.includes('configuration reloaded'),
    );
    expect(descendantsOf(child.pid, 'node')).toEqual([engine]);
    process.kill(engine, 'SIGSTOP');
    // The first gap is that of the hang: the change made none.
    const gap = await client.until(({ kind }) => kind === 'gap');
    expect(gap).toMatchObject({ camera: 'pattern', cause: 'engine_hung' });
    expect(isRunning(engine)).toBe(false);
    await framesFlow(address, 'pattern');
  });

  it('again, while the engine before is still ending, takes one new engine and not two', async () => {
    const file = configure([PATTERN]);
    const { child, address, log } = await daemon(file);
    const client = new Listener(address);
    await client.camera('pattern', 'live');
    const [engine] = descendantsOf(child.pid, 'node');
    // It cannot end now, until it is made to.
    process.kill(engine, 'SIGSTOP');
    const replaced = (times: number) =>
      eventually(
        () => log().split('replacing the engine').length - 1,
        (count) => count === times,
      );
    writeFileSync(file, configText([PATTERN], 'quality: { minSizePx: 50 }\n'));
    await replaced(1);
    writeFileSync(file, configText([PATTERN], 'quality: { minSizePx: 60 }\n'));
    await replaced(2);
    await client.until(({ kind }) => kind === 'gap');
    expect(descendantsOf(child.pid, 'node')).toHaveLength(1);
  });
});
