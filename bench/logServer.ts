import path from 'node:path';
import { type EventDraft, leftDraft, type TrackFields, trackDraft } from '../src/events/event.js';
import { EventFeed } from '../src/events/feed.js';
import { EventLog } from '../src/events/log/eventLog.js';
import { viewsOf } from '../src/http/api.js';
import { HttpServer, socketRoute } from '../src/http/server.js';
import { EventSocket } from '../src/http/socket.js';

/**
 * The supervisor without cameras: log, feed, WebSocket and HTTP as in `spotter run`, and a source of events at a fixed
 * rate. A process of its own, so that it can be measured and killed.
 */

/** Its first argument, as JSON. */
export interface ServerOptions {
  /** Folder of the log. */
  folder: string;
  eventsPerSecond: number;
}

/** Messages from the process. `publishMs`: times since the last `stats`. */
export type FromServer =
  | { kind: 'listening'; address: string }
  | { kind: 'stats'; published: number; lastSeq: number; rssMb: number; publishMs: number[] };

/** Messages to the process: send the figures, make no more events, exit. */
export type ToServer = 'stats' | 'quiet' | 'stop';

const TICK_MS = 2;

/** The n-th event of an endless sequence: 8 cameras, 40 people. */
export function storyDraft(n: number, capturedAtMs: number): EventDraft {
  const camera = `camera-${n % 8}`;
  const kind = (['appeared', 'match', 'unknown', 'left'] as const)[Math.floor(n / 8) % 4];
  const named = kind === 'match' || kind === 'left';
  const fields: TrackFields = {
    camera,
    track: `${camera}-${Math.floor(n / 32)}`,
    person: named ? `person ${Math.floor(n / 7) % 40}` : null,
    explain: { checks: [], looks: 4, usable: 3 },
    similarity: 0.6123,
    threshold: 0.42,
    margin: 0.3012,
    runnerUp: named ? `person ${n % 40}` : null,
    box: [140.3, 104.4, 250.6, 236],
    frame: { width: 1280, height: 720 },
    quality: {
      sizePx: 110.3,
      score: 0.82,
      yawDeg: 1.7,
      pitchDeg: 7.3,
      rollDeg: -0.4,
      flatness: 0.81,
      visibility: 1,
      landmarksInOrder: true,
      sharpness: 0.65,
    },
    zones: ['gate'],
    mediaTimeMs: n,
    capturedAtMs,
  };
  if (kind !== 'left') return trackDraft(kind, fields);
  return leftDraft(fields, { firstSeenMs: 0, lastSeenMs: n, frames: 9, verdict: 'known', reason: null });
}

async function serve({ folder, eventsPerSecond }: ServerOptions): Promise<void> {
  const publishMs: number[] = [];
  const log = new EventLog({
    folder: path.resolve(folder),
    retention: () => ({ keepDays: 30, maxMb: 1024 }),
    explain: () => false,
    onReplaced: (message) => process.stderr.write(`${message}\n`),
    onRemoved: () => {},
    onFault: (message) => process.stderr.write(`${message}\n`),
  });
  const feed = new EventFeed(log, {
    onFault: (reason) => process.stderr.write(`${reason}\n`),
    onPublished: ({ publishMs: ms }) => publishMs.push(ms),
  });
  const socket = new EventSocket({
    hello: () => ({ protocol: 1, server: 'spotter/bench', cameras: [], tracks: [] }),
    selectable: () => ({ cameras: [], people: null }),
    log: () => log.state,
    page: (seq, limit) => log.page(seq, limit),
    stats: () => ({ cameras: [] }),
    onClosed: () => {},
  });
  const http = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 500,
    views: {
      server: 'spotter/bench',
      unreadyReason: () => feed.fault,
      snapshot: async () => null,
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      api: viewsOf(log, () => []),
    },
    sockets: {
      '/ws': socketRoute('events:read', () => socket),
    },
  });
  feed.subscribe((event) => socket.publish(event));
  await log.start();
  await http.start();
  await socket.start();
  const send = (message: FromServer) => process.send?.(message);
  send({ kind: 'listening', address: http.address });
  const startMs = performance.now();
  let published = 0;
  const source = setInterval(() => {
    const due = ((performance.now() - startMs) / 1000) * eventsPerSecond;
    while (published < due) feed.publish(storyDraft(published++, Date.now()));
  }, TICK_MS);
  const stop = async () => {
    clearInterval(source);
    feed.stop();
    await socket.stop();
    await http.stop();
    await log.stop();
    process.removeAllListeners('message');
    if (process.connected) process.disconnect();
  };
  process.on('disconnect', () => void stop());
  process.on('message', (message: ToServer) => {
    if (message === 'quiet') clearInterval(source);
    if (message === 'stop') void stop();
    if (message === 'stats') {
      const rssMb = process.memoryUsage.rss() / 2 ** 20;
      send({ kind: 'stats', published, lastSeq: log.lastSeq, rssMb, publishMs: publishMs.splice(0) });
    }
  });
}

if (process.argv[2] !== undefined && process.send) await serve(JSON.parse(process.argv[2]));
