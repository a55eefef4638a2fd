import type { StreamInfo } from '@nats-io/jetstream';
import type { Link } from './link.js';
import { codeOf } from './natsFaults.js';

/** Streams of a cluster that are watched. */
export interface WatchedStreams {
  all: readonly string[];
  /** Those that are never empty again once something was in them: what is deleted leaves a mark. */
  marked: readonly string[];
  /** The one whose first entry stays as it is. */
  rooted: string;
}

/** What is remembered of a stream from the look before. */
interface Look {
  created: string;
  lastSeq: number;
  messages: number;
}

/** Between two looks, ms, each at the next stream, so that one that is gone is noticed within seven of them. */
const LOOK_EVERY_MS = 1500;
/** Code of JetStream. */
const STREAM_NOT_FOUND = 10059;

/**
 * Notices when a stream of the cluster is deleted, made anew or emptied: whoever reads it waits for ever then, and the client says
 * nothing of it.
 */
export class StoreWatch {
  readonly #streams: WatchedStreams;
  readonly #onGone: (stream: string, what: 'deleted' | 'emptied') => void;
  readonly #before = new Map<string, Look>();
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  /** @param onGone called once, with the name of the stream; nothing is looked at afterwards */
  constructor(streams: WatchedStreams, onGone: (stream: string, what: 'deleted' | 'emptied') => void) {
    this.#streams = streams;
    this.#onGone = onGone;
  }

  /** Looks at all of them, and again from time to time. Resolves after the first look. @throws an error of the client */
  async start(manager: Link['manager']): Promise<void> {
    for (const stream of this.#streams.all)
      this.#before.set(stream, lookAt(await manager.streams.info(stream)));
    this.#lookLater(manager);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookLater(manager: Link['manager']): void {
    this.#timer = setTimeout(() => void this.#look(manager), LOOK_EVERY_MS);
  }

  async #look(manager: Link['manager']): Promise<void> {
    const timer = this.#timer;
    const { all } = this.#streams;
    const stream = all[this.#next % all.length];
    this.#next += 1;
    const what = await manager.streams.info(stream).then(
      (info) => this.#compare(stream, info),
      // NATS that is away has lost nothing yet.
      (error: unknown) => (codeOf(error) === STREAM_NOT_FOUND ? ('deleted' as const) : null),
    );
    if (this.#timer !== timer) return;
    if (what) this.#onGone(stream, what);
    else this.#lookLater(manager);
  }

  #compare(stream: string, info: StreamInfo): 'deleted' | 'emptied' | null {
    const before = this.#before.get(stream);
    const now = lookAt(info);
    this.#before.set(stream, now);
    if (!before || now.created !== before.created) return 'deleted';
    const { marked, rooted } = this.#streams;
    const hadSome = before.messages > 0 || now.lastSeq > before.lastSeq;
    const isEmptied = marked.includes(stream) && now.messages === 0 && hadSome;
    const isUprooted = stream === rooted && info.state.first_seq > before.lastSeq;
    return isEmptied || isUprooted ? 'emptied' : null;
  }
}

function lookAt({ created, state }: StreamInfo): Look {
  return { created: String(created), lastSeq: state.last_seq, messages: state.messages };
}
