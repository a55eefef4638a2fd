import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { configure, daemon, eventually } from '../helpers/daemon.js';
import { openLog } from '../helpers/log.js';
import { demoGallery, main } from '../helpers/paths.js';
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

  it('names a photo or folder that it may not read, instead of leaving it out', async (context) => {
    const folder = temporaryFolder();
    const gallery = path.join(folder, 'gallery');
    cpSync(demoGallery, gallery, { recursive: true });
    writeFileSync(path.join(folder, 'config.yaml'), 'gallery: gallery\n');
    const targets = path.join(folder, 'backups');
    mkdirSync(targets);
    chmodSync(targets, 0o777);
    chmodSync(folder, 0o755);
    // The superuser may read everything.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    if ((await spotter(['--version'], user)).code !== 0)
      context.skip(`needs another user who may read ${main}`);
    const refusal = async (secret: string) => {
      chmodSync(secret, 0);
      const saved = await spotter(['backup', path.join(targets, 'x.tar.gz'), '--dir', folder], user);
      expect(saved).toMatchObject({ code: 2, stdout: '' });
      chmodSync(secret, 0o755);
      return saved.stderr;
    };
    const [person] = readdirSync(gallery);
    const [photo] = readdirSync(path.join(gallery, person));
    for (const secret of [path.join(gallery, person, photo), path.join(gallery, person)])
      expect(await refusal(secret)).toBe(
        `spotter: cannot read ${secret}: permission denied; check its permissions and its name, or make the backup as the user of the daemon\n`,
      );
    expect(readdirSync(targets)).toEqual([]);
  });
});
