import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { finish, jsonLines, spotter } from '../helpers/cli.js';
import { configure, daemon, Listener } from '../helpers/daemon.js';
import { beginningOf, sparse } from '../helpers/ffmpeg.js';
import { demoClip, demoGallery } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Reads the daemon's WebSocket until a message matches. */
async function messages(address: string, until: (message: Record<string, unknown>) => boolean) {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`);
  onTestFinished(() => socket.terminate());
  const seen: Record<string, unknown>[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString());
      seen.push(message);
      if (until(message)) resolve();
    });
  });
  return { socket, seen };
}

describe('spotter run', () => {
  it('publishes events on the WebSocket, and serves /healthz, /readyz and /metrics', async () => {
    const { child, address } = await daemon(configure([{ id: 'door', loop: true }]));
    const { socket, seen } = await messages(address, ({ kind }) => kind === 'match');
    expect(seen[0]).toMatchObject({
      type: 'hello',
      protocol: 1,
      server: 'spotter/0.1.0',
      cameras: [{ id: 'door' }],
    });
    expect(seen.at(-1)).toMatchObject({
      type: 'event',
      camera: 'door',
      person: 'grace-hopper',
      track: expect.stringMatching(/^door-\d+$/),
      frame: { width: 1280, height: 720 },
      quality: { sizePx: expect.any(Number), sharpness: expect.any(Number) },
      capturedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(metrics).toMatch(/spotter_events_total\{camera="door",kind="match"\} [1-9]/);
    expect(metrics).toContain('spotter_camera_up{camera="door"} 1');
    expect(metrics).toMatch(
      /spotter_build_info\{version="0\.1\.0",node="[\d.]+",onnxruntime="1\.\d+\.\d+"\} 1/,
    );
    expect(metrics).toContain('spotter_gallery_people 1');
    // It shuts down cleanly under load and with a client connected.
    const closed = once(socket, 'close');
    const ended = finish(child);
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(1001);
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(descendantsOf(child.pid, 'ffmpeg')).toEqual([]);
  });

  it('publishes left for everybody in view before it closes the WebSocket', async () => {
    const file = configure([{ id: 'door', loop: true, realtime: true }], 'visits: { enabled: true }\n');
    const { child, address } = await daemon(file);
    const client = new Listener(address, '?since=0');
    const { track } = await client.until(({ kind }) => kind === 'match');
    const closed = once(client.socket, 'close');
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(1001);
    const last = client.seen.filter(({ type }) => type === 'event').slice(-2);
    expect(last).toMatchObject([
      { kind: 'left', track, person: 'grace-hopper', verdict: 'known', similarity: expect.any(Number) },
      { kind: 'visit_ended', person: 'grace-hopper' },
    ]);
  });

  it('--until-end exits once every recording has ended; --events pretty prints readable lines', async () => {
    const url = sparse(demoClip, 25);
    const config = configure([
      { id: 'a', url },
      { id: 'b', url },
    ]);
    const { code, stdout, stderr } = await spotter([
      'run',
      '-c',
      config,
      '--until-end',
      '--events',
      'pretty',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^0:00\.0 {2}a {2}✓ grace-hopper \(similarity 0\.\d\d, odds 1 : [\w, ]+\) {2}a-1$/m,
    );
    expect(stdout).toMatch(/^0:\d\d\.\d {2}b {2}\? unknown/m);
    expect(stdout).toMatch(/grace-hopper left after 8\.0 s/);
    expect(stderr).toMatch(/events ws:\/\/127\.0\.0\.1:\d+\/ws {2}metrics http:/);
  });

  it('continues with the other cameras if a recording is missing, and reports it', async () => {
    const config = configure([
      { id: 'missing', url: '/nowhere/clip.mp4' },
      { id: 'door', url: sparse(demoClip, 25), loop: true },
    ]);
    const { address } = await daemon(config);
    await messages(address, ({ kind }) => kind === 'unknown');
    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(metrics).toContain('spotter_camera_state{camera="missing",state="stopped"} 1');
    expect(metrics).toContain('spotter_camera_up{camera="door"} 1');
    const { seen } = await messages(address, ({ type }) => type === 'hello');
    expect(seen[0].cameras).toContainEqual({
      id: 'missing',
      state: 'stopped',
      message: expect.stringContaining('does not exist'),
      node: null,
    });
  });

  it('--until-end exits with 2 if a recording failed', async () => {
    const door = { id: 'door', url: beginningOf(sparse(demoClip), 2) };
    const config = configure([{ id: 'missing', url: '/nowhere/clip.mp4' }, door]);
    const { code, stderr } = await spotter(['run', '-c', config, '--until-end']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/camera is stopped: \/nowhere\/clip\.mp4 does not exist/);
  });

  it('reconnects after its ffmpeg is killed, and track numbers continue', async () => {
    const { child, address } = await daemon(configure([{ id: 'door', loop: true, realtime: true }]));
    await messages(address, ({ kind }) => kind === 'match');
    for (const pid of descendantsOf(child.pid, 'ffmpeg')) process.kill(pid, 'SIGKILL');
    const { seen } = await messages(
      address,
      ({ kind, mediaTimeMs }) => kind === 'match' && mediaTimeMs === 0,
    );
    expect(seen.at(-1)?.track).not.toBe('door-1');
    expect(await (await fetch(`${address}/metrics`)).text()).toContain(
      'spotter_camera_restarts_total{camera="door",reason="video.killed"} 1',
    );
  });

  it('runs with a gallery without usable photos, and reports it', async () => {
    const folder = path.join(temporaryFolder(), 'gallery');
    mkdirSync(path.join(folder, 'nobody'), { recursive: true });
    writeFileSync(path.join(folder, 'nobody/x.jpg'), 'no photo');
    const { code, stdout, stderr } = await spotter([
      'run',
      '-c',
      configure([{ id: 'door', url: beginningOf(sparse(demoClip), 2) }]),
      '-g',
      folder,
      '--until-end',
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/photo is not used: it is damaged or not a picture/);
    expect(stderr).toMatch(/no usable photo in the gallery, so every face is unknown/);
    const kinds = new Set(jsonLines(stdout).map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['appeared', 'unknown', 'left']));
  });
});

describe('spotter run: the start', () => {
  it('fails if another program uses the port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as { port: number };
    const config = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(config, `gallery: ${demoGallery}\nhttp: { port: ${port} }\n`);
    const { code, stdout, stderr } = await spotter(['run', '-c', config]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      `spotter: cannot listen on 127.0.0.1:${port}: another program uses that port; stop it, or set http.port\n`,
    );
  });

  it('fails if the gallery does not exist', async () => {
    const nowhere = await spotter(['run', '-c', configure([{ id: 'door' }]), '-g', '/nowhere']);
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toMatch(/^spotter: gallery \/nowhere does not exist; make the folder/);
  });
});
