import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { freePorts } from './freePorts.js';
import { root } from './paths.js';
import { isInstalled, type ServerProgram, serverProgram } from './serverProgram.js';
import { temporaryFolder } from './temporary.js';

let isThere: boolean | undefined;

/** Skips the test with the reason when there is no nats-server. */
export function needNats(context: TestContext): void {
  isThere ??= isInstalled('nats-server', '--version');
  if (!isThere) context.skip('needs nats-server: node .ci/setup.mjs --tests installs it on Debian');
}

export interface NatsServer extends ServerProgram {
  /** nats://127.0.0.1:PORT */
  url: string;
  /** Where it stores its streams. */
  folder: string;
  /** Replaces its options from the next start on. */
  configure(options: NatsOptions): void;
}

export interface NatsOptions {
  /** Default true. */
  jetstream?: boolean;
  /** Most bytes on disk, such as 64MB; default 1GB. */
  space?: string;
  /** More of the configuration, such as authorization. */
  more?: string;
  /** Of its certificate; plain without. */
  tls?: {
    key: string;
    certificate: string /** Authority whose certificate a client needs. */;
    clientsOf?: string;
  };
}

/** A real server on 127.0.0.1. Ends with the test. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const [server] = await startNatsCluster(1, options);
  return server;
}

const EXAMPLE_PASSWORD = 'a-password-of-nats';

/** What a node gives a server of {@link startGuardedNats}: part of `cluster` in its configuration. */
export const EXAMPLE_LOGIN = { name: 'spotter', user: 'spotter', password: EXAMPLE_PASSWORD };

/** A real server that allows what docs/cluster/permissions.conf does, and no more. @param change what is changed in that file */
export function startGuardedNats(change: (text: string) => string = (text) => text): Promise<NatsServer> {
  const text = readFileSync(path.join(root, 'docs/cluster/permissions.conf'), 'utf8');
  return startNats({ more: change(text).replace('$NATS_PASSWORD', EXAMPLE_PASSWORD) });
}

/** Real servers that form a cluster of NATS; one forms none. They end with the test. */
export async function startNatsCluster(count: number, options: NatsOptions = {}): Promise<NatsServer[]> {
  const ports = await freePorts(2 * count);
  const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
  const servers = ports.slice(0, count).map((port, index) => {
    const lines = [`server_name: n${index + 1}`, `listen: "127.0.0.1:${port}"`];
    if (count > 1)
      lines.push(
        `cluster { name: test, listen: "127.0.0.1:${ports[count + index]}", routes: [${routes.join(', ')}] }`,
      );
    return server(port, lines, options);
  });
  await Promise.all(servers.map((one) => one.start()));
  return servers;
}

function server(port: number, lines: string[], options: NatsOptions): NatsServer {
  const folder = temporaryFolder();
  const config = path.join(temporaryFolder(), 'nats.conf');
  const configure = (next: NatsOptions) => writeFileSync(config, textOf(folder, lines, next));
  configure(options);
  return {
    url: `${options.tls ? 'tls' : 'nats'}://127.0.0.1:${port}`,
    ...{ folder, configure },
    ...serverProgram('nats-server', ['-c', config], /Server is ready/),
  };
}

function textOf(folder: string, lines: string[], options: NatsOptions): string {
  const { jetstream = true, space = '1GB', more = '', tls } = options;
  const all = [...lines, more];
  if (jetstream) all.push(`jetstream { store_dir: "${folder}", max_file_store: ${space} }`);
  const clients = tls?.clientsOf === undefined ? '' : `, ca_file: "${tls.clientsOf}", verify: true`;
  if (tls) all.push(`tls { cert_file: "${tls.certificate}", key_file: "${tls.key}"${clients} }`);
  return `${all.join('\n')}\n`;
}
