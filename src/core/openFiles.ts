import { readdirSync, readFileSync } from 'node:fs';

/** How many files and sockets this process may have open at a time; Infinity where the system sets no limit. */
export function openFilesLimit(): number {
  // Without the lookup of host names, which may take seconds.
  const report = Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isFinite(limit) ? limit : Number.POSITIVE_INFINITY;
}

/** Files and sockets that this process has open now, and how many it may have (Infinity: no limit). */
export interface OpenFiles {
  used: number;
  limit: number;
}

/** Reads {@link OpenFiles} from /proc, in less than 1 ms; null on systems without it. */
export function readOpenFiles(): OpenFiles | null {
  let limit: number;
  try {
    const [, soft] = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    limit = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
    if (Number.isNaN(limit)) return null;
    // One of them is the folder that is being read.
    return { used: readdirSync('/proc/self/fd').length - 1, limit };
  } catch (error) {
    // Nothing can be opened, not even this.
    const isFull = ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
    return isFull ? { used: 1, limit: 1 } : null;
  }
}
