import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { Database } from '../src/core/database.js';
import { compiledFile } from '../src/core/package.js';
import { pause } from './daemon.js';
import type { FromServer, ServerOptions, ToServer } from './logServer.js';
import { quantile, type Spread, spreadOf } from './statistics.js';

const SERVER = fileURLToPath(compiledFile('bench/logServer.js'));

interface Server {
  child: ChildProcess;
  address: string;
  /** From the spawn to listening, ms. */
  startMs: number;
  stats: () => Promise<FromServer & { kind: 'stats' }>;
}

async function startServer(options: ServerOptions): Promise<Server> {
  const start = performance.now();
  const child = fork(SERVER, [JSON.stringify(options)]);
  const [message] = (await once(child, 'message')) as [FromServer];
  if (message.kind !== 'listening') throw new Error('the log server did not start');
  return {
    child,
    address: message.address,
    startMs: performance.now() - start,
    stats: async () => {
      child.send('stats' satisfies ToServer);
      const [answer] = (await once(child, 'message')) as [FromServer & { kind: 'stats' }];
      return answer;
    },
  };
}

async function stopServer({ child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.send('stop' satisfies ToServer);
  await once(child, 'exit');
}

/** A client that resumes where it left off; keeps its record over all connections. */
class ResumingClient {
  /** Event ids by seq. */
  readonly received = new Map<number, string>();
  twice = 0;
  /** Gaps in seq that the server did not announce. */
  undetected = 0;
  connections = 0;
  /** Connections closed by the server because the client was too slow. */
  cuts = 0;
  socket: WebSocket | undefined;
  #last = 0;
  #wake = () => {};

  get last(): number {
    return this.#last;
  }

  /** Connects and resumes after the last received event. */
  async connect(address: string): Promise<void> {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/ws?since=${this.#last}`);
    this.socket = socket;
    this.connections++;
    socket.on('error', () => {});
    socket.on('close', () => {
      // Excludes its own disconnects. With a full pipe, code 1013 never arrives: the connection just ends.
      if (socket === this.socket) this.cuts++;
      this.#wake();
    });
    socket.on('message', (data) => {
      if (socket === this.socket) this.#receive(JSON.parse(data.toString()));
    });
    await once(socket, 'open');
  }

  #receive(message: { type: string; seq: number; id: string }): void {
    if (message.type !== 'event') return;
    if (this.received.has(message.seq)) this.twice++;
    else if (message.seq !== this.#last + 1) this.undetected++;
    this.received.set(message.seq, message.id);
    this.#last = message.seq;
    this.#wake();
  }

  /** Waits until an event has arrived or the connection has ended. @returns whether the event has arrived */
  async has(seq: number): Promise<boolean> {
    while (this.#last < seq && (this.socket?.readyState ?? WebSocket.CLOSED) <= WebSocket.OPEN) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#last >= seq;
  }

  disconnect(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.terminate();
  }
}

/** The result of {@link measureEvents}. */
export interface EventsResult {
  seconds: number;
  published: number;
  /** From publish() to the event being in the log and handed to every client, ms. */
  publishMs: { p50: number; p99: number; worst: number };
  normal: { missing: number; twice: number };
  slow: { missing: number; twice: number; cuts: number };
  /** Resident memory of the server after ten seconds, and the maximum from then on, MB. */
  rssMb: { settled: number; most: number };
}

const SETTLED_S = 10;
/** Cycle of the slow client: it reads in the first second and in the last two. */
const CYCLE_S = 30;

/** Sends events through log and WebSocket to a client that reads and one that stalls most of the time. */
export async function measureEvents(
  eventsPerSecond: number,
  seconds: number,
  signal: AbortSignal,
  onProgress: (second: number) => void,
): Promise<EventsResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const server = await startServer({ folder, eventsPerSecond });
  const [normal, slow] = [new ResumingClient(), new ResumingClient()];
  const publishMs: number[] = [];
  const rss: number[] = [];
  try {
    await Promise.all([normal.connect(server.address), slow.connect(server.address)]);
    for (let second = 0; second < seconds && !signal.aborted; second++) {
      if (second % CYCLE_S === 1) slow.socket?.pause();
      await pause(1000, signal);
      if (second % CYCLE_S === CYCLE_S - 2) await wake(slow, server.address, (await server.stats()).lastSeq);
      const stats = await server.stats();
      for (const ms of stats.publishMs) publishMs.push(ms);
      rss.push(stats.rssMb);
      onProgress(second + 1);
    }
    server.child.send('quiet' satisfies ToServer);
    await pause(100, signal);
    const { lastSeq, published } = await server.stats();
    await normal.has(lastSeq);
    await wake(slow, server.address, lastSeq);
    return {
      seconds,
      published,
      publishMs: {
        p50: quantile(publishMs, 0.5),
        p99: quantile(publishMs, 0.99),
        worst: publishMs.reduce((most, ms) => Math.max(most, ms), 0),
      },
      normal: { missing: published - normal.received.size, twice: normal.twice },
      slow: { missing: published - slow.received.size, twice: slow.twice, cuts: slow.cuts },
      rssMb: {
        settled: rss[Math.min(SETTLED_S, rss.length) - 1],
        most: Math.max(...rss.slice(SETTLED_S - 1)),
      },
    };
  } finally {
    normal.disconnect();
    slow.disconnect();
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets a stalled client read up to an event; if it was disconnected, it reconnects. */
async function wake(client: ResumingClient, address: string, lastSeq: number): Promise<void> {
  client.socket?.resume();
  while (!(await client.has(lastSeq))) await client.connect(address);
}

/** The result of {@link measureCrash}. */
export interface CrashResult {
  runs: number;
  /** Events that a client received, and how many of them were not in the log afterwards. */
  seen: number;
  absent: number;
  /** Runs after which the database failed its integrity check. */
  damaged: number;
  twice: number;
  undetected: number;
  /** From the spawn of the process to listening, ms. */
  startMs: Spread;
}

/** Kills the server mid-write repeatedly, and checks that the log has every event that was received. */
export async function measureCrash(
  runs: number,
  eventsPerSecond: number,
  signal: AbortSignal,
  onProgress: (run: number) => void,
): Promise<CrashResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const client = new ResumingClient();
  const starts: number[] = [];
  let [absent, damaged, checked] = [0, 0, 0];
  try {
    for (let run = 0; run < runs && !signal.aborted; run++) {
      const { child, address, startMs } = await startServer({ folder, eventsPerSecond });
      starts.push(startMs);
      await client.connect(address);
      await pause(100 + 400 * Math.random(), signal);
      child.kill('SIGKILL');
      await once(child, 'exit');
      if (client.socket && client.socket.readyState <= WebSocket.OPEN) await once(client.socket, 'close');
      const db = new Database(path.join(folder, 'events.db'));
      const find = db.prepare<{ id: string }>('SELECT id FROM events WHERE seq = ?');
      for (let seq = checked + 1; seq <= client.last; seq++)
        if (find.get(seq)?.id !== client.received.get(seq)) absent++;
      checked = client.last;
      if (db.pragma('integrity_check') !== 'ok') damaged++;
      db.release();
      onProgress(run + 1);
    }
    const { received, twice, undetected } = client;
    return {
      runs: starts.length,
      seen: received.size,
      absent,
      damaged,
      twice,
      undetected,
      startMs: spreadOf(starts),
    };
  } finally {
    client.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The result of {@link measureStorm}. */
export interface StormResult {
  /** Disconnects. */
  drops: number;
  published: number;
  missing: number;
  twice: number;
  undetected: number;
}

/** Disconnects and resumes a client repeatedly while events flow. */
export async function measureStorm(
  drops: number,
  eventsPerSecond: number,
  signal: AbortSignal,
): Promise<StormResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const server = await startServer({ folder, eventsPerSecond });
  const client = new ResumingClient();
  try {
    for (let drop = 0; drop < drops && !signal.aborted; drop++) {
      await client.connect(server.address);
      await pause(5 + 60 * Math.random(), signal);
      client.disconnect();
      await pause(30 * Math.random(), signal);
    }
    server.child.send('quiet' satisfies ToServer);
    await pause(100, signal);
    const { lastSeq, published } = await server.stats();
    await client.connect(server.address);
    await client.has(lastSeq);
    const { received, twice, undetected } = client;
    return { drops, published, missing: published - received.size, twice, undetected };
  } finally {
    client.disconnect();
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  }
}
