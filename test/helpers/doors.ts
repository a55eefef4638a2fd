import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { AccessFile } from '../../src/auth/accessFile.js';
import { type Derive, Passwords } from '../../src/auth/passwords.js';
import type { Config } from '../../src/config/schema.js';
import type { Role, Scope } from '../../src/core/access.js';
import { viewsOf } from '../../src/http/api.js';
import { byNameKey } from '../../src/http/message.js';
import { socketRoute } from '../../src/http/server.js';
import { EventSocket } from '../../src/http/socket.js';
import { Gate } from '../../src/supervisor/gate.js';
import { configWith } from './engine.js';
import { eventDraft } from './events.js';
import { httpServer } from './http.js';
import { openLog } from './log.js';
import { temporaryFolder } from './temporary.js';

export const PASSWORD = 'correct horse battery';
export const CONTROL = 'control-token-of-this-start';
const CAMERAS = ['door', 'yard'];

/** An answer, with its body read. */
export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What a request of {@link doors} may have. */
export interface Asked {
  method?: string;
  /** A list sends the header several times. */
  headers?: Record<string, string | string[]>;
  body?: string | undefined;
}

/**
 * A server on a free port of this machine, with real doors: users anna (admin), otto (operator) and vera (viewer of the camera door
 * only), and events 1, 3 of door and 2, 4 of yard, each with a snapshot. All is gone with the test.
 */
export async function doors(change: (auth: Config['auth'], http: Config['http']) => void = () => {}) {
  const folder = temporaryFolder();
  const file = new AccessFile(folder);
  const loaded = configWith((config) => change(config.auth, config.http));
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  let hashes = 0;
  const derive: Derive = async (password, salt, length) => {
    hashes++;
    return Buffer.concat([salt, Buffer.from(password)], length);
  };
  const passwords = new Passwords({ ln: 4, r: 8, p: 1 }, derive);
  const gate = new Gate({ file, config: () => loaded.config, controlToken: CONTROL, logger, passwords });
  await file.start();
  const password = await passwords.hash(PASSWORD);
  const addUser = (name: string, role: Role, cameras: string[] | null = null) =>
    file.use(({ users }) => users.add({ name, role, cameras, password }, Date.now()));
  addUser('anna', 'admin');
  addUser('otto', 'operator');
  addUser('vera', 'viewer', ['door']);
  await file.stop();
  await gate.start();
  onTestFinished(() => gate.stop());

  const { log } = await openLog({ folder });
  log.append([0, 1, 2, 3].map((index) => eventDraft({ camera: CAMERAS[index % 2] })));
  const closed: string[] = [];
  const socket = new EventSocket({
    hello: () => ({
      ...{ protocol: 1, server: 'spotter/test', cameras: CAMERAS.map((id) => ({ id })) },
      tracks: CAMERAS.map((camera) => ({ camera, person: 'alice' })),
    }),
    selectable: () => ({ cameras: CAMERAS, people: byNameKey(['alice']) }),
    log: () => log.state,
    page: (seq, limit) => log.page(seq, limit),
    stats: () => ({ cameras: CAMERAS.map((camera) => ({ camera })) }),
    onClosed: (reason) => closed.push(reason),
  });
  await socket.start();
  const acted: string[] = [];
  const act = (what: string) => (subject: unknown) => {
    acted.push(`${what} ${subject}`);
    return { outcome: 'done' };
  };
  const cameraViews = () =>
    CAMERAS.map((id) => ({
      ...{ id, name: id, state: 'live' as const, message: null, lastFrameAt: null, tracks: [] },
      ...{ zones: [], width: null, height: null, node: null },
    }));
  const http = await httpServer(
    {
      api: viewsOf(log, cameraViews, () => ({ cameras: CAMERAS, people: byNameKey(['alice']) })),
      snapshot: async () => Buffer.from('JPEG'),
      frame: async () => Buffer.from('JPEG'),
      metrics: async () => ({ contentType: 'text/plain', body: 'secret_metric 1\n' }),
      service: { sinks: () => [{ name: 'mqtt' }], schemas: () => ({}) },
      control: {
        forget: async (name) => act('forget')(name),
        resend: async (number) => act('resend')(number),
        drop: (number) => act('drop')(number) !== null,
        copyLog: async () => act('copy')('log'),
      },
      sessions: gate.sessions,
      tokens: gate.tokens,
    },
    {
      identify: (credentials) => gate.identify(credentials),
      clientOf: (credentials) => gate.clientOf(credentials),
      allowedHosts: loaded.config.http.allowedHosts,
      allowedOrigins: loaded.config.http.allowedOrigins,
      sockets: { '/ws': socketRoute('events:read', () => socket) },
    },
  );
  onTestFinished(() => socket.stop());
  const origin = http.address;

  /** Sends a request exactly as it is given. */
  const ask = async (path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const { hostname, port } = new URL(origin);
      const options = { hostname, port, path, method, headers: { ...json, ...headers } };
      request(options, resolve).once('error', reject).end(body);
    });
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await text(response),
    };
  };
  const signIn = (name: string, given = PASSWORD, headers: Asked['headers'] = {}) =>
    ask('/api/v1/session', { method: 'POST', headers, body: JSON.stringify({ name, password: given }) });
  /** The Cookie header of somebody who has signed in. */
  const cookieOf = async (name: string) => {
    const answer = await signIn(name);
    return answer.headers['set-cookie']?.[0].split(';')[0] ?? `none: ${answer.body}`;
  };
  /** The Authorization header of a new token. */
  const tokenOf = (scopes: Scope[], cameras: string[] | null = null, name = `token-${Math.random()}`) => ({
    authorization: `Bearer ${file.use(({ tokens }) => tokens.create({ name, scopes, cameras }, Date.now()))}`,
  });
  return {
    ...{ http, gate, file, folder, log, socket, closed, acted, lines, origin, ask, signIn, cookieOf },
    ...{ tokenOf, addUser, hashes: () => hashes, ws: `${origin.replace('http', 'ws')}/ws` },
  };
}
