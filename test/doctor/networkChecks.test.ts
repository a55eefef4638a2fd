import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccessFile } from '../../src/auth/accessFile.js';
import { schema } from '../../src/config/schema.js';
import { checkNetwork } from '../../src/doctor/networkChecks.js';
import { needMosquitto, startMosquitto } from '../helpers/mosquitto.js';
import { temporaryFolder } from '../helpers/temporary.js';

async function find(settings: object, daemon: string | null = null) {
  const config = schema.parse({ http: { port: 0 }, ...settings });
  const loaded = { config, secrets: [], file: null, isEmpty: true, gaps: [] };
  const findings = await checkNetwork(loaded, daemon, new AbortController().signal);
  return findings.map(({ check, subject, state, message }) => `${state} ${subject ?? check}: ${message}`);
}

/** A server that takes connections, and what it has received. */
async function server() {
  const received: Buffer[] = [];
  const sockets: Socket[] = [];
  const listening = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received.push(data);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  return { port: (listening.address() as AddressInfo).port, received, sockets };
}

describe('checkNetwork', () => {
  it('reaches webhooks without sending anything, and says which one it cannot reach', async () => {
    const { port, received, sockets } = await server();
    const webhooks = [
      { id: 'up', url: `http://127.0.0.1:${port}/hooks/token` },
      { id: 'down', url: 'http://127.0.0.1:1/' },
      { id: 'tls', url: `https://127.0.0.1:${port}/` },
    ];
    const [, up, down] = await find({ webhooks: webhooks.slice(0, 2) });
    expect(up).toBe(`ok up: 127.0.0.1:${port} accepts connections; no event was sent`);
    expect(down).toMatch(/^fault down: no server is listening at 127\.0\.0\.1:1; check the url/);
    expect(sockets).toHaveLength(1);
    expect(received).toEqual([]);
    const [, tls] = await find({ webhooks: webhooks.slice(2) });
    expect(tls).toMatch(/^fault tls: 127\.0\.0\.1:\d+ does not answer in TLS; check/);
  });

  it('tells a free port from one that is in use, by another program or by the daemon', async () => {
    const { port } = await server();
    expect((await find({ http: { port } }))[0]).toBe(
      `fault port: cannot listen on 127.0.0.1:${port}: another program uses that port; stop it, or set http.port`,
    );
    expect((await find({ http: { port } }, `http://127.0.0.1:${port}`))[0]).toBe(
      `ok port: 127.0.0.1:${port}, in use by the running daemon`,
    );
    expect((await find({}))[0]).toBe('ok port: 127.0.0.1:0 is free');
  });

  it('says whether others reach the port, and who may come in', async () => {
    const data = temporaryFolder();
    const http = { port: 0, host: '0.0.0.0' };
    const found = async (auth = {}) => (await find({ http, auth, data }))[0];
    expect(await found()).toMatch(/^fault port: .* nobody may sign in yet; add a user/);
    expect(await found({ trustNetwork: true })).toMatch(
      /^warning port: .* whoever reaches it sees everything/,
    );
    expect(await found({ required: 'never' })).toMatch(/^warning port: .* may do everything/);
    expect(readdirSync(data)).toEqual([]);
    const file = new AccessFile(data);
    await file.start();
    file.use(({ users }) => users.add({ name: 'a', role: 'admin', cameras: null, password: null }, 0));
    await file.stop();
    expect(await found()).toMatch(/^ok port: .* open to those who sign in/);
  });

  it('logs in to the broker under a name of its own', async (context) => {
    needMosquitto(context);
    const login = { user: 'spot', password: 'secret' };
    const { port } = await startMosquitto(login);
    const found = async (password: string) =>
      (await find({ mqtt: { url: `mqtt://spot:${password}@127.0.0.1:${port}` } }))[1];
    expect(await found('secret')).toBe(`ok broker: 127.0.0.1:${port} accepts the login with MQTT 5`);
    expect(await found('wrong')).toMatch(
      /^fault broker: the broker at .* rejects the user name or password; check/,
    );
  });

  it('reports a broker that is not there', async () => {
    expect((await find({ mqtt: { url: 'mqtt://u:brokersecret@127.0.0.1:1' } }))[1]).toBe(
      'fault broker: no broker is listening at 127.0.0.1:1; check mqtt.url and the broker',
    );
  });
});
