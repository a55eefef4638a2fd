import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PeopleSync, type PeopleSyncOptions } from '../../src/cluster/peopleSync.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it('looks at everybody again when that is due, whatever changes of one person come in between', async () => {
  const looks: string[] = [];
  const folder = {
    look: async (isWanted: unknown) => {
      looks.push(isWanted === null ? 'everybody' : 'one');
      // The first one was uncertain about a file.
      const againMs = looks.length === 1 ? 300 : null;
      return { identity: '', isMount: false, files: new Map(), isUnknown: () => false, againMs };
    },
  };
  const base = {
    ...{ keys: [], isUnmounted: () => false, filesOf: () => new Map() },
    ...{ noteFolder: () => {}, noteRevision: () => {}, write: () => {} },
  };
  const sync = new PeopleSync({
    ...{ folder, base },
    bucket: { people: new Map(), isLost: () => false },
    photos: { names: async () => new Set() },
    held: () => new Set(),
    log: { info: () => {}, warn: () => {} },
  } as unknown as PeopleSyncOptions);
  sync.resume();
  await vi.advanceTimersByTimeAsync(100);
  expect(looks).toEqual(['everybody']);
  sync.noteRecord('somebody');
  await vi.advanceTimersByTimeAsync(100);
  expect(looks).toEqual(['everybody', 'one']);
  await vi.advanceTimersByTimeAsync(100);
  expect(looks).toEqual(['everybody', 'one', 'everybody']);
  await sync.pause();
});
