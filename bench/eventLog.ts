import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { Database } from '../src/events/log/database.js';
import { pause } from './daemon.js';
import type { FromServer, ServerOptions, ToServer } from './logServer.js';
import { quantile } from './statistics.js';

/** The event log under load, under kills, and with clients that come and go. */

const SERVER = fileURLToPath(new URL('./logServer.js', import.meta.url));

interface Server {
  child: ChildProcess;
  address: string;
  /** From its start to its listening, ms. */
  startMs: number;
  stats: () => Promise<FromServer & { kind: 'stats' }>;
}

async function startServer(options: ServerOptions): Promise<Server> {
  const start = performance.now();
  const child = fork(SERVER, [JSON.stringify(options)]);
  const [message] = (await once(child, 'message')) as [FromServer];
  if (message.kind !== 'listening') throw new Error('the server did not start');
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

/** What a client has heard over all of its connections. */
class Ear {
  /** By number, the id of the event. */
  readonly heard = new Map<number, string>();
  twice = 0;
  /** Numbers that were left out without a word. */
  undetected = 0;
  connections = 0;
  /** Connections that the server ended because of a slow reader. */
  cuts = 0;
  socket: WebSocket | undefined;
  #last = 0;
  #wake = () => {};

  get last(): number {
    return this.#last;
  }

  /** Connects, from the last event on that it has. */
  async connect(address: string): Promise<void> {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/ws?since=${this.#last}`);
    this.socket = socket;
    this.connections++;
    socket.on('error', () => {});
    socket.on('close', () => {
      // Its own hanging up is not counted. Whose pipe is full learns of 1013 only by the end of the connection.
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
    if (this.heard.has(message.seq)) this.twice++;
    else if (message.seq !== this.#last + 1) this.undetected++;
    this.heard.set(message.seq, message.id);
    this.#last = message.seq;
    this.#wake();
  }

  /** Resolves when it has an event, or its connection has ended. @returns whether it has it */
  async has(seq: number): Promise<boolean> {
    while (this.#last < seq && (this.socket?.readyState ?? WebSocket.CLOSED) <= WebSocket.OPEN) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#last >= seq;
  }

  hangUp(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.terminate();
  }
}

export interface EventsResult {
  seconds: number;
  published: number;
  /** Time from an event being known to it being kept and handed to every client, ms. */
  publishMs: { p50: number; p99: number; worst: number };
  normal: { missing: number; twice: number };
  slow: { missing: number; twice: number; cuts: number };
  /** Resident memory of the server after ten seconds and the most afterwards. */
  rssMb: { settled: number; most: number };
}

const SETTLED_S = 10;
/** Of so many seconds the slow client reads in the first and the last two. */
const CYCLE_S = 30;

/** So many events a second through log and WebSocket to a client that reads and one that mostly does not. */
export async function measureEvents(
  eventsPerSecond: number,
  seconds: number,
  signal: AbortSignal,
  onProgress: (second: number) => void,
): Promise<EventsResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const server = await startServer({ folder, eventsPerSecond });
  const [normal, slow] = [new Ear(), new Ear()];
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
      normal: { missing: published - normal.heard.size, twice: normal.twice },
      slow: { missing: published - slow.heard.size, twice: slow.twice, cuts: slow.cuts },
      rssMb: {
        settled: rss[Math.min(SETTLED_S, rss.length) - 1],
        most: Math.max(...rss.slice(SETTLED_S - 1)),
      },
    };
  } finally {
    normal.hangUp();
    slow.hangUp();
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets a sleeper read on; one that was cut meanwhile comes back with what it has. */
async function wake(ear: Ear, address: string, lastSeq: number): Promise<void> {
  ear.socket?.resume();
  while (!(await ear.has(lastSeq))) await ear.connect(address);
}

export interface CrashResult {
  runs: number;
  /** Events that a client was told, and how many of them the log did not have afterwards. */
  seen: number;
  absent: number;
  /** Runs after which the log was not whole. */
  damaged: number;
  twice: number;
  undetected: number;
  /** From the start of the process to its listening, ms. */
  startMs: { p50: number; worst: number };
}

/** Kills the server in the middle of its writing, again and again, and looks whether the log has all that was told. */
export async function measureCrash(
  runs: number,
  eventsPerSecond: number,
  signal: AbortSignal,
  onProgress: (run: number) => void,
): Promise<CrashResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const ear = new Ear();
  const starts: number[] = [];
  let [absent, damaged, checked] = [0, 0, 0];
  try {
    for (let run = 0; run < runs && !signal.aborted; run++) {
      const { child, address, startMs } = await startServer({ folder, eventsPerSecond });
      starts.push(startMs);
      await ear.connect(address);
      await pause(100 + 400 * Math.random(), signal);
      child.kill('SIGKILL');
      await once(child, 'exit');
      if (ear.socket && ear.socket.readyState <= WebSocket.OPEN) await once(ear.socket, 'close');
      const db = new Database(path.join(folder, 'events.db'));
      const find = db.prepare<{ id: string }>('SELECT id FROM events WHERE seq = ?');
      for (let seq = checked + 1; seq <= ear.last; seq++)
        if (find.get(seq)?.id !== ear.heard.get(seq)) absent++;
      checked = ear.last;
      if (db.pragma('integrity_check') !== 'ok') damaged++;
      db.release();
      onProgress(run + 1);
    }
    const { heard, twice, undetected } = ear;
    const startMs = { p50: quantile(starts, 0.5), worst: Math.max(...starts) };
    return { runs: starts.length, seen: heard.size, absent, damaged, twice, undetected, startMs };
  } finally {
    ear.hangUp();
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface StormResult {
  drops: number;
  published: number;
  missing: number;
  twice: number;
  undetected: number;
}

/** A client that hangs up and comes back, again and again, while events flow. */
export async function measureStorm(
  drops: number,
  eventsPerSecond: number,
  signal: AbortSignal,
): Promise<StormResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const server = await startServer({ folder, eventsPerSecond });
  const ear = new Ear();
  try {
    for (let drop = 0; drop < drops && !signal.aborted; drop++) {
      await ear.connect(server.address);
      await pause(5 + 60 * Math.random(), signal);
      ear.hangUp();
      await pause(30 * Math.random(), signal);
    }
    server.child.send('quiet' satisfies ToServer);
    await pause(100, signal);
    const { lastSeq, published } = await server.stats();
    await ear.connect(server.address);
    await ear.has(lastSeq);
    const { heard, twice, undetected } = ear;
    return { drops, published, missing: published - heard.size, twice, undetected };
  } finally {
    ear.hangUp();
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  }
}
