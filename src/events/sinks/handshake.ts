import type { MqttClient } from 'mqtt';
import { decode } from '../../core/address.js';
import { hasErrno } from '../../core/errors.js';
import {
  codeOf,
  explain,
  QOS_NOT_SUPPORTED,
  RETAIN_NOT_SUPPORTED,
  type Refusal,
  UNSUPPORTED_VERSION,
} from './connectRefusal.js';

/** A broker, and how to connect to it. */
export interface BrokerOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  clientId: string;
  /** Last will: what the broker publishes, retained, when the connection breaks; null: nothing. */
  will: { topic: string; payload: string } | null;
}

/** What a broker grants, as announced in CONNACK or as observed. */
export interface Terms {
  /** 5, or 4 for MQTT 3.1.1. */
  version: 4 | 5;
  /** Highest QoS of a message. */
  qos: 0 | 1;
  /** Whether messages may be retained. */
  retain: boolean;
  /** Most messages that may wait for their acknowledgement. */
  window: number;
  /** Size of the largest packet, bytes. */
  maxBytes: number;
}

/** The client of the library, for this folder. */
export type Client = MqttClient;

/** Assumed before the first connection. */
export const BEST_TERMS: Terms = { version: 5, qos: 1, retain: true, window: 100, maxBytes: Infinity };

/** What follows for users from what a broker does not grant, one clause each. */
export function limitsOf({ qos, retain }: Terms): string[] {
  return [
    ...(qos === 0 ? ['it allows QoS 0 only, so what is sent while the connection breaks is lost'] : []),
    ...(retain
      ? []
      : [
          'it retains no messages, so subscribers see a state when it changes, and Home Assistant after its next start',
        ]),
  ];
}

const CONNECT_MS = 10_000;
/** A broker that is silent for 1.5 times this is considered gone. */
const KEEPALIVE_S = 15;
/** Versions and wills that are tried before an attempt counts as failed. */
const MOST_TRIES = 4;

/**
 * Connects with MQTT 5, whose answers give reasons, and with 3.1.1 where the broker has no other; with a plain last will where the
 * broker does not take a retained one. Within 10 s per try.
 *
 * @param known what an earlier connection has shown
 * @throws Error with one sentence, without secrets
 */
export async function openClient(
  options: BrokerOptions,
  known: Terms,
  signal: AbortSignal,
): Promise<{ client: Client; terms: Terms }> {
  let tried: Tried = { ...known, isWillPlain: false };
  for (let tries = 1; ; tries++) {
    const outcome = await attempt(options, tried, signal);
    if ('client' in outcome) return { client: outcome.client, terms: granted(outcome.client, tried, known) };
    const next = signal.aborted || tries === MOST_TRIES ? null : lesser(tried, outcome);
    if (next === null) throw new Error(explain(outcome, new URL(options.url).host));
    tried = next;
  }
}

/** A plain last will is sent with QoS 0 and not retained, whatever messages are. */
type Tried = Terms & { isWillPlain: boolean };

/** The next best after a refusal; null when nothing else would help. */
function lesser(tried: Tried, { cause, isOfVersion }: Refusal): Tried | null {
  const code = codeOf(cause);
  if (code === RETAIN_NOT_SUPPORTED && tried.retain) return { ...tried, retain: false };
  if (code === QOS_NOT_SUPPORTED && tried.qos > 0) return { ...tried, qos: 0 };
  if (tried.version === 5 && isOfVersion) return { ...tried, version: 4 };
  // A broker of MQTT 3 gives no reason.
  if (isOfVersion && !tried.isWillPlain && code === null) return { ...tried, isWillPlain: true };
  return null;
}

function granted(client: Client, { version, qos, retain }: Tried, known: Terms): Terms {
  const { maximumQoS, retainAvailable, receiveMaximum, maximumPacketSize } = client.serverProperties ?? {};
  if (version === 4) return { ...known, version, qos, retain };
  return {
    version,
    qos: maximumQoS === 0 ? 0 : qos,
    // The library declares a boolean, and has handed over 0 and 1.
    retain: retain && retainAvailable !== false && Number(retainAvailable ?? 1) !== 0,
    window: Math.min(BEST_TERMS.window, receiveMaximum || BEST_TERMS.window),
    maxBytes: maximumPacketSize || BEST_TERMS.maxBytes,
  };
}

async function attempt(
  options: BrokerOptions,
  { version, qos, retain, isWillPlain }: Tried,
  signal: AbortSignal,
): Promise<{ client: Client } | Refusal> {
  // Loaded only when used.
  const { connect } = await import('mqtt');
  const { protocol, hostname, port, username, password } = new URL(options.url);
  const client = connect({
    protocol: protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'mqtts:' ? 8883 : 1883),
    ...(username && { username: decode(username) }),
    ...(password && { password: decode(password) }),
    clientId: options.clientId,
    ...(options.will && {
      will: {
        topic: options.will.topic,
        payload: Buffer.from(options.will.payload),
        qos: isWillPlain ? 0 : qos,
        retain: retain && !isWillPlain,
      },
    }),
    protocolVersion: version,
    clean: true,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_MS,
    // The driver retries.
    reconnectPeriod: 0,
  });
  return new Promise((resolve) => {
    let failure: unknown = null;
    let isAbandoned = false;
    const abandon = () => {
      isAbandoned = true;
      client.end(true);
    };
    signal.addEventListener('abort', abandon, { once: true });
    if (signal.aborted) abandon();
    // An abandoned connection may fail again; without a listener that would crash the process.
    client.on('error', (error) => {
      failure ??= error;
    });
    const timer = setTimeout(abandon, CONNECT_MS);
    const settle = (outcome: { client: Client } | Refusal) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abandon);
      client.off('close', refuse);
      resolve(outcome);
    };
    const refuse = () => {
      client.end(true);
      const hasEnded = !isAbandoned && (failure === null || hasErrno(failure, 'ECONNRESET', 'EPIPE'));
      const isOfVersion = hasEnded || codeOf(failure) === 1 || codeOf(failure) === UNSUPPORTED_VERSION;
      settle({ cause: failure, isOfVersion });
    };
    client.once('close', refuse);
    client.once('packetreceive', ({ cmd, length }) => {
      // Of MQTT 3: that of MQTT 5 has properties, if only none.
      if (version !== 5 || cmd !== 'connack' || length !== 2) return;
      client.once('connect', () => client.end(true));
      failure ??= Object.assign(new Error('MQTT 3'), { code: 1 });
    });
    client.once('connect', () => {
      if (failure === null) settle({ client });
    });
  });
}
