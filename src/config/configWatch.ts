import { type FSWatcher, readFileSync, unwatchFile, watch, watchFile } from 'node:fs';
import path from 'node:path';

export interface WatchConfigOptions {
  /** A new text counts when it has stayed the same for this long, ms: editors write in several steps. */
  debounceMs?: number;
  /** How often the file is looked at where the system does not tell of changes, ms. */
  pollMs?: number;
}

/**
 * Tells when the text of a file has changed, however: written anew, replaced by another, or swapped by its folder's
 * symbolic link as orchestrators do. Never throws; while the file is away nothing is told.
 *
 * @returns a function that ends it
 */
export function watchConfig(
  file: string,
  onChange: () => void,
  { debounceMs = 300, pollMs = 2000 }: WatchConfigOptions = {},
): () => void {
  let known = textOf(file);
  let seen = known;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    timer = undefined;
    const text = textOf(file);
    if (text === null || text === known) {
      seen = known;
    } else if (text !== seen) {
      seen = text;
      soon();
    } else {
      known = text;
      onChange();
    }
  };
  // Never put off: a neighbour in the folder that is written all the time, such as a log, would put it off for ever.
  const soon = () => {
    timer ??= setTimeout(look, debounceMs);
  };
  const watcher = watchFolder(path.dirname(path.resolve(file)), soon);
  watchFile(file, { interval: pollMs, persistent: false }, soon);
  return () => {
    clearTimeout(timer);
    watcher?.close();
    unwatchFile(file, soon);
  };
}

/** The folder, not the file: a file that is replaced is another one. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on('error', () => {});
  } catch {
    // Out of watches, or a file system without them: looking now and then will do.
    return undefined;
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
