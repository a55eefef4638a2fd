import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { finish, lineMatching, spotter, start } from '../helpers/cli.js';
import { demoGallery } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { makeCertificates } from '../helpers/tls.js';

const PASSWORD = 'correct horse battery';

/** A home whose daemon listens on every address, with TLS, and has a camera that is not there. */
function home(): string {
  const folder = temporaryFolder();
  const { certificate, key } = makeCertificates().server;
  const cameras = [{ id: 'door', url: 'rtsp://127.0.0.1:9/door' }];
  const http = { host: '0.0.0.0', port: 0, tls: { certificate, key } };
  writeFileSync(path.join(folder, 'config.yaml'), JSON.stringify({ cameras, http, gallery: demoGallery }));
  return folder;
}

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: unknown;
}

async function ask(address: string, headers = {}, body?: object): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const method = body ? 'POST' : 'GET';
    const type = body && { 'content-type': 'application/json' };
    const options = { method, headers: { ...type, ...headers }, rejectUnauthorized: false };
    request(address, options, resolve)
      .once('error', reject)
      .end(body && JSON.stringify(body));
  });
  return { status: response.statusCode, headers: response.headers, body: await json(response) };
}

describe('spotter run on every address', () => {
  it('starts once somebody may sign in, with HTTPS, and follows what the commands change', async () => {
    const dir = home();
    const run = (...args: string[]) => spotter([...args, '--dir', dir]);
    const refused = await run('run');
    expect(refused).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /nobody may sign in yet, and 0\.0\.0\.0 can be reached by others; add a user with/,
      ),
    });
    expect((await run('doctor', '--json')).stdout).toContain('nobody may sign in yet');

    const adding = start(['user', 'add', 'anna', '--role', 'admin', '--password-stdin', '--dir', dir], {
      stdio: 'pipe',
    });
    adding.stdin?.end(`${PASSWORD}\n`);
    expect(await finish(adding)).toMatchObject({ code: 0 });
    const child = start(['run', '--dir', dir]);
    const ended = finish(child);
    const line = await lineMatching(child, 'stderr', /metrics https/);
    child.stderr?.resume();
    const [, port] = /https:\/\/0\.0\.0\.0:(\d+)/.exec(line) ?? [];
    const address = `https://127.0.0.1:${port}`;

    expect((await ask(`${address}/api/v1/events`)).status).toBe(401);
    const signedIn = await ask(`${address}/api/v1/session`, {}, { name: 'anna', password: PASSWORD });
    const cookie = signedIn.headers['set-cookie']?.[0].split(';')[0] ?? '';
    expect(signedIn.headers['set-cookie']?.[0]).toMatch(/^__Host-spotter_session=.*; Secure$/);
    const headers = { cookie, origin: address };
    expect((await ask(`${address}/api/v1/cameras`, headers)).body).toMatchObject({
      cameras: [{ id: 'door' }],
    });

    // The daemon's own programs reach it over TLS and past the doors.
    expect(JSON.parse((await run('camera', 'list', '--json')).stdout)).toMatchObject({ running: true });
    expect(JSON.parse((await run('models', 'list', '--json')).stdout)).toMatchObject({
      running: [
        { id: 'spotter-det', provider: 'cpu' },
        { id: 'spotter-embed', provider: 'cpu' },
      ],
    });
    expect(await run('backup', path.join(dir, 'backup.tar.gz'))).toMatchObject({ code: 0 });

    const made = await run('token', 'create', 'dashboard', '--scopes', 'events:read', '--cameras', 'door');
    const bearer = { authorization: `Bearer ${made.stdout.trim()}` };
    expect((await ask(`${address}/api/v1/events`, bearer)).status).toBe(200);
    const sockets = [headers, bearer].map((own) => {
      const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, { headers: own, rejectUnauthorized: false });
      onTestFinished(() => socket.terminate());
      return { opened: once(socket, 'message'), closed: once(socket, 'close') };
    });
    await Promise.all(sockets.map(({ opened }) => opened));
    expect((await run('token', 'revoke', 'dashboard')).code).toBe(0);
    expect((await sockets[1].closed)[0]).toBe(1008);
    expect((await ask(`${address}/api/v1/events`, bearer)).status).toBe(401);
    expect((await run('user', 'remove', 'anna')).code).toBe(0);
    expect((await sockets[0].closed)[0]).toBe(1008);
    expect((await ask(`${address}/api/v1/events`, headers)).status).toBe(401);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining(PASSWORD) });
  });
});
