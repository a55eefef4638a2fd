import { readdirSync, readFileSync } from 'node:fs';

interface Running {
  pid: number;
  parent: number;
  name: string;
}

/** Ids of the running processes that came from a process, however far, and have a name. */
export function descendantsOf(root: number | undefined, name: string): number[] {
  const all = running();
  const family = new Set([root]);
  for (let grown = true; grown; ) {
    const children = all.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    for (const { pid } of children) family.add(pid);
    grown = children.length > 0;
  }
  return all
    .filter((one) => one.name === name && family.has(one.pid) && one.pid !== root)
    .map(({ pid }) => pid);
}

/** Whether a process is still there; one that has ended but was not collected is not. */
export function isRunning(pid: number): boolean {
  return running().some((one) => one.pid === pid);
}

function running(): Running[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/.exec(statOf(entry)) ?? [];
      return name === undefined || state === 'Z'
        ? []
        : [{ pid: Number(entry), parent: Number(parent), name }];
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

/** The command lines of all processes, which every user can read with `ps`. */
export function commandLines(): string {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');
}
