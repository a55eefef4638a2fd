import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Database } from '../src/core/database.js';
import type { Hole } from './watchSpans.js';

/** An event in a log. */
export interface LoggedEvent {
  seq: number;
  id: string;
  kind: string;
  camera: string;
  node: string | null;
  lease: number | null;
  /** Unix time by the clock of its node, ms. */
  capturedMs: number;
  /** ISO 8601 by the clock of its node; of a gap only. */
  from?: string | undefined;
  to?: string | undefined;
}

/** The log that a node writes what it sees into, and the one of all nodes. */
export type WhichLog = 'own' | 'merged';

const FOLDERS: Record<WhichLog, string> = { own: 'data', merged: 'data/cluster' };
const TRIES = 5;
/** A lease begins at most so long before its first event: the camera is connected to first. */
const CONNECTS_MS = 3000;
/** Lost events that are named. */
const SHOWN = 5;

/** Reads a log of a node, which may be writing it; empty while there is none. @param home folder of the node */
export function readLog(home: string, which: WhichLog): LoggedEvent[] {
  const file = path.join(home, FOLDERS[which], 'events.db');
  for (let tries = 1; existsSync(file); tries++) {
    const copy = mkdtempSync(path.join(tmpdir(), 'spotter-log-'));
    try {
      // A copy: the daemon holds the lock. One that was torn is read again.
      for (const name of [file, `${file}-wal`])
        if (existsSync(name)) cpSync(name, path.join(copy, path.basename(name)));
      return eventsIn(path.join(copy, 'events.db'));
    } catch (error) {
      if (tries === TRIES) throw error;
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
  return [];
}

function eventsIn(file: string): LoggedEvent[] {
  const db = new Database(file);
  try {
    const rows = db
      .prepare<{ seq: number; id: string; kind: string; camera: string; captured_ms: number; body: string }>(
        'SELECT seq, id, kind, camera, captured_ms, body FROM events ORDER BY seq',
      )
      .all();
    return rows.map(({ captured_ms: capturedMs, body, ...event }) => {
      const { node, lease, from, to } = JSON.parse(body) as LoggedEvent;
      return { ...event, node, lease, capturedMs, from, to };
    });
  } finally {
    db.close();
  }
}

/** How the clock of a node was set. */
export interface ClockShift {
  /** By which it is ahead, ms. */
  ms: number;
  /** Unix time by the right clock, ms: what was captured before is right. */
  sinceMs: number;
}

/** What the feeds of a cluster have of what its nodes saw. */
export interface FeedComparison {
  /** Events in the own logs of all nodes together. */
  own: number;
  /** Events in the merged log, by node that serves it. */
  merged: Record<string, number>;
  /** Events that are in an own log and missing in some merged log, although nobody else had the lease of their camera: must be none. */
  lost: number;
  /** Some of them. */
  lostEvents: string[];
  /** Events that are missing everywhere because somebody else had the lease of their camera by then. */
  fenced: number;
  /** Events that are twice in a merged log: must be none. */
  doubled: number;
  /** Whether all nodes have the same events under the same numbers, as far as all have read. */
  isSame: boolean;
  /** Longest time in which events of two leases of one camera were captured, ms. */
  overlapMs: number;
}

/**
 * Compares what nodes have seen with what each of them serves.
 *
 * @param own by node. @param merged by node
 * @param shifts by node; missing: its clock is right
 */
export function compareFeeds(
  own: ReadonlyMap<string, readonly LoggedEvent[]>,
  merged: ReadonlyMap<string, readonly LoggedEvent[]>,
  shifts: ReadonlyMap<string, ClockShift> = new Map(),
): FeedComparison {
  const known = [...merged.values()];
  const sets = known.map((events) => new Set(events.map(({ id }) => id)));
  const missing = [...own.values()].flat().filter(({ id }) => sets.some((ids) => !ids.has(id)));
  const leases = leasesIn(known.flat(), shifts);
  const isFenced = (event: LoggedEvent) =>
    sets.every((ids) => !ids.has(event.id)) &&
    leases.some(
      ({ camera, lease, firstMs }) =>
        camera === event.camera &&
        lease > (event.lease ?? Number.POSITIVE_INFINITY) &&
        timeOf(event, shifts) >= firstMs - CONNECTS_MS,
    );
  const lost = missing.filter((event) => !isFenced(event));
  // Some have read further by now.
  const commonSeq = Math.min(...known.map((events) => events.at(-1)?.seq ?? 0));
  const [first, ...others] = known.map((events) =>
    events
      .filter(({ seq }) => seq <= commonSeq)
      .map(({ seq, id }) => `${seq} ${id}`)
      .join(),
  );
  return {
    own: [...own.values()].flat().length,
    merged: Object.fromEntries([...merged].map(([node, events]) => [node, events.length])),
    lost: lost.length,
    lostEvents: lost
      .slice(0, SHOWN)
      .map(({ id, kind, camera, node }) => `${kind} of ${camera} on ${node} (${id})`),
    fenced: missing.filter(isFenced).length,
    doubled: known.reduce((sum, events, index) => sum + events.length - sets[index].size, 0),
    isSame: others.every((other) => other === first),
    overlapMs: Math.max(0, ...known.map((events) => overlapOf(events, shifts))),
  };
}

/** The gaps among events, in Unix ms by the right clock. @param shifts see {@link compareFeeds} */
export function gapsIn(events: readonly LoggedEvent[], shifts: ReadonlyMap<string, ClockShift>): Hole[] {
  return events.flatMap(({ camera, node, kind, from, to }) => {
    const unixMs = (iso = '') => timeOf({ node, capturedMs: Date.parse(iso) }, shifts);
    return kind === 'gap' ? [{ camera, fromMs: unixMs(from), toMs: unixMs(to) }] : [];
  });
}

interface SeenLease {
  camera: string;
  lease: number;
  /** When its first and its last event were captured. */
  firstMs: number;
  lastMs: number;
}

/** By the right clock. */
function timeOf(
  { node, capturedMs }: Pick<LoggedEvent, 'node' | 'capturedMs'>,
  shifts: ReadonlyMap<string, ClockShift>,
): number {
  const { ms, sinceMs } = shifts.get(node ?? '') ?? { ms: 0, sinceMs: 0 };
  return capturedMs - ms >= sinceMs ? capturedMs - ms : capturedMs;
}

function leasesIn(events: readonly LoggedEvent[], shifts: ReadonlyMap<string, ClockShift>): SeenLease[] {
  const leases = new Map<string, SeenLease>();
  for (const event of events) {
    const { camera, lease, kind } = event;
    // A gap is published by the next node that watches: it was not captured.
    if (lease === null || kind === 'gap') continue;
    const ms = timeOf(event, shifts);
    const key = `${camera} ${lease}`;
    const { firstMs = ms, lastMs = ms } = leases.get(key) ?? {};
    leases.set(key, { camera, lease, firstMs: Math.min(firstMs, ms), lastMs: Math.max(lastMs, ms) });
  }
  return [...leases.values()];
}

/** Longest time from the first event of a lease to the last one of a lease before it, on the same camera. */
function overlapOf(events: readonly LoggedEvent[], shifts: ReadonlyMap<string, ClockShift>): number {
  const leases = leasesIn(events, shifts);
  const overlaps = leases.flatMap((earlier) =>
    leases
      .filter(({ camera, lease }) => camera === earlier.camera && lease > earlier.lease)
      .map(({ firstMs }) => earlier.lastMs - firstMs),
  );
  return Math.max(0, ...overlaps);
}
