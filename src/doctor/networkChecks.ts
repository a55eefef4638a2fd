import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AccessFile, hasAccessFile } from '../auth/accessFile.js';
import { hasGap } from '../config/gaps.js';
import type { IncompleteConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { describeError, hasErrno } from '../core/errors.js';
import { BrokerConnection } from '../events/sinks/broker.js';
import { BEST_TERMS, limitsOf } from '../events/sinks/handshake.js';
import { isLoopback } from '../http/origin.js';
import { listenFault } from '../http/server.js';
import { type Finding, findingsOf } from './finding.js';
import { NOT_TRIED } from './notTried.js';

/** What says where the daemon listens, and who may come in. */
type ServerConfig = Pick<Config, 'http' | 'auth' | 'data'>;

/**
 * The port of the daemon, webhooks and broker, side by side; not those that need what is missing.
 *
 * @param daemon address of the daemon that uses the data folder; null: none runs
 */
export async function checkNetwork(
  { config, gaps }: IncompleteConfig,
  daemon: string | null,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { webhooks, mqtt } = config;
  return Promise.all([
    ...(gaps.some(({ section }) => section === 'http') ? [] : [checkPort(config, daemon)]),
    ...webhooks.map((webhook, index) =>
      hasGap(webhook, gaps)
        ? findingsOf('webhook', { subject: webhook.id }).warning(NOT_TRIED)
        : checkWebhook(webhook, index, signal),
    ),
    ...(mqtt.url === null || hasGap(mqtt.url, gaps) ? [] : [checkBroker(mqtt.url, signal)]),
  ]);
}

/** The port of the daemon. @param daemon see {@link checkNetwork} */
export async function checkPort(config: ServerConfig, daemon: string | null): Promise<Finding> {
  const { host, port } = config.http;
  const { ok, warning, fault } = findingsOf('port', { key: 'http' });
  const place = `${host}:${port}`;
  if (daemon !== null && Number(new URL(daemon).port) === port)
    return ok(`${place}, in use by the running daemon`);
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    return fault(`cannot listen on ${place}: ${listenFault(error)}`);
  } finally {
    server.close();
  }
  if (isLoopback(host)) return ok(`${place} is free`);
  const { required, trustNetwork, proxy } = config.auth;
  if (required === 'never')
    return warning(
      `${place} is free, but whoever reaches it may do everything, since auth.required is never`,
    );
  if (proxy.userHeader !== null || (await hasSomebody(config.data)))
    return ok(`${place} is free, and open to those who sign in`);
  if (trustNetwork)
    return warning(
      `${place} is free, but whoever reaches it sees everything; add a user with "spotter user add NAME --role admin"`,
    );
  return fault(
    `${place} can be reached by others, and nobody may sign in yet; add a user with "spotter user add NAME --role admin", or set http.host to 127.0.0.1`,
  );
}

/** Whether there is a user or a token. A file that cannot be read is reported when the daemon starts. */
async function hasSomebody(data: string): Promise<boolean> {
  if (!hasAccessFile(data)) return false;
  const file = new AccessFile(data);
  try {
    await file.start();
    return file.use(({ users, tokens }) => users.count > 0 || tokens.count > 0);
  } catch {
    return true;
  } finally {
    await file.stop();
  }
}

/** Opens a connection, with TLS where the address has it, and sends nothing. */
async function checkWebhook(
  { id, url, timeoutMs }: Config['webhooks'][number],
  index: number,
  signal: AbortSignal,
): Promise<Finding> {
  const { ok, fault } = findingsOf('webhook', { subject: id, key: `webhooks[${index}].url` });
  const { protocol, hostname, host, port } = new URL(url);
  const isTls = protocol === 'https:';
  const name = hostname.replace(/^\[|\]$/g, '');
  const target = { host: name, port: Number(port) || (isTls ? 443 : 80) };
  const servername = /^[\d.]+$|:/.test(name) ? '' : name;
  const socket = isTls ? connectTls({ ...target, servername }) : connectTcp(target);
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    await once(socket, isTls ? 'secureConnect' : 'connect', { signal: limit });
    return ok(`${host} accepts connections; no event was sent`);
  } catch (error) {
    return fault(`${whyUnreachable(error, host, timeoutMs)}; check the url of this webhook, and the server`);
  } finally {
    socket.destroy();
  }
}

function whyUnreachable(error: unknown, host: string, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'AbortError')
    return `no answer from ${host} within ${timeoutMs} ms`;
  if (hasErrno(error, 'ECONNREFUSED')) return `no server is listening at ${host}`;
  if (hasErrno(error, 'ENOTFOUND', 'EAI_AGAIN')) return `host not found: ${host}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_SSL')) return `${host} does not answer in TLS`;
  return `cannot reach ${host}: ${describeError(error)}`;
}

/** Connects under a name of its own, since a broker ends the connection of the daemon when its name returns. */
async function checkBroker(url: string, signal: AbortSignal): Promise<Finding> {
  const { ok, warning, fault } = findingsOf('broker', { key: 'mqtt.url' });
  const { host } = new URL(url);
  try {
    const clientId = `spotter-try-${randomBytes(3).toString('hex')}`;
    const connection = await BrokerConnection.connect(
      { url, clientId, will: null, terms: BEST_TERMS },
      signal,
      () => {},
    );
    const { terms } = connection;
    await connection.end();
    const limits = limitsOf(terms);
    const what = `${host} accepts the login with MQTT ${terms.version === 5 ? '5' : '3.1.1'}`;
    return limits.length > 0 ? warning(`${what}, but ${limits.join(', and ')}`) : ok(what);
  } catch (error) {
    return fault(`${describeError(error)}; check mqtt.url and the broker`);
  }
}
