import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventLog } from '../src/events/log/eventLog.js';
import { viewsOf } from '../src/http/api.js';
import { HttpServer } from '../src/http/server.js';
import { storyDraft } from './logServer.js';
import { quantile } from './statistics.js';

export interface HistoryRow {
  query: string;
  /** Events in the answer. */
  found: number;
  p50Ms: number;
  p95Ms: number;
  worstMs: number;
}

export interface HistoryResult {
  events: number;
  logMb: number;
  /** Events a second while it was filled. */
  fillPerSecond: number;
  rows: HistoryRow[];
}

const BATCH = 5000;
const DAY_MS = 86_400_000;
const ROUNDS = 40;

/** Each kind of question to the history, over HTTP, on a log of so many events of 30 days. */
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
    onTrouble: () => {},
  });
  const http = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    views: {
      server: 'spotter/bench',
      unreadyReason: () => null,
      snapshot: async () => null,
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      api: viewsOf(log, () => []),
    },
    onUpgrade: () => {},
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
    for (const [name, query] of questions(events, atMs)) {
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

/** Somebody who came once, long ago, and a camera of which there is little. */
function rarity(n: number, events: number) {
  if (n === Math.floor(events / 100)) return { person: 'once', kind: 'match' as const };
  return n % 10_000 === 5 ? { camera: 'attic' } : {};
}

/** Names, and the query for a place 0..1 in the log. */
function questions(
  events: number,
  atMs: (n: number) => number,
): [name: string, query: (place: number) => string][] {
  const span = (place: number, days: number) => {
    const from = Math.round(atMs(place * events * 0.9));
    return `from=${from}&to=${from + days * DAY_MS}`;
  };
  return [
    ['the newest', () => ''],
    ['a page far back', (place) => `?before=${Math.floor(1000 + place * events * 0.9)}`],
    ['what comes after', (place) => `?after=${Math.floor(place * events * 0.9)}`],
    ['500 at once', (place) => `?limit=500&after=${Math.floor(place * events * 0.9)}`],
    ['a day', (place) => `?${span(place, 1)}`],
    ['a camera', (place) => `?camera=camera-${Math.floor(place * 8)}`],
    ['a camera with little, a day', (place) => `?camera=attic&${span(place, 1)}`],
    ['a person', (place) => `?person=person%20${Math.floor(place * 40)}`],
    ['a person who came once', () => '?person=once'],
    ['a person, a day', (place) => `?person=person%20${Math.floor(place * 40)}&${span(place, 1)}`],
    ['a person whom nobody knows', () => '?person=nobody'],
    ['a kind', () => '?kind=unknown'],
    ['kinds that there are not', () => '?kind=gap,visit_started'],
    ['a camera and kinds, a week', (place) => `?camera=camera-3&kind=match,left&${span(place, 7)}`],
    ['a person at a camera', () => '?person=person%207&camera=attic'],
    [
      'a person at a camera, a kind, an hour',
      (place) => `?person=person%207&camera=camera-1&kind=match&${span(place, 1 / 24)}`,
    ],
    [
      'five people at three cameras, two kinds',
      () =>
        '?person=person%201,person%202,person%203,person%204,once&camera=camera-1,camera-2,attic&kind=match,left',
    ],
  ];
}
