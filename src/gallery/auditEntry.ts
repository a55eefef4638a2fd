import { parentPort, workerData } from 'node:worker_threads';
import { auditOf } from './audit.js';
import type { Gallery } from './gallery.js';

/** What a gallery is checked on in a thread of its own. */
export interface AuditInput extends Pick<Gallery, 'photos' | 'faults' | 'notes' | 'settings'> {
  /** Cosine similarity of a match. */
  threshold: number;
}

// The entry of a thread that checks once: its answer is an Audit without photos and pairs, which the other side has.
if (parentPort) {
  const input = workerData as AuditInput;
  const { photos: _, comparison: __, ...audit } = auditOf(input, input.threshold);
  parentPort.postMessage(audit);
}
