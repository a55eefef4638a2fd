import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { finish, lineMatching, start } from '../helpers/cli.js';
import { configText, configure, eventually, Listener } from '../helpers/daemon.js';

const DOOR = { id: 'door', loop: true };

/** The address of a daemon whose log cannot be read. */
async function addressOf(config: string): Promise<string> {
  const file = path.join(path.dirname(config), 'data/control.json');
  await eventually(
    () => existsSync(file),
    (isThere) => isThere,
  );
  return JSON.parse(readFileSync(file, 'utf8')).address;
}

const isAlive = async (address: string) => (await fetch(`${address}/healthz`)).status === 200;

describe('spotter run: stdout and stderr', () => {
  it('continues without the reader of stdout, and logs that it has gone', async () => {
    const config = configure([DOOR]);
    const child = start(['run', '-c', config]);
    await lineMatching(child, 'stdout', /match/);
    child.stdout?.destroy();
    await lineMatching(child, 'stderr', /the reader of stdout has gone; no more events are written there/);
    const client = new Listener(await addressOf(config));
    await client.until(({ kind }) => kind === 'match');
    const ended = finish(child);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it('continues on a full disk: without stdout, and without stderr', async (context) => {
    if (!existsSync('/dev/full')) context.skip('needs /dev/full');
    const full = openSync('/dev/full', 'w');
    const [first, second] = [configure([DOOR]), configure([DOOR])];
    const noStdout = start(['run', '-c', first], { stdio: ['ignore', full, 'pipe'] });
    const noStderr = start(['run', '-c', second], { stdio: ['ignore', 'pipe', full] });
    closeSync(full);
    await lineMatching(
      noStdout,
      'stderr',
      /cannot write to stdout \(.*no space left.*\); dropping events there/,
    );
    await lineMatching(noStderr, 'stdout', /"kind":"match"/);
    for (const [child, config] of [
      [noStdout, first],
      [noStderr, second],
    ] as const) {
      expect(await isAlive(await addressOf(config))).toBe(true);
      child.stdout?.resume();
      child.stderr?.resume();
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
  });

  it('answers and ends while nobody reads its log', async () => {
    const config = configure([]);
    const child = start(['run', '-c', config, '--events', 'off']);
    const address = await addressOf(config);
    const wrong = Array.from({ length: 20 }, (_, index) => `${'x'.repeat(400)}${index}: 1\n`).join('');
    writeFileSync(config, configText([], wrong));
    for (let reload = 0; reload < 100; reload++) {
      child.kill('SIGHUP');
      expect(await isAlive(address)).toBe(true);
    }
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    let unread = '';
    for await (const data of child.stderr ?? []) unread += data;
    expect(unread.length).toBeGreaterThan(60_000);
  });
});
