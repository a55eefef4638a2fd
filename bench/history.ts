import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventLog } from '../src/events/log/eventLog.js';
import { viewsOf } from '../src/http/api.js';
import { HttpServer } from '../src/http/server.js';
import { storyDraft } from './logServer.js';
import { quantile } from './statistics.js';

/** The result for one query. */
export interface HistoryRow {
  query: string;
  /** Events in the answer. */
  found: number;
  p50Ms: number;
  p95Ms: number;
  worstMs: number;
}

/** The results on one log. */
export interface HistoryResult {
  /** Events in the log. */
  events: number;
  logMb: number;
  /** Events per second while the log was filled. */
  fillPerSecond: number;
  rows: HistoryRow[];
}

const BATCH = 5000;
const DAY_MS = 86_400_000;
const ROUNDS = 40;

/** Runs each kind of history query over HTTP on a log of `events` events from 30 days. */
export async function measureHistory(
  events: number,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<HistoryResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const log = new EventLog({
    folder,
    retention: () => ({ keepDays: 3650, maxMb: 1_000_000 }),
    explain: () => false,
    onReplaced: () => {},
    onRemoved: () => {},
    onFault: () => {},
  });
  const http = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 500,
    views: {
      server: 'spotter/bench',
      unreadyReason: () => null,
      snapshot: async () => null,
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      api: viewsOf(log, () => []),
    },
  });
  try {
    await log.start();
    await http.start();
    const firstMs = Date.now() - 30 * DAY_MS;
    const atMs = (n: number) => firstMs + (n / events) * 30 * DAY_MS;
    const start = performance.now();
    for (let n = 0; n < events && !signal.aborted; n += BATCH) {
      const drafts = Array.from({ length: Math.min(BATCH, events - n) }, (_, index) => ({
        ...storyDraft(n + index, atMs(n + index)),
        ...rarity(n + index, events),
      }));
      log.append(drafts);
      onProgress(n + drafts.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const fillPerSecond = (events / (performance.now() - start)) * 1000;
    const logMb = log.sizeBytes / 2 ** 20;
    const rows: HistoryRow[] = [];
    for (const [name, query] of queries(events, atMs)) {
      const times: number[] = [];
      let found = 0;
      for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
        const began = performance.now();
        const response = await fetch(`${http.address}/api/v1/events${query(round / ROUNDS)}`);
        const body = (await response.json()) as { events: object[] };
        times.push(performance.now() - began);
        found = body.events.length;
      }
      rows.push({
        query: name,
        found,
        p50Ms: quantile(times, 0.5),
        p95Ms: quantile(times, 0.95),
        worstMs: Math.max(...times),
      });
    }
    return { events, logMb, fillPerSecond, rows };
  } finally {
    await http.stop();
    await log.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A person who came once, long ago, and a camera with few events. */
function rarity(n: number, events: number) {
  if (n === Math.floor(events / 100)) return { person: 'once', kind: 'match' as const };
  return n % 10_000 === 5 ? { camera: 'attic' } : {};
}

/** Names of queries, and the query string for a position in the log, 0..1. */
function queries(
  events: number,
  atMs: (n: number) => number,
): [name: string, query: (place: number) => string][] {
  const span = (place: number, days: number) => {
    const from = Math.round(atMs(place * events * 0.9));
    return `from=${from}&to=${from + days * DAY_MS}`;
  };
  return [
    ['newest', () => ''],
    ['a page far back', (place) => `?before=${Math.floor(1000 + place * events * 0.9)}`],
    ['a page after an event', (place) => `?after=${Math.floor(place * events * 0.9)}`],
    ['500 per page', (place) => `?limit=500&after=${Math.floor(place * events * 0.9)}`],
    ['one day', (place) => `?${span(place, 1)}`],
    ['one camera', (place) => `?camera=camera-${Math.floor(place * 8)}`],
    ['a camera with few events, one day', (place) => `?camera=attic&${span(place, 1)}`],
    ['one person', (place) => `?person=person%20${Math.floor(place * 40)}`],
    ['a person who came once', () => '?person=once'],
    ['one person, one day', (place) => `?person=person%20${Math.floor(place * 40)}&${span(place, 1)}`],
    ['a person without events', () => '?person=nobody'],
    ['one kind', () => '?kind=unknown'],
    ['kinds without events', () => '?kind=gap,visit_started'],
    ['one camera, two kinds, one week', (place) => `?camera=camera-3&kind=match,left&${span(place, 7)}`],
    ['one person, one camera', () => '?person=person%207&camera=attic'],
    [
      'one person, one camera, one kind, one hour',
      (place) => `?person=person%207&camera=camera-1&kind=match&${span(place, 1 / 24)}`,
    ],
    [
      'five people, three cameras, two kinds',
      () =>
        '?person=person%201,person%202,person%203,person%204,once&camera=camera-1,camera-2,attic&kind=match,left',
    ],
  ];
}
