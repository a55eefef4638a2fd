import { type FSWatcher, unwatchFile, watch, watchFile } from 'node:fs';
import path from 'node:path';
import { regularFileText } from '../core/regularFile.js';

/** Timing of {@link watchConfig}. */
export interface WatchConfigOptions {
  /** New text is reported once it has stayed the same for this long, ms: editors write in several steps. Default 300. */
  debounceMs?: number;
  /** Polling interval for file systems that report no changes, ms. Default 2000. */
  pollMs?: number;
}

/** A watch that {@link watchConfig} has begun. */
export interface ConfigWatch {
  /** The text as it is now is not reported: it is about to be read in any case. */
  skip: () => void;
  end: () => void;
}

/**
 * Calls `onChange` when the text of a file changes, in whatever way: rewritten, replaced by another file, or swapped
 * through a symbolic link to its folder, as orchestrators do. Never throws, and reports nothing while the file is missing.
 */
export function watchConfig(
  file: string,
  onChange: () => void,
  { debounceMs = 300, pollMs = 2000 }: WatchConfigOptions = {},
): ConfigWatch {
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
  // A running timer is never extended: another file in the folder that is written all the time, such as a log, would
  // postpone the look forever.
  const soon = () => {
    timer ??= setTimeout(look, debounceMs);
  };
  const watcher = watchFolder(path.dirname(path.resolve(file)), soon);
  watchFile(file, { interval: pollMs, persistent: false }, soon);
  return {
    skip: () => {
      known = textOf(file) ?? known;
      seen = known;
    },
    end: () => {
      clearTimeout(timer);
      watcher?.close();
      unwatchFile(file, soon);
    },
  };
}

/** Watches the folder, because a watch on the file would stay with the old one when it is replaced. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on('error', () => {});
  } catch {
    // Out of watches, or a file system without them: polling is enough.
    return undefined;
  }
}

function textOf(file: string): string | null {
  try {
    return regularFileText(file);
  } catch {
    return null;
  }
}
