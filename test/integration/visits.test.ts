import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { finish, jsonLines, spotter } from '../helpers/cli.js';
import {
  configure,
  daemon,
  eventually,
  Listener,
  type Message,
  metric,
  metricsOf,
} from '../helpers/daemon.js';
import { beginningOf, sparse } from '../helpers/ffmpeg.js';
import { demoClip } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';

/** One frame a second, which is enough to see who comes and goes. */
const url = sparse(demoClip, 25);
const SNAPSHOTS = 'snapshots: { enabled: true, maxWidth: 640 }\n';

/** The events that make up the visits. */
function story(seen: Message[]): unknown[] {
  return seen
    .filter(({ kind, person }) => person !== null && /^(match|left|visit_)/.test(String(kind)))
    .map(({ kind, track, visit }) => track ?? [kind, visit]);
}

describe('spotter run: visits', () => {
  it('are published on the WebSocket, after the events that cause them', async () => {
    const { address } = await daemon(
      configure([{ id: 'door', url, loop: true }], 'visits: { enabled: true, gapMs: 100 }\n'),
    );
    const client = new Listener(address);
    const started = await client.until(({ kind }) => kind === 'visit_started');
    const ended = await client.until(({ kind, visit }) => kind === 'visit_ended' && visit === started.visit);
    expect(started).toMatchObject({
      camera: 'door',
      person: 'grace-hopper',
      cameras: ['door'],
      endedAt: null,
      track: null,
      box: null,
    });
    expect(ended).toMatchObject({ camera: 'door', person: 'grace-hopper', startedAt: started.startedAt });
    expect(Date.parse(String(ended.endedAt))).toBeGreaterThan(Date.parse(String(ended.startedAt)));
    const of = client.seen.filter(({ person }) => person === 'grace-hopper');
    const at = (kind: string) => of.findIndex((message) => message.kind === kind);
    expect(at('match')).toBe(at('visit_started') - 1);
    expect(at('left')).toBeLessThan(at('visit_ended'));
    expect(await metricsOf(address)).toMatch(/^spotter_visits_open [01]$/m);
  });

  it('continue when the engine dies, and end with the daemon', async () => {
    const config = configure(
      [{ id: 'door', loop: true, realtime: true }],
      'visits: { enabled: true, gapMs: 3600000 }\n',
    );
    const { child, address } = await daemon(config);
    const client = new Listener(address);
    const started = await client.until(({ kind }) => kind === 'visit_started');
    for (const pid of descendantsOf(child.pid, 'node')) process.kill(pid, 'SIGKILL');
    const before = client.seen.length;
    await client.until(({ kind }) => kind === 'gap', before);
    await client.until(({ kind }) => kind === 'match', before);
    child.kill('SIGTERM');
    const ended = await client.until(({ kind }) => kind === 'visit_ended');
    expect(ended.visit).toBe(started.visit);
    // Nobody stays in view: the last events of the engine are published, too.
    const tracks = (kind: string) =>
      client.seen.filter((message) => message.kind === kind).map(({ track }) => track);
    expect(tracks('left').sort()).toEqual(tracks('appeared').sort());
    expect(client.seen.filter(({ kind }) => kind === 'visit_started')).toHaveLength(1);
  });

  it('are the same in every run of spotter scan', async () => {
    const config = configure([], 'visits: { enabled: true, gapMs: 1000 }\n');
    const args = ['scan', url];
    const scans = [await spotter([...args, '-c', config]), await spotter([...args, '-c', config])];
    const [first, second] = scans.map(({ stdout }) =>
      jsonLines<Message>(stdout)
        .filter(({ kind }) => kind !== 'summary')
        .map(({ id: _1, capturedAt: _2, publishedAt: _3, ...event }) => event),
    );
    expect(first).toEqual(second);
    expect(story(first)).toEqual([
      'clip-1',
      ['visit_started', 'clip-1-0'],
      'clip-1',
      ['visit_ended', 'clip-1-0'],
      expect.stringMatching(/^clip-\d$/),
      ['visit_started', expect.any(String)],
      expect.stringMatching(/^clip-\d$/),
      ['visit_ended', expect.any(String)],
    ]);
  });
});

describe('spotter run: the defaults', () => {
  it('asks for a notification at the first match, and not again within the cooldown; makes no snapshots and no visits', async () => {
    const config = configure([{ id: 'door', url }]);
    const { stdout } = await spotter(['run', '-c', config, '--until-end']);
    const events = jsonLines<Message>(stdout);
    expect(events.filter(({ kind }) => kind === 'match').map(({ notify }) => notify)).toEqual([true, false]);
    expect(events.filter(({ kind }) => kind === 'left').some(({ notify }) => notify)).toBe(false);
    expect(events.every(({ snapshot }) => snapshot === null)).toBe(true);
    expect(events.filter(({ kind }) => /^visit_/.test(String(kind)))).toEqual([]);
    expect(readdirSync(path.join(path.dirname(config), 'data'))).not.toContain('snapshots');
  });
});

describe('spotter run: snapshots', () => {
  it('are served with their events: the frame with the box, and the face', async () => {
    const config = configure([{ id: 'door', url }], SNAPSHOTS);
    const { address } = await daemon(config);
    const client = new Listener(address);
    const match = await client.until(({ kind, person }) => kind === 'match' && person === 'grace-hopper');
    expect(match.snapshot).toBe(`/api/v1/events/${match.seq}/snapshot.jpg`);
    const answer = await fetch(`${address}${match.snapshot}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    const { data, info } = await sharp(await answer.arrayBuffer())
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 640, height: 360, channels: 3 });
    // The green of the box stands out along its upper edge.
    const [x1, y1, x2] = (match.box as number[]).map((px) => px / 2);
    const at = (x: number, y: number) => (Math.round(y) * 640 + Math.round(x)) * 3;
    const edge = at((x1 + x2) / 2, y1);
    expect(data[edge + 1]).toBeGreaterThan(Math.max(data[edge], data[edge + 2]) + 20);
    const face = await fetch(`${address}/api/v1/events/${match.seq}/face.jpg`);
    expect((await sharp(await face.arrayBuffer()).metadata()).width).toBeLessThan(400);

    const left = await client.until(({ kind, person }) => kind === 'left' && person === 'grace-hopper');
    expect((await fetch(`${address}${left.snapshot}`)).status).toBe(200);
    const [appeared] = client.seen.filter(({ kind }) => kind === 'appeared');
    expect(appeared.snapshot).toBeNull();
    for (const seq of [appeared.seq, 999_999, 'x', '..%2f..', '-1', '1e3']) {
      const none = await fetch(`${address}/api/v1/events/${seq}/snapshot.jpg`);
      expect([seq, none.status]).toEqual([seq, 404]);
      expect(((await none.json()) as { error: string }).error).toMatch(/has no snapshot/);
    }
    const stranger = get(`${address}${match.snapshot}`, { headers: { host: 'evil.example' } });
    expect((await once(stranger, 'response'))[0].statusCode).toBe(403);
    expect(await metric(address, 'spotter_snapshots_total{outcome="stored"}')).toBeGreaterThanOrEqual(2);
    expect(await metric(address, 'spotter_snapshots_total{outcome="missing"}')).toBe(0);

    // Deleted from the disk: not found, not an internal error.
    rmSync(path.join(path.dirname(config), 'data', 'snapshots'), { recursive: true });
    expect((await fetch(`${address}${match.snapshot}`)).status).toBe(404);
  });

  it('that cannot be written do not change the events or their order', async () => {
    const config = configure([{ id: 'door', url: beginningOf(url, 3) }], SNAPSHOTS);
    const data = path.join(path.dirname(config), 'data');
    mkdirSync(data);
    writeFileSync(path.join(data, 'snapshots'), 'a file where the folder should be');
    const { code, stdout, stderr } = await spotter(['run', '-c', config, '--until-end']);
    expect(code).toBe(0);
    const kinds = jsonLines<Message>(stdout)
      .filter(({ track }) => track === 'door-1')
      .map(({ kind }) => kind);
    expect(kinds).toEqual(['appeared', 'match', 'left']);
    expect(stderr.match(/cannot store pictures/g)).toHaveLength(1);
  });

  it('do not keep the daemon from ending', async () => {
    const { child, address } = await daemon(
      configure(
        [
          { id: 'a', loop: true },
          { id: 'b', loop: true },
        ],
        SNAPSHOTS,
      ),
    );
    await eventually(
      () => metric(address, 'spotter_snapshots_total{outcome="stored"}'),
      (count) => count > 0,
    );
    const ended = finish(child);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });
});
