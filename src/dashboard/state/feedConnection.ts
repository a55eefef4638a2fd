import { computed, signal } from '@preact/signals';
import { listEvents } from '../api/calls.js';
import { loadFacesInMemory } from './facesInMemory.js';
import { EMPTY_FEED, type FeedMessage, fromPage, received, withoutPerson } from './feedState.js';
import { dropPerson, whenForgotten } from './forgotten.js';
import { isSignedIn, loadSession } from './ownSession.js';
import { Retry } from './retry.js';
import { sightingsOf } from './sightings.js';

/** The events, as they happen. */
export const feed = signal(EMPTY_FEED);
/** The same, one item per face. */
export const feedItems = computed(() => sightingsOf(feed.value.events));
/** Whether events come as they happen. */
export const isOnline = signal(false);
/** Since when there is no connection, Unix time in ms; null while there is one. */
export const offlineSince = signal<number | null>(null);

/** Events loaded at the start. */
const FIRST_EVENTS = 150;
/** A burst, such as events that are sent again, is drawn at once. */
const FLUSH_MS = 40;

/** What the WebSocket sends, as far as the page uses it. */
type SocketMessage = FeedMessage | { type: 'forgotten'; person: string; erasures: number };

let socket: WebSocket | null = null;
/** Product and version of the daemon; null before it has said so. */
let version: string | null = null;
/** Of which log, and how often somebody was erased from it. */
let known: { epoch: string | null; erasures: number } = { epoch: null, erasures: 0 };
let hasStarted = false;
let waiting: FeedMessage[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let lastFlush = 0;
const retry = new Retry(() => void connect());

/** Connects, and stays connected. */
export function startFeed(): void {
  if (hasStarted) return;
  hasStarted = true;
  void connect();
}

async function connect(): Promise<void> {
  try {
    // After an outage somebody may have to sign in again: the WebSocket cannot say so.
    if (offlineSince.value !== null) await loadSession();
    if (!isSignedIn.value) return;
    if (feed.value === EMPTY_FEED) feed.value = fromPage(await listEvents({ limit: FIRST_EVENTS }));
  } catch {
    return lost();
  }
  open();
}

function open(): void {
  const { lastSeq, epoch } = feed.value;
  const address = new URL('/ws', location.href.replace(/^http/, 'ws'));
  address.search = new URLSearchParams({ since: String(lastSeq), epoch: epoch ?? '' }).toString();
  address.hash = '';
  const own = new WebSocket(address);
  socket = own;
  own.onopen = () => {
    retry.succeeded();
    offlineSince.value = null;
    isOnline.value = true;
    void loadFacesInMemory(feed.value.lastSeq);
  };
  own.onmessage = ({ data }) => {
    if (own !== socket) return;
    const message = JSON.parse(data as string) as SocketMessage;
    if (message.type === 'forgotten') {
      known.erasures = message.erasures;
      return dropPerson(message.person);
    }
    if (message.type === 'hello') checkAge(message);
    waiting.push(message);
    if (performance.now() - lastFlush >= FLUSH_MS) flush();
    else timer ??= setTimeout(flush, FLUSH_MS);
  };
  own.onclose = () => {
    if (own !== socket) return;
    flush();
    lost();
  };
}

whenForgotten((person) => {
  // Nothing that is sent takes an event back.
  flush();
  feed.value = withoutPerson(feed.value, person);
});

/** Starts the page over after an outage, when spotter is a newer one, or somebody was forgotten meanwhile. */
function checkAge({ server, epoch, erasures }: FeedMessage & { type: 'hello' }): void {
  // Each log has a number of its own, from 0.
  const before = known.epoch === epoch ? known.erasures : 0;
  const hasForgotten = epoch !== null && erasures !== before;
  if (version !== null && (version !== server || hasForgotten)) location.reload();
  version = server;
  // A log that cannot be read now has not been replaced.
  if (epoch !== null) known = { epoch, erasures };
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  lastFlush = performance.now();
  const messages = waiting;
  waiting = [];
  if (messages.length > 0) feed.value = messages.reduce(received, feed.value);
}

function lost(): void {
  socket = null;
  isOnline.value = false;
  offlineSince.value ??= Date.now();
  retry.schedule();
}
