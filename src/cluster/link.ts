import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  TimeoutError,
  type TlsOptions,
} from '@nats-io/transport-node';
import { describeError, SpotterError } from '../core/errors.js';
import { closingSockets } from './closingSockets.js';
import { tlsAlertOf } from './tlsAlert.js';

/** How to reach NATS: the section `cluster` of the configuration. */
export interface LinkConfig {
  /** nats:// or tls:// addresses. */
  servers: readonly string[];
  node: string;
  user: string | null;
  password: string | null;
  token: string | null;
  /** Seed. */
  nkey: string | null;
  /** Absolute path. */
  credentials: string | null;
  /** Absolute paths. */
  tls: { ca: string | null; certificate: string | null; key: string | null };
}

/** A connection to NATS and what is used of it. */
export interface Link {
  connection: NatsConnection;
  jetstream: JetStreamClient;
  manager: JetStreamManager;
}

/** The oldest server that was tried: what is needed came with it, and no newer one is needed. */
const OLDEST = [2, 9];
const TIMEOUT_MS = 4000;
/** A connection that is silent for twice this long is made again. */
const PING_MS = 2000;

/**
 * Connects to one of the servers. The connection is made again for ever when it is lost.
 *
 * @param signal ends the attempts
 * @throws SpotterError cluster.unfit; an error of the client, see {@link refusalOf}
 */
export async function openLink(config: LinkConfig, signal?: AbortSignal): Promise<Link> {
  const options = optionsOf(config);
  const connection = await closingSockets(() => connect(options), signal).catch(async (error: unknown) => {
    const isSilent = options.tls !== undefined && error instanceof TimeoutError && !signal?.aborted;
    throw (isSilent && (await tlsAlertOf(config))) || error;
  });
  try {
    checkServer(connection);
    const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS });
    return { connection, manager, jetstream: jetstream(connection, { timeout: TIMEOUT_MS }) };
  } catch (error) {
    await closeLink({ connection });
    throw error;
  }
}

/**
 * Closes a connection, also one that is being made again at the moment: the client leaves the socket of that attempt open, which would
 * keep the process from ending for as long as a server is silent.
 */
export async function closeLink({ connection }: Pick<Link, 'connection'>): Promise<void> {
  await connection.close();
  const { protocol } = connection as unknown as { protocol?: { transport?: { socket?: Socket } } };
  protocol?.transport?.socket?.destroy();
}

function checkServer({ info }: NatsConnection): void {
  const version = info?.version ?? '0';
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new SpotterError(
    'cluster.unfit',
    `nats-server ${info?.server_name ?? ''} is version ${version}; spotter needs ${OLDEST.join('.')} or newer`,
  );
}

function optionsOf(config: LinkConfig): NodeConnectionOptions {
  const { servers, node, user, password, token, tls } = config;
  const authenticator = authenticatorOf(config);
  const isTls = servers.some((server) => server.startsWith('tls:')) || tls.ca !== null || tls.key !== null;
  return {
    servers: servers.map((server) => new URL(server).host),
    name: `spotter ${node}`,
    timeout: TIMEOUT_MS,
    reconnectTimeWait: 250,
    maxReconnectAttempts: -1,
    // A password may be changed at the server first.
    ignoreAuthErrorAbort: true,
    pingInterval: PING_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...(user !== null && { user, pass: password ?? '' }),
    ...(token !== null && { token }),
    ...(authenticator && { authenticator }),
    ...(isTls && { tls: tlsOf(tls) }),
  };
}

/** @throws SpotterError cluster.refused when what the configuration names cannot be used, whatever the servers say */
function authenticatorOf({ nkey, credentials }: LinkConfig): Authenticator | null {
  if (nkey !== null) return checked('cluster.nkey', () => nkeyAuthenticator(new TextEncoder().encode(nkey)));
  if (credentials === null) return null;
  return checked(`cluster.credentials, ${credentials},`, () => credsAuthenticator(readFileSync(credentials)));
}

/** The client uses a login only when a server asks for it, and fails then as for something that passes. */
function checked(key: string, make: () => Authenticator): Authenticator {
  return refusing(key, () => {
    const authenticator = make();
    authenticator('nonce');
    return authenticator;
  });
}

const PEM = { ca: 'certificate', certificate: 'certificate', key: 'private key' };

/** The client takes a file without a certificate for none, and fails for one that is missing as for something that passes. */
function tlsOf(tls: LinkConfig['tls']): TlsOptions {
  const [ca, cert, key] = (['ca', 'certificate', 'key'] as const).map((name) => {
    const file = tls[name];
    if (file === null) return undefined;
    return refusing(`cluster.tls.${name}, ${file},`, () => {
      const text = readFileSync(file, 'utf8');
      if (!text.includes(`${PEM[name].toUpperCase()}-----`)) throw new Error(`it has no ${PEM[name]} in PEM`);
      return text;
    });
  });
  refusing('what the files of cluster.tls contain', () => createSecureContext({ ca, cert, key }));
  return {
    ...(tls.ca !== null && { caFile: tls.ca }),
    ...(tls.certificate !== null && { certFile: tls.certificate }),
    ...(tls.key !== null && { keyFile: tls.key }),
  };
}

/** @throws SpotterError cluster.refused */
function refusing<T>(what: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw new SpotterError('cluster.refused', `${what} cannot be used for NATS: ${describeError(error)}`);
  }
}
