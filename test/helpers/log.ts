import { onTestFinished } from 'vitest';
import type { EventDraft } from '../../src/events/event.js';
import { EventLog, type EventLogOptions } from '../../src/events/log/eventLog.js';
import type { HistoryQuery } from '../../src/events/log/history.js';
import { eventDraft } from './events.js';
import { temporaryFolder } from './temporary.js';

/** The query for the newest hundred events. */
export const ALL: HistoryQuery = {
  after: null,
  before: null,
  fromMs: null,
  toMs: null,
  cameras: [],
  people: [],
  kinds: [],
  limit: 100,
  oldestFirst: false,
};

export interface OpenLog {
  log: EventLog;
  folder: string;
  /** What its callbacks received. */
  reported: {
    replaced: string[];
    removed: { seq: number; id: string }[];
    faults: string[];
  };
}

/** A real log in a folder, closed with the test. */
export async function openLog(options: Partial<EventLogOptions> = {}): Promise<OpenLog> {
  const folder = options.folder ?? temporaryFolder();
  const reported: OpenLog['reported'] = { replaced: [], removed: [], faults: [] };
  const log = new EventLog({
    folder,
    retention: () => ({ keepDays: 3650, maxMb: 1024 }),
    explain: () => false,
    onReplaced: (message) => reported.replaced.push(message),
    onRemoved: (events) => reported.removed.push(...events),
    onFault: (message) => reported.faults.push(message),
    ...options,
  });
  await log.start();
  onTestFinished(() => log.stop());
  return { log, folder, reported };
}

/** Drafts on their way. */
export function pending(changes: Partial<EventDraft>[]) {
  return changes.map((change) => eventDraft(change));
}
