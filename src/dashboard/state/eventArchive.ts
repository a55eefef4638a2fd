import { effect, signal } from '@preact/signals';
import { listEvents, markReviewed } from '../api/calls.js';
import type { SpotterEvent } from '../api/model.js';
import { EVERYTHING, type EventFilter, joined, queryOf } from './eventFilter.js';
import { cameras, people } from './household.js';
import { showFault } from './toasts.js';

/** What the history shows, kept while other views are open. */
export const filter = signal<EventFilter>(EVERYTHING);
/** Loaded so far, newest first. */
export const archive = signal<{ events: SpotterEvent[]; isAll: boolean; lastSeq: number }>({
  events: [],
  isAll: false,
  lastSeq: 0,
});
export const isLoading = signal(false);

const PAGE = 250;
let turn = 0;

/** Loads the newest events that fit, instead of those that are there. */
export async function reloadArchive(): Promise<void> {
  turn++;
  archive.value = { events: [], isAll: false, lastSeq: 0 };
  isLoading.value = false;
  await loadMore();
}

/** Loads the next older events that fit, unless that is being done. */
export async function loadMore(): Promise<void> {
  if (isLoading.value || archive.value.isAll) return;
  const own = turn;
  isLoading.value = true;
  try {
    const { events, lastSeq } = archive.value;
    const older = events.length > 0 ? { before: events[events.length - 1].seq } : {};
    const query = queryOf(filter.value, people.value ?? [], cameras.value ?? []);
    const page =
      query === null
        ? { events: [], next: null, lastSeq: 0 }
        : await listEvents({ ...query, ...older, limit: PAGE });
    // The filter has changed meanwhile.
    if (own !== turn) return;
    archive.value = {
      events: joined(events, page.events),
      isAll: page.next === null,
      lastSeq: lastSeq || page.lastSeq,
    };
  } catch (error) {
    showFault(error);
    if (own === turn) archive.value = { ...archive.value, isAll: true };
  } finally {
    if (own === turn) isLoading.value = false;
  }
}

/** Marks an event for who looks, here and at the daemon. */
export async function setReviewed(seq: number, isReviewed: boolean): Promise<void> {
  const mark = (value: boolean) => {
    const events = archive.value.events.map((one) => (one.seq === seq ? { ...one, reviewed: value } : one));
    archive.value = { ...archive.value, events };
  };
  mark(isReviewed);
  try {
    await markReviewed(seq, isReviewed);
  } catch (error) {
    mark(!isReviewed);
    showFault(error);
  }
}

/** Reloads whenever the filter changes. @returns ends that */
export function followFilter(): () => void {
  let last: EventFilter | null = null;
  return effect(() => {
    if (filter.value === last) return;
    last = filter.value;
    // A search is typed letter by letter.
    const timer = setTimeout(() => void reloadArchive(), 150);
    return () => clearTimeout(timer);
  });
}
