import type { EventDraft, SpotterEvent } from '../types.js';

/** What the ledger adds to a draft. */
export interface Numbering {
  seq: number;
  /** ULID; the key of its pictures, where there are some, counts instead. */
  id: string;
  /** Unix time. */
  publishedMs: number;
}

/** A draft as everybody sees it from now on, its explanation included. */
export function toEvent(draft: EventDraft, { seq, id, publishedMs }: Numbering): SpotterEvent {
  const { capturedAtMs, ended, gap, visit, snapshotKey, ...told } = draft;
  return {
    seq,
    id: snapshotKey ?? id,
    ...told,
    ...ended,
    ...gap,
    ...visit,
    capturedAt: new Date(capturedAtMs).toISOString(),
    publishedAt: new Date(publishedMs).toISOString(),
    snapshot: snapshotKey === null ? null : `/api/v1/events/${seq}/snapshot.jpg`,
  };
}
