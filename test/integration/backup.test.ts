import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { configure, daemon, eventually } from '../helpers/daemon.js';
import { openLog } from '../helpers/log.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('spotter backup', () => {
  it('saves the log of a running daemon, which goes on', async () => {
    const config = configure([{ id: 'demo', realtime: true }]);
    const { address } = await daemon(config);
    const lastSeq = async () => {
      const page = await (await fetch(`${address}/api/v1/events?limit=100`)).json();
      return (page as { events: unknown[] }).events.length;
    };
    await eventually(lastSeq, (count) => count > 1);
    const stored = await lastSeq();
    const archive = path.join(temporaryFolder(), 'spotter.tar.gz');
    const saved = await spotter(['backup', archive, '-c', config, '--json']);
    expect({ code: saved.code, stderr: saved.stderr }).toEqual({ code: 0, stderr: '' });
    const { log } = JSON.parse(saved.stdout) as { log: { events: number } };
    expect(log.events).toBeGreaterThanOrEqual(stored);
    const data = path.join(path.dirname(config), 'data');
    expect(readdirSync(data).filter((name) => name.startsWith('log-copy-'))).toEqual([]);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    const to = path.join(temporaryFolder(), 'new');
    const restored = await spotter(['restore', archive, '--to', to]);
    expect({ code: restored.code, stderr: restored.stderr }).toEqual({ code: 0, stderr: '' });
    const { log: copy } = await openLog({ folder: path.join(to, 'data') });
    expect(copy.lastSeq).toBe(log.events);
  });
});
