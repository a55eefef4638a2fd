import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SpotterEvent } from '../../src/events/event.js';
import { finish, jsonLines, spotter } from '../helpers/cli.js';
import { configText, configure, daemon, eventually, Listener, metric } from '../helpers/daemon.js';
import { sparse } from '../helpers/ffmpeg.js';
import { openLog } from '../helpers/log.js';
import { demoClip } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const DOOR = { id: 'door', loop: true, realtime: true };
/** As many events as the machine can give. */
const BUSY = { id: 'door', loop: true, realtime: false };
const eventsOf = ({ seen }: Listener) =>
  seen.filter(({ type }) => type === 'event') as unknown as SpotterEvent[];

async function page(
  address: string,
  query = '',
): Promise<{ events: SpotterEvent[]; epoch: string; lastSeq: number }> {
  return (await fetch(`${address}/api/v1/events${query}`)).json() as never;
}

describe('spotter run: the event log', () => {
  it('has every published event after repeated kills, and continues with the next seq', async () => {
    const config = configure([{ ...BUSY, url: sparse(demoClip) }]);
    const received = new Map<number, string>();
    const tracks: string[] = [];
    let epoch = '';
    for (let round = 0; round < 3; round++) {
      const { child, address } = await daemon(config, '--events', 'off');
      const last = Math.max(0, ...received.keys());
      const client = new Listener(address, `?since=${last}`);
      const hello = await client.until(({ type }) => type === 'hello');
      if (round > 0) expect(hello.epoch).toBe(epoch);
      epoch = String(hello.epoch);
      await client.until(({ kind, seq }) => kind === 'match' && Number(seq) > last + 3);
      child.kill('SIGKILL');
      await once(child, 'exit');
      if (client.socket.readyState !== client.socket.CLOSED) await once(client.socket, 'close');
      expect(client.seen.filter(({ type }) => type === 'error')).toEqual([]);
      expect(eventsOf(client).map(({ seq }) => seq)).toEqual(
        eventsOf(client).map((_, index) => last + 1 + index),
      );
      for (const { seq, id, kind, track } of eventsOf(client)) {
        received.set(seq, id);
        if (kind === 'appeared' && track !== null) tracks.push(track);
      }
    }
    const { log } = await openLog({ folder: path.join(path.dirname(config), 'data') });
    const kept = new Map(log.after(0, 100_000).map(({ seq, id }) => [seq, id]));
    expect([...received].filter(([seq, id]) => kept.get(seq) !== id)).toEqual([]);
    // Track ids are not reused after a restart.
    expect(new Set(tracks).size).toBe(tracks.length);
    expect(tracks.length).toBeGreaterThan(3);
  });

  it('agrees with stdout and the WebSocket; the history also shows the cameras', async () => {
    const { child, address } = await daemon(configure([DOOR]));
    let stdout = '';
    child.stdout?.on('data', (data) => {
      stdout += data;
    });
    const client = new Listener(address);
    const match = (await client.until(({ kind }) => kind === 'match')) as unknown as SpotterEvent;
    const { type: _, ...event } = match as SpotterEvent & { type: string };
    expect(await (await fetch(`${address}/api/v1/events/${match.seq}`)).json()).toEqual(event);
    expect((await page(address, `?kind=match&person=${match.person}&camera=door`)).events).toContainEqual(
      event,
    );
    await eventually(
      () => jsonLines<SpotterEvent>(stdout.slice(0, stdout.lastIndexOf('\n') + 1)),
      (lines) => lines.some(({ id }) => id === match.id),
    );
    const { cameras } = (await (await fetch(`${address}/api/v1/cameras`)).json()) as { cameras: object[] };
    expect(cameras).toEqual([
      expect.objectContaining({ id: 'door', state: 'live', message: null, lastFrameAt: expect.any(String) }),
    ]);
    expect(await metric(address, 'spotter_log_size_bytes')).toBeGreaterThan(4096);
    expect(await metric(address, 'spotter_event_publish_seconds_count')).toBeGreaterThan(0);
    // A new client learns of everybody in view whose events were published.
    const late = new Listener(address);
    const hello = await late.until(({ type }) => type === 'hello');
    const { events } = await page(address, `?before=${Number(hello.seq) + 1}&limit=500`);
    const inView = new Map<string, SpotterEvent>();
    for (const past of events.toReversed()) {
      if (past.track === null) continue;
      if (past.kind === 'left') inView.delete(past.track);
      else inView.set(past.track, past);
    }
    const tracks = hello.tracks as { id: string; person: string | null }[];
    expect(tracks.map(({ id, person }) => [id, person]).sort()).toEqual(
      [...inView].map(([id, { person }]) => [id, person]).sort(),
    );
    // Events in flight at the end are still published.
    const ended = finish(child);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('refuses a second daemon on the same data in one sentence', async () => {
    const config = configure([DOOR]);
    await daemon(config, '--events', 'off');
    const { code, stderr } = await spotter(['run', '-c', config]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^spotter: .*events\.db is in use by another spotter; stop that one, or set data to another folder\n$/,
    );
  });

  it('sets a damaged log aside, reports it and starts a new one', async () => {
    const config = configure([DOOR]);
    const data = path.join(path.dirname(config), 'data');
    mkdirSync(data);
    writeFileSync(path.join(data, 'events.db'), 'no database '.repeat(1000));
    const { address, log } = await daemon(config, '--events', 'off');
    expect(log().match(/the event log was damaged .* started a new one/g)).toHaveLength(1);
    expect(readdirSync(data).filter((name) => name.startsWith('events.db.corrupt-'))).toHaveLength(1);
    const client = new Listener(address, '?since=7&epoch=old');
    expect(await client.until(({ type }) => type === 'error')).toMatchObject({ code: 'epoch_changed' });
    expect(await client.until(({ type }) => type === 'event')).toMatchObject({ seq: 1 });
  });

  it('queues events while the disk is full, reports it, and delivers them when there is space', async ({
    skip,
  }) => {
    const folder = temporaryFolder();
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder]).status !== 0)
      skip('needs root, to mount a small disk');
    onTestFinished(() => void spawnSync('umount', ['-l', folder]));
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, configText([{ ...BUSY, url: sparse(demoClip) }], `data: ${folder}\n`));
    const { address, log } = await daemon(file, '--events', 'off');
    const client = new Listener(address);
    await client.until(({ kind }) => kind === 'match');
    // Fills the disk.
    expect(() => writeFileSync(path.join(folder, 'other'), Buffer.alloc(16 << 20))).toThrow(/ENOSPC/);
    const readiness = async () => {
      const response = await fetch(`${address}/readyz`);
      const { reason } = (await response.json()) as { reason?: string };
      return { status: response.status, reason };
    };
    expect(await eventually(readiness, ({ status }) => status === 503)).toMatchObject({
      reason: expect.stringMatching(/no space left on the disk for the event log/),
    });
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    await eventually(
      () => metric(address, 'spotter_events_waiting'),
      (waiting) => waiting > 2,
    );
    const before = client.seen.length;
    rmSync(path.join(folder, 'other'));
    await client.until(({ type }) => type === 'event', before);
    expect((await eventually(readiness, ({ status }) => status === 200)).status).toBe(200);
    expect(eventsOf(client).map(({ seq }) => seq)).toEqual(
      eventsOf(client).map((_, index) => eventsOf(client)[0].seq + index),
    );
    expect(log().match(/event log not writable, queueing events: no space left/g)).toHaveLength(1);
    expect(log().match(/event log writable again; delivering \d+ queued event/g)).toHaveLength(1);
    expect(await metric(address, 'spotter_events_lost_total')).toBe(0);
  });
});
