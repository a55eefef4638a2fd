import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { finish, spotter, start } from '../helpers/cli.js';
import { eventually, Listener, metricsOf } from '../helpers/daemon.js';
import { demoClip, demoGallery } from '../helpers/paths.js';
import { commandLines } from '../helpers/processes.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Realistic passwords with a common beginning that does not occur by chance. */
const PASSWORDS = [
  'Qz7vXplain',
  'Qz7v:colon:Xx',
  'Qz7v@at@Xx',
  'Qz7v/slash/Xx',
  'Qz7v?query=Xx',
  'Qz7v%percentXx',
  'Qz7v%40encodedXx',
  'Qz7v\'quote"Xx',
  'Qz7v$&{(dollar)}Xx',
  'Qz7v\\back^slash|Xx',
  'Qz7vümläut-Ωmega',
  'Qz7v.*+[regex]Xx',
  'Qz7vXplain-and-more',
];
/** Their common beginning: must not appear in any output. */
const CANARY = /Qz7v/i;

/** A server that answers every request with a web page. */
async function webPage(): Promise<number> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<html>no video</html>');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

/**
 * Adds a user and a token to a running daemon, signs in and out, fails to, and uses everything that is behind.
 *
 * @returns all that is shown meanwhile, and the session and the token, which only the answers that give them may show
 */
async function useDoors(address: string, folder: string, file: string, env: NodeJS.ProcessEnv) {
  const outputs: string[] = [];
  const password = PASSWORDS[0];
  const adding = start(['user', 'add', 'anna', '--role', 'admin', '--password-stdin', '-c', file], {
    stdio: 'pipe',
    env,
  });
  adding.stdin?.end(password);
  outputs.push(commandLines());
  const added = await finish(adding);
  expect(added.code, added.stderr).toBe(0);
  const made = await spotter(['token', 'create', 'ha', '--scopes', 'events:read,service:read', '-c', file], {
    env,
  });
  const token = made.stdout.trim();
  const ask = async (route: string, init: RequestInit = {}) => {
    const response = await fetch(`${address}${route}`, init);
    outputs.push(await response.text());
    return response;
  };
  const signIn = (name: string, given: string) =>
    ask('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password: given }),
    });
  for (const wrong of PASSWORDS.slice(1, 4)) expect((await signIn('anna', wrong)).status).toBe(401);
  // Typed into the wrong field.
  expect((await signIn(password, 'anna')).status).toBe(401);
  const answer = await signIn('anna', password);
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  for (const headers of [{ cookie }, { authorization: `Bearer ${token}` }]) {
    for (const route of [
      'session',
      'events',
      'cameras',
      'sinks',
      'tokens',
      'health',
      'config',
      'openapi.json',
    ])
      await ask(`/api/v1/${route}`, { headers });
    await ask('/metrics', { headers });
    const socket = new WebSocket(`${address.replace('http', 'ws')}/ws?since=0`, {
      headers: { ...headers, origin: address },
    });
    const [hello] = await once(socket, 'message');
    outputs.push(String(hello));
    outputs.push(commandLines());
    socket.terminate();
  }
  await ask(`/api/v1/events?token=${token}`);
  await ask('/api/v1/log/copy', { method: 'POST', headers: { cookie } });
  await ask('/api/v1/session', { method: 'DELETE', headers: { cookie, origin: address } });
  for (const args of [
    ['user', 'list', '--json'],
    ['token', 'list', '--json'],
    ['user', 'remove', 'anna'],
  ])
    outputs.push(JSON.stringify(await spotter([...args, '-c', file], { env })));
  outputs.push(added.stdout, added.stderr, made.stderr);
  outputs.push(readFileSync(path.join(folder, 'data/access.db'), 'latin1'));
  return { outputs, secrets: [token.slice(-43), cookie.slice(-43)] };
}

describe('spotter run: the password of a camera or of a user', () => {
  it('appears in no output, whatever characters it has and whatever fails, nor does a session or a token', async (context) => {
    needRtsp(context);
    const folder = temporaryFolder();
    const { port: guarded } = await startRtsp({ clip: demoClip, users: [['somebody', 'else']] });
    const page = await webPage();
    const hosts = [`127.0.0.1:${guarded}/cam`, '127.0.0.1:9/cam', 'no-such-host.invalid/cam'];
    const environment: NodeJS.ProcessEnv = { ...process.env };
    const cameras = PASSWORDS.flatMap((password, index) => {
      const host = hosts[index % hosts.length];
      environment[`DOOR_PASSWORD_${index}`] = password;
      writeFileSync(path.join(folder, `secret-${index}`), `${password}\n`);
      return [
        { id: `plain-${index}`, url: `rtsp://user:${password}@${host}` },
        { id: `variable-${index}`, url: `rtsp://user:\${DOOR_PASSWORD_${index}}@${host}` },
        { id: `file-${index}`, url: `http://user:\${file:secret-${index}}@127.0.0.1:${page}/` },
      ];
    });
    const file = path.join(folder, 'config.yaml');
    // On a busy machine the last of so many ffmpegs starts late, and those before it need not be tried again meanwhile.
    const watchdog = { connectMs: 60_000, firstBackoffMs: 60_000, maxBackoffMs: 60_000 };
    const text = JSON.stringify({ cameras, gallery: demoGallery, http: { port: 0 }, watchdog });
    writeFileSync(file, text);

    const shown = await spotter(['config', 'show', '-c', file], { env: environment });
    expect(shown.code, shown.stderr).toBe(0);
    const mistaken = path.join(folder, 'mistaken.yaml');
    writeFileSync(mistaken, text.replace('"gallery"', '"galery"'));
    const checked = await spotter(['config', 'check', '-c', mistaken], { env: environment });
    expect(checked.code).toBe(2);

    const child = start(['run', '-c', file], { env: environment });
    const ended = finish(child);
    let log = '';
    child.stderr?.on('data', (data) => {
      log += data;
    });
    const address = await eventually(
      () => /metrics (http:\/\/[\d.:]+)\/metrics/.exec(log)?.[1] ?? '',
      (found) => found !== '',
    );
    const client = new Listener(address);
    const seen: string[] = [];
    await eventually(
      async () => {
        seen.push(commandLines());
        const up = (await metricsOf(address)).split('\n');
        return up.filter((line) => /state="(auth_failed|unreachable|no_video)"\} 1$/.test(line)).length;
      },
      (failed) => failed === cameras.length,
    );
    const metrics = await metricsOf(address);
    const messages = JSON.stringify(client.seen);
    const behindDoors = await useDoors(address, folder, file, environment);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain('refuses the user name or the password');
    expect(messages).toContain('no_video');
    const everything = [
      shown.stdout,
      checked.stdout,
      checked.stderr,
      stdout,
      stderr,
      messages,
      metrics,
      ...seen,
      ...behindDoors.outputs,
    ];
    for (const output of everything) {
      for (const secret of [CANARY, ...behindDoors.secrets.map((one) => new RegExp(one))]) {
        const found = secret.exec(output);
        expect(found && output.slice(Math.max(0, found.index - 200), found.index + 100)).toBeNull();
      }
    }
  });
});
