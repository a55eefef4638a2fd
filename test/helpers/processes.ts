import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the running children of a process that have a name. */
export function childrenOf(parent: number | undefined, name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const [, comm, state, parentId] = /^\d+ \((.*)\) (\S) (\d+)/.exec(statOf(entry)) ?? [];
      return comm === name && state !== 'Z' && Number(parentId) === parent ? [Number(entry)] : [];
    });
}

/** A process may end while it is looked at. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
