import type { EventDraft, SpotterEvent } from '../types.js';

/** A draft on its way to a number, and the picture that goes with it. */
export interface Pending {
  draft: EventDraft;
  /** File of the snapshot, relative to the folder of snapshots; null where there is none. */
  snapshot: string | null;
}

/** What the ledger adds to a draft. */
export interface Numbering {
  seq: number;
  /** ULID. */
  id: string;
  /** Unix time. */
  publishedMs: number;
}

/** A draft as everybody sees it from now on, its explanation included. */
export function toEvent({ draft, snapshot }: Pending, { seq, id, publishedMs }: Numbering): SpotterEvent {
  const { capturedAtMs, ended, gap, visit, ...told } = draft;
  return {
    seq,
    id,
    ...told,
    ...ended,
    ...gap,
    ...visit,
    capturedAt: new Date(capturedAtMs).toISOString(),
    publishedAt: new Date(publishedMs).toISOString(),
    snapshot: snapshot === null ? null : `/api/v1/events/${seq}/snapshot.jpg`,
  };
}
