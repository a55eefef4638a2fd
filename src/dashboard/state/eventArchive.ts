import { computed, effect, signal } from '@preact/signals';
import { type EventQuery, listEvents, markReviewed } from '../api/calls.js';
import type { SpotterEvent } from '../api/model.js';
import { isPassing } from './answer.js';
import { EVERYTHING, type EventFilter, joined, queriesOf } from './eventFilter.js';
import { whenForgotten } from './forgotten.js';
import { cameras } from './household.js';
import { everybody, rememberPeople } from './pastPeople.js';
import { Retry } from './retry.js';
import { showFault } from './toasts.js';
import { folded } from './typedName.js';

/** What the history shows; it stays while other views are open. */
export const filter = signal<EventFilter>(EVERYTHING);
const NOTHING: Archive = { events: [], isAll: false, lastSeq: 0, fault: null };
/** Loaded so far, while the history is open. */
export const archive = signal(NOTHING);
export const isLoading = signal(false);
/** What is shown, as the daemon is asked for it. */
export const queries = computed(() => queriesOf(filter.value, everybody.value, cameras.value ?? []));

interface Archive {
  /** Newest first. */
  events: readonly SpotterEvent[];
  isAll: boolean;
  /** Newest event of the log when the list was loaded. */
  lastSeq: number;
  /** Why no more could be loaded. */
  fault: unknown;
}

const PAGE = 250;
let turn = 0;
const retry = new Retry(() => void (archive.value.fault !== null && loadMore()));

/** Loads the newest events that fit, instead of those that are there. */
export async function reloadArchive(): Promise<void> {
  empty();
  await loadMore();
}

whenForgotten((person) => {
  const { person: chosen, search } = filter.value;
  if (chosen === person || folded(search) === folded(person)) filter.value = EVERYTHING;
  empty();
});

function empty(): void {
  turn++;
  archive.value = NOTHING;
  isLoading.value = false;
}

/** Loads the next older events that fit, unless that is being done. Tries again while spotter does not answer. */
export async function loadMore(): Promise<void> {
  if (isLoading.value || archive.value.isAll) return;
  const own = turn;
  isLoading.value = true;
  try {
    const { events, lastSeq } = archive.value;
    const page = await pageOf(queries.value, events.at(-1)?.seq);
    // The filter has changed meanwhile.
    if (own !== turn) return;
    retry.succeeded();
    archive.value = { ...page, events: joined(events, page.events), lastSeq: lastSeq || page.lastSeq };
    rememberPeople(page.events);
  } catch (fault) {
    if (own !== turn) return;
    archive.value = { ...archive.value, fault };
    if (isPassing(fault)) retry.schedule();
  } finally {
    if (own === turn) isLoading.value = false;
  }
}

/** The next events that fit any of the queries, newest first. */
async function pageOf(queries: readonly EventQuery[], before: number | undefined): Promise<Archive> {
  const older = before === undefined ? {} : { before };
  const pages = await Promise.all(queries.map((query) => listEvents({ ...query, ...older, limit: PAGE })));
  // Beyond the end of a page that has a next one, events of that query are missing.
  const ends = pages.map(({ events, next }) => (next === null ? 0 : (events.at(-1)?.seq ?? 0)));
  const end = Math.max(0, ...ends);
  const found = new Map(pages.flatMap(({ events }) => events.map((event) => [event.seq, event])));
  const events = [...found.values()].filter(({ seq }) => seq >= end).sort((a, b) => b.seq - a.seq);
  const lastSeqs = pages.map(({ lastSeq }) => lastSeq);
  return { events, isAll: end === 0, lastSeq: Math.min(...lastSeqs), fault: null };
}

/** Marks an event for who looks, here and at the daemon. @returns whether the daemon has stored it */
export async function setReviewed(seq: number, isReviewed: boolean): Promise<boolean> {
  const mark = (value: boolean) => {
    const events = archive.value.events.map((one) => (one.seq === seq ? { ...one, reviewed: value } : one));
    archive.value = { ...archive.value, events };
  };
  mark(isReviewed);
  try {
    await markReviewed(seq, isReviewed);
    return true;
  } catch (error) {
    mark(!isReviewed);
    showFault(error);
    return false;
  }
}

/** Reloads whenever the filter changes. @returns ends that, and drops what was loaded */
export function followFilter(): () => void {
  let isFirst = true;
  const end = effect(() => {
    void filter.value;
    if (isFirst) {
      // The list asks by itself for its beginning.
      isFirst = false;
      return;
    }
    // A search is typed letter by letter.
    const timer = setTimeout(() => void reloadArchive(), 150);
    return () => clearTimeout(timer);
  });
  return () => {
    end();
    empty();
  };
}
