import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { decode } from '../../core/address.js';
import { describeError, hasErrno } from '../../core/errors.js';

/** A broker, and how to connect to it. */
export interface BrokerOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  clientId: string;
  /** Last will: what the broker publishes, retained, when the connection breaks; null: nothing. */
  will: { topic: string; payload: string } | null;
}

/** Called with the topic of each retained message. */
export type RetainedListener = (topic: string) => void;

const CONNECT_MS = 10_000;
/** A broker that is silent for 1.5 times this is considered gone. */
const KEEPALIVE_S = 15;
const END_MS = 300;

/** One connection to an MQTT broker (3.1.1). Never reconnects; open a new one instead. */
export class BrokerConnection {
  readonly #client: MqttClient;
  /** Rejects each call that is waiting for the broker. */
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
   * Connects, within 10 s.
   *
   * @param onClosed called once when the connection ends, whichever side ends it
   * @throws Error with one sentence, without secrets
   */
  static async connect(
    options: BrokerOptions,
    signal: AbortSignal,
    onClosed: () => void,
  ): Promise<BrokerConnection> {
    // Loaded only when used.
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
      // The driver retries.
      reconnectPeriod: 0,
    });
    return new Promise((resolve, reject) => {
      let failure: unknown = null;
      const abandon = () => client.end(true);
      signal.addEventListener('abort', abandon, { once: true });
      if (signal.aborted) abandon();
      // An abandoned connection may fail again; without a listener that would crash the process.
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

  /** false once the connection has ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Resolves when the broker has acknowledged the message (QoS 1).
   *
   * @param payload empty and retained: removes what the broker retains
   * @throws Error when the connection ends first
   */
  publish(topic: string, payload: string, retain: boolean): Promise<void> {
    return this.#answered((done) => this.#client.publish(topic, payload, { qos: 1, retain }, done));
  }

  /**
   * Reports the topics under some filters that the broker retains.
   *
   * @throws Error when the broker refuses, or the connection ends first
   */
  watchRetained(filters: readonly string[], listener: RetainedListener): Promise<void> {
    this.#client.on('message', (topic, payload, { retain }) => {
      if (retain && payload.length > 0) listener(topic);
    });
    return this.#answered((done) => this.#client.subscribe([...filters], { qos: 1 }, done));
  }

  /**
   * Reads the retained messages under some filters: payload by topic. The broker delivers them before a message published
   * afterwards, so the list is complete when our own marker message comes back.
   *
   * @param marker topic for that message, which nobody else publishes to
   * @throws Error when the broker refuses, or the connection ends first
   */
  async readRetained(filters: readonly string[], marker: string): Promise<Map<string, string>> {
    const retained = new Map<string, string>();
    const token = randomUUID();
    let complete = () => {};
    const completed = new Promise<void>((resolve) => {
      complete = resolve;
    });
    const listen = (topic: string, payload: Buffer, { retain }: { retain: boolean }) => {
      if (topic === marker && payload.toString() === token) complete();
      else if (retain && payload.length > 0) retained.set(topic, payload.toString());
    };
    this.#client.on('message', listen);
    try {
      await this.#answered((done) => this.#client.subscribe([...filters, marker], { qos: 1 }, done));
      await this.publish(marker, token, false);
      await this.#answered((done) => void completed.then(() => done()));
      return retained;
    } finally {
      this.#client.off('message', listen);
    }
  }

  /** Disconnects properly, so that the broker does not publish the last will; waits 300 ms at most. */
  async end(): Promise<void> {
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

  /** Resolves when a request is answered, and rejects when the connection ends first. */
  #answered(request: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (!this.#isOpen) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      request((error) => {
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
  1: 'does not support MQTT 3.1.1',
  2: 'rejects the client id',
  3: 'is unavailable',
  4: 'rejects the user name or password',
  5: 'rejects the user name or password',
};

function explain(error: unknown, host: string): string {
  if (error === null) return `the broker at ${host} does not answer`;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code === 'number' && code in REFUSALS) return `the broker at ${host} ${REFUSALS[code]}`;
  if (hasErrno(error, 'ECONNREFUSED')) return `no broker is listening at ${host}`;
  if (hasErrno(error, 'ENOTFOUND', 'EAI_AGAIN')) return `host of the broker not found: ${host}`;
  return `cannot reach the broker at ${host}: ${describeError(error)}`;
}
