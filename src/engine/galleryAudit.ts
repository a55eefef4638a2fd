import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { compiledFile } from '../core/package.js';
import type { Audit } from '../gallery/audit.js';
import type { AuditInput } from '../gallery/auditEntry.js';
import type { Gallery } from '../gallery/gallery.js';
import type { AuditReport } from '../ipc/requests.js';

const ENTRY = compiledFile('src/gallery/auditEntry.js');

type Checked = Pick<Gallery, 'photos' | 'faults' | 'notes' | 'settings'>;

/**
 * Checks the gallery while cameras are watched: in a thread of its own, as it takes half a second for 2,000 photos, and again only
 * when the gallery has changed.
 */
export class GalleryAudit {
  readonly #gallery: Checked;
  readonly #threshold: number;
  readonly #entry: URL;
  #last: { input: AuditInput; report: Promise<AuditReport> } | null = null;

  /** @param threshold cosine similarity of a match @param entry the compiled thread; set only where the sources run uncompiled */
  constructor(gallery: Checked, threshold: number, entry: URL = ENTRY) {
    this.#gallery = gallery;
    this.#threshold = threshold;
    this.#entry = entry;
  }

  /** What a check of the gallery as it is now finds. @throws Error when the thread cannot run */
  report(): Promise<AuditReport> {
    const { photos, faults, notes, settings } = this.#gallery;
    const input = { photos, faults, notes, settings, threshold: this.#threshold };
    if (this.#last && isSame(this.#last.input, input)) return this.#last.report;
    const report = this.#check(input);
    this.#last = { input, report };
    // The next request tries again.
    report.catch(() => {
      this.#last = null;
    });
    return report;
  }

  async #check(input: AuditInput): Promise<AuditReport> {
    const thread = new Worker(this.#entry, { workerData: input });
    const [audit] = (await once(thread, 'message')) as [Omit<Audit, 'photos' | 'comparison'>];
    const { unusable, faults, doubts, notes } = audit;
    return { checkedAtMs: Date.now(), findings: [...unusable, ...faults, ...doubts], notes };
  }
}

/** Whether nothing has changed: results are kept as they are while their photos are. */
function isSame(a: AuditInput, b: AuditInput): boolean {
  return (
    a.faults === b.faults &&
    a.notes === b.notes &&
    a.settings === b.settings &&
    a.photos.length === b.photos.length &&
    a.photos.every(({ name, result }, i) => name === b.photos[i].name && result === b.photos[i].result)
  );
}
