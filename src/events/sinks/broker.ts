import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { decode } from '../../core/address.js';
import { describeError, hasErrno } from '../../core/errors.js';

/** A broker and how to introduce ourselves to it. */
export interface BrokerOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  clientId: string;
  /** What the broker tells, retained, when we vanish; null: nothing. */
  will: { topic: string; payload: string } | null;
}

/** A message of the broker's that it had kept. */
export type RetainedListener = (topic: string) => void;

const CONNECT_MS = 10_000;
/** A broker that is silent for one and a half times this is gone. */
const KEEPALIVE_S = 15;
const END_MS = 300;

/** One connection to an MQTT broker, for as long as it holds; whoever wants another makes another. MQTT 3.1.1. */
export class BrokerConnection {
  readonly #client: MqttClient;
  /** How to tell those who wait for an answer that none will come. */
  readonly #waiting = new Set<(error: Error) => void>();
  #isOpen = true;

  private constructor(client: MqttClient, onClosed: () => void) {
    this.#client = client;
    client.once('close', () => {
      this.#isOpen = false;
      for (const reject of this.#waiting) reject(closed());
      this.#waiting.clear();
      onClosed();
    });
  }

  /**
   * @param onClosed called once when the connection ends, whoever ended it
   * @throws Error with one sentence, without secrets
   */
  static async connect(
    options: BrokerOptions,
    signal: AbortSignal,
    onClosed: () => void,
  ): Promise<BrokerConnection> {
    // Loaded only where somebody uses it.
    const { connect } = await import('mqtt');
    const { protocol, hostname, port, username, password, host } = new URL(options.url);
    const client = connect({
      protocol: protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'mqtts:' ? 8883 : 1883),
      ...(username && { username: decode(username) }),
      ...(password && { password: decode(password) }),
      clientId: options.clientId,
      ...(options.will && {
        will: { topic: options.will.topic, payload: Buffer.from(options.will.payload), qos: 1, retain: true },
      }),
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_MS,
      // Trying again is the driver's business.
      reconnectPeriod: 0,
    });
    return new Promise((resolve, reject) => {
      let failure: unknown = null;
      const abandon = () => client.end(true);
      signal.addEventListener('abort', abandon, { once: true });
      if (signal.aborted) abandon();
      // A connection may fail again after it was given up; without a listener that would end the process.
      client.on('error', (error) => {
        failure ??= error;
      });
      const timer = setTimeout(abandon, CONNECT_MS);
      const refuse = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abandon);
        client.end(true);
        reject(new Error(explain(failure, host)));
      };
      client.once('close', refuse);
      client.once('connect', () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abandon);
        client.off('close', refuse);
        resolve(new BrokerConnection(client, onClosed));
      });
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Resolves when the broker has the message (QoS 1).
   *
   * @param payload empty and retained: the broker forgets what it had kept
   * @throws Error when the connection ends before
   */
  publish(topic: string, payload: string, retain: boolean): Promise<void> {
    return this.#answered((done) => this.#client.publish(topic, payload, { qos: 1, retain }, done));
  }

  /** Hears of what the broker has kept under some filters. @throws Error when it refuses, or the connection ends */
  watchRetained(filters: readonly string[], listener: RetainedListener): Promise<void> {
    this.#client.on('message', (topic, payload, { retain }) => {
      if (retain && payload.length > 0) listener(topic);
    });
    return this.#answered((done) => this.#client.subscribe([...filters], { qos: 1 }, done));
  }

  /**
   * Everything that the broker has kept under some filters, by topic. What it sends for a subscription goes before a
   * message that we send ourselves afterwards: when that one is back, all of it is here.
   *
   * @param marker a topic of our own for that message, which nobody else publishes to
   * @throws Error when it refuses, or the connection ends
   */
  async readRetained(filters: readonly string[], marker: string): Promise<Map<string, string>> {
    const kept = new Map<string, string>();
    const token = randomUUID();
    let noteEnd = () => {};
    const isComplete = new Promise<void>((resolve) => {
      noteEnd = resolve;
    });
    const listen = (topic: string, payload: Buffer, { retain }: { retain: boolean }) => {
      if (topic === marker && payload.toString() === token) noteEnd();
      else if (retain && payload.length > 0) kept.set(topic, payload.toString());
    };
    this.#client.on('message', listen);
    try {
      await this.#answered((done) => this.#client.subscribe([...filters, marker], { qos: 1 }, done));
      await this.publish(marker, token, false);
      await this.#answered((done) => void isComplete.then(() => done()));
      return kept;
    } finally {
      this.#client.off('message', listen);
    }
  }

  /** Says goodbye, so that no last will is told; a broker that does not listen is left without. */
  async end(): Promise<void> {
    // A second end() would do nothing: the first one waits for a broker that may say nothing for long.
    const timer = setTimeout(() => this.#client.stream.destroy(), END_MS);
    await new Promise<void>((resolve) => {
      this.#client.once('close', () => resolve());
      if (this.#isOpen) this.#client.end(() => resolve());
      else resolve();
    });
    clearTimeout(timer);
    this.#client.stream.destroy();
  }

  /** Resolves when a question is answered, and rejects when the connection ends before. */
  #answered(ask: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (!this.#isOpen) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      ask((error) => {
        this.#waiting.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

function closed(): Error {
  return new Error('the connection to the broker was closed');
}

/** Codes of CONNACK in MQTT 3.1.1. */
const REFUSALS: Record<number, string> = {
  1: 'speaks no MQTT 3.1.1',
  2: 'refuses the client id',
  3: 'is not ready',
  4: 'refuses the user name or the password',
  5: 'refuses the user name or the password',
};

function explain(error: unknown, host: string): string {
  if (error === null) return `the broker at ${host} does not answer`;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code === 'number' && code in REFUSALS) return `the broker at ${host} ${REFUSALS[code]}`;
  if (hasErrno(error, 'ECONNREFUSED')) return `no broker listens at ${host}`;
  if (hasErrno(error, 'ENOTFOUND', 'EAI_AGAIN')) return `the host of the broker ${host} is not found`;
  return `the broker at ${host} cannot be reached: ${describeError(error)}`;
}
