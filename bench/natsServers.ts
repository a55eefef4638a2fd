import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SpotterError } from '../src/core/errors.js';
import { killed } from './daemon.js';
import type { Machine } from './machines.js';

const PORT = 4222;
const ROUTE_PORT = 6222;
const MONITOR_PORT = 8222;
const READY_MS = 30_000;
const POLL_MS = 100;
/** Debian installs it outside the usual PATH. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** A nats-server on a machine. */
export interface NatsProcess {
  machine: Machine;
  /** For the other machines, nats://host:port. */
  url: string;
  /** Where it stores its streams. */
  folder: string;
  pid: () => number;
  start: () => void;
  /** With SIGKILL. */
  kill: () => Promise<void>;
}

/**
 * Starts a nats-server with JetStream on each machine, which form one cluster, and waits until it has a leader.
 *
 * @throws SpotterError usage: no nats-server, or they do not find each other
 */
export async function startNatsServers(machines: readonly Machine[], folder: string): Promise<NatsProcess[]> {
  const routes = machines.map(({ peerIp }) => `nats-route://${peerIp}:${ROUTE_PORT}`).join(', ');
  const servers = machines.map((machine) =>
    natsOn(machine, routes, path.join(folder, `nats-${machine.name}`)),
  );
  for (const server of servers) server.start();
  await untilLed(servers);
  return servers;
}

function natsOn(machine: Machine, routes: string, folder: string): NatsProcess {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}.conf`;
  const lines = [
    `server_name: ${machine.name}`,
    `listen: "0.0.0.0:${PORT}"`,
    `http: "0.0.0.0:${MONITOR_PORT}"`,
    `cluster { name: bench, listen: "0.0.0.0:${ROUTE_PORT}", routes: [${routes}] }`,
    `jetstream { store_dir: "${folder}" }`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  let child: ChildProcess | undefined;
  return {
    machine,
    folder,
    url: `nats://${machine.peerIp}:${PORT}`,
    pid: () => child?.pid ?? 0,
    start: () => {
      const [program, args] = machine.command('nats-server', ['-c', file]);
      child = spawn(program, args, { env, stdio: 'ignore' });
    },
    kill: () => killed(child),
  };
}

interface JetStreamState {
  /** Bytes. */
  storage?: number;
  meta_cluster?: { leader?: string };
  account_details?: { stream_detail?: { name: string; cluster?: { leader?: string } }[] }[];
}

/** What a server has sent and received so far. */
export interface Traffic {
  in_msgs: number;
  out_msgs: number;
  in_bytes: number;
  out_bytes: number;
}

async function monitored({ machine }: NatsProcess, page: string): Promise<unknown> {
  const address = `http://${machine.cameraIp}:${MONITOR_PORT}/${page}`;
  return (await fetch(address, { signal: AbortSignal.timeout(2000) })).json();
}

/** What a server says of JetStream; null while it does not answer. */
async function stateOf(server: NatsProcess): Promise<JetStreamState | null> {
  return (await monitored(server, 'jsz?streams=true').catch(() => null)) as JetStreamState | null;
}

/** What a server has sent and received. */
export async function trafficOf(server: NatsProcess): Promise<Traffic> {
  return (await monitored(server, 'varz')) as Traffic;
}

/** Bytes that JetStream has on the disk of the server that has most. */
export async function jetStreamBytes(servers: readonly NatsProcess[]): Promise<number> {
  const states = await Promise.all(servers.map(stateOf));
  return Math.max(...states.map((state) => state?.storage ?? 0));
}

/** Waits until the servers have a leader. @throws SpotterError usage: they have none for half a minute */
export async function untilLed(servers: readonly NatsProcess[]): Promise<void> {
  const giveUp = performance.now() + READY_MS;
  while (performance.now() < giveUp) {
    const states = await Promise.all(servers.map(stateOf));
    if (states.every((state) => state?.meta_cluster?.leader)) return;
    await wait(POLL_MS);
  }
  throw new SpotterError('usage', 'the NATS servers find no leader; is nats-server installed?');
}

/** The server that leads a stream; the first one that answers where none does. */
export async function leaderOf(servers: readonly NatsProcess[], stream: string): Promise<NatsProcess> {
  for (const server of servers) {
    const details = (await stateOf(server))?.account_details?.flatMap(
      ({ stream_detail = [] }) => stream_detail,
    );
    const leader = details?.find(({ name }) => name === stream)?.cluster?.leader;
    const found = servers.find(({ machine }) => machine.name === leader);
    if (found) return found;
  }
  return servers[0];
}
