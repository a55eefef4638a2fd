import { randomUUID } from 'node:crypto';
import { BrokerRefusal, type Closing, codeOfAnswer, type Request, TOO_LARGE } from './brokerAnswer.js';
import { type BrokerOptions, type Client, openClient, type Terms } from './handshake.js';

/** A message that was received. */
export interface Received {
  topic: string;
  payload: string;
  /** The broker had retained it. */
  isRetained: boolean;
}

/** A request that is waiting for its turn or for its answer. */
interface Pending extends Request {
  send: (done: (error?: Error | null) => void) => void;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** How a connection is opened. */
export interface OpenOptions extends BrokerOptions {
  /** What an earlier connection has shown of the broker. */
  terms: Terms;
  /** Have one request answered before the next is sent, to find the one at which the broker closes the connection. */
  isCareful?: boolean;
}

const END_MS = 300;
/** What a packet has beside topic and payload: header, lengths, packet id, properties. */
const MAX_OVERHEAD_BYTES = 16;

/** One connection to an MQTT broker. Never reconnects; open a new one instead. */
export class BrokerConnection {
  /** What the broker grants. */
  readonly terms: Terms;
  /** Most requests that are sent before the first is answered. */
  readonly window: number;
  readonly #client: Client;
  readonly #queue: Pending[] = [];
  readonly #inFlight = new Set<Pending>();
  /** Reason code of the broker's DISCONNECT; null without. */
  #code: number | null = null;
  #hasAnswered = false;
  #isOpen = true;
  #isEnding = false;

  private constructor(
    client: Client,
    terms: Terms,
    isCareful: boolean,
    onClosed: (closing: Closing) => void,
  ) {
    this.terms = terms;
    this.#client = client;
    this.window = isCareful ? 1 : terms.window;
    client.on('disconnect', ({ reasonCode }) => {
      this.#code = reasonCode ?? null;
    });
    client.once('close', () => {
      this.#isOpen = false;
      const unanswered = [...this.#inFlight];
      const closing: Closing = {
        isOurs: this.#isEnding,
        code: this.#code,
        hasAnswered: this.#hasAnswered,
        unanswered: unanswered.map(({ kind, topic, isRetained, sentAtMs }) => ({
          kind,
          topic,
          isRetained,
          sentAtMs,
        })),
      };
      for (const { reject } of [...unanswered, ...this.#queue]) reject(closed());
      this.#inFlight.clear();
      this.#queue.length = 0;
      onClosed(closing);
    });
  }

  /**
   * Connects, within 10 s.
   *
   * @param onClosed called once when the connection ends, whichever side ends it
   * @throws Error with one sentence, without secrets
   */
  static async connect(
    { terms: known, isCareful = false, ...options }: OpenOptions,
    signal: AbortSignal,
    onClosed: (closing: Closing) => void,
  ): Promise<BrokerConnection> {
    const { client, terms } = await openClient(options, known, signal);
    // Its end would not be noticed any more.
    if (!client.connected) throw closed();
    return new BrokerConnection(client, terms, isCareful, onClosed);
  }

  /** false once the connection has ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Resolves when the broker has acknowledged the message, or when it is sent to a broker that acknowledges none.
   *
   * @param payload empty and retained: removes what the broker retains
   * @param retain ignored where the broker retains nothing
   * @param keepSeconds ignored by MQTT 3.1.1
   * @throws BrokerRefusal when the broker refuses it; Error when the connection ends first
   */
  publish(topic: string, payload: string | Uint8Array, retain: boolean, keepSeconds?: number): Promise<void> {
    const options = {
      ...{ qos: this.terms.qos, retain: retain && this.terms.retain },
      ...(keepSeconds !== undefined &&
        this.terms.version === 5 && { properties: { messageExpiryInterval: keepSeconds } }),
    };
    // The broker would close the connection.
    if (Buffer.byteLength(topic) + Buffer.byteLength(payload) + MAX_OVERHEAD_BYTES > this.terms.maxBytes)
      return Promise.reject(new BrokerRefusal({ kind: 'publish', topic }, TOO_LARGE));
    return this.#request({ kind: 'publish', topic, isRetained: options.retain }, (done) =>
      this.#client.publish(
        topic,
        typeof payload === 'string' ? payload : Buffer.from(payload),
        options,
        done,
      ),
    );
  }

  /** Calls a listener with every message of the subscriptions. @returns a function that ends that */
  onMessage(listener: (message: Received) => void): () => void {
    const receive = (topic: string, payload: Buffer, { retain }: { retain: boolean }) =>
      listener({ topic, payload: payload.toString(), isRetained: retain });
    this.#client.on('message', receive);
    return () => void this.#client.off('message', receive);
  }

  /** Subscribes to one filter. @throws as {@link publish} */
  subscribe(filter: string): Promise<void> {
    return this.#request({ kind: 'subscribe', topic: filter, isRetained: false }, (done) =>
      this.#client.subscribe(filter, { qos: 1 }, done),
    );
  }

  /**
   * Reads the retained messages under some filters: payload by topic. The broker delivers them before a message published
   * afterwards, so the list is complete when our own marker message comes back.
   *
   * @param marker topic for that message, which nobody else publishes to
   * @returns the messages, and the filters that the broker refuses
   * @throws as {@link publish}, for the marker
   */
  async readRetained(
    filters: readonly string[],
    marker: string,
  ): Promise<{ retained: Map<string, string>; refused: string[] }> {
    const retained = new Map<string, string>();
    const refused: string[] = [];
    const token = randomUUID();
    let complete = () => {};
    const completed = new Promise<void>((resolve) => {
      complete = resolve;
    });
    const stop = this.onMessage(({ topic, payload, isRetained }) => {
      if (topic === marker && payload === token) complete();
      else if (isRetained && payload !== '') retained.set(topic, payload);
    });
    const attempt = async (filter: string) => {
      try {
        await this.subscribe(filter);
      } catch (error) {
        if (!(error instanceof BrokerRefusal)) throw error;
        refused.push(filter);
      }
    };
    try {
      await Promise.all([this.subscribe(marker), ...filters.map(attempt)]);
      await this.publish(marker, token, false);
      const wait = { kind: 'subscribe', topic: marker, isRetained: false } as const;
      await this.#request(wait, (done) => void completed.then(() => done()));
      return { retained, refused };
    } finally {
      stop();
    }
  }

  /** Disconnects properly, so that the broker does not publish the last will; waits 300 ms at most. */
  async end(): Promise<void> {
    this.#isEnding = true;
    // A second end() would do nothing: the first one waits for the broker, which may take long.
    const timer = setTimeout(() => this.#client.stream.destroy(), END_MS);
    await new Promise<void>((resolve) => {
      this.#client.once('close', () => resolve());
      if (this.#isOpen) this.#client.end(() => resolve());
      else resolve();
    });
    clearTimeout(timer);
    this.#client.stream.destroy();
  }

  /** Resolves when a request is answered, and rejects when it is refused or the connection ends first. */
  #request(
    what: Pick<Request, 'kind' | 'topic' | 'isRetained'>,
    send: (done: (error?: Error | null) => void) => void,
  ): Promise<void> {
    if (!this.#isOpen) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...what, sentAtMs: 0, send, resolve, reject });
      this.#sendNext();
    });
  }

  #sendNext(): void {
    while (this.#isOpen && this.#inFlight.size < this.window) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      next.sentAtMs = performance.now();
      this.#inFlight.add(next);
      next.send((error) => {
        this.#inFlight.delete(next);
        const code = codeOfAnswer(error);
        // With QoS 0, it is only sent.
        this.#hasAnswered ||= code !== null || (!error && (next.kind === 'subscribe' || this.terms.qos > 0));
        if (!error) next.resolve();
        else if (this.#isEnding) next.reject(closed());
        else next.reject(code === null ? error : new BrokerRefusal(next, code));
        this.#sendNext();
      });
    }
  }
}

function closed(): Error {
  return new Error('the connection to the broker was closed');
}
