import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lineMatching, start } from '../helpers/cli.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('spotter demo', () => {
  it('plays beside a program that has its port, leaves nothing behind and says what to do next', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const folder = temporaryFolder();
    const env = { ...process.env, TMPDIR: folder, HOME: folder };
    const child = start(['demo', '--port', String(port)], { env, cwd: folder });
    let log = '';
    child.stderr?.on('data', (data) => {
      log += data;
    });
    await lineMatching(child, 'stdout', /✓ grace-hopper/);
    const [, taken] = /port \d+ is in use; using (\d+)/.exec(log) ?? [];
    expect(Number(taken)).toBeGreaterThan(port);
    expect(log).toContain(`\nopen http://127.0.0.1:${taken}/ in a browser`);
    expect((await fetch(`http://127.0.0.1:${taken}/readyz`)).status).toBe(200);
    expect(readdirSync(folder)).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    for (const step of [/ init ~\/faces\n/, / gallery add .* --dir ~\/faces\n/, / run --dir ~\/faces\n/])
      expect(log).toMatch(step);
    expect(readdirSync(folder)).toEqual([]);
  });
});
