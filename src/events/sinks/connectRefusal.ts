import { describeError, hasErrno } from '../../core/errors.js';

/** Why there is no connection. */
export interface Refusal {
  /** Reason code of CONNACK, or the error; null when the broker has not answered in time. */
  cause: unknown;
  /** The broker ended the connection, or answered as one of MQTT 3 does. */
  isOfVersion: boolean;
}

/** Codes of CONNACK in MQTT 5. */
export const UNSUPPORTED_VERSION = 0x84;
export const RETAIN_NOT_SUPPORTED = 0x9a;
export const QOS_NOT_SUPPORTED = 0x9b;

/** Codes of CONNACK, in MQTT 3.1.1 and in MQTT 5. */
const REFUSALS: Record<number, string> = {
  1: 'does not support MQTT 3.1.1',
  2: 'rejects the client id',
  3: 'is unavailable',
  4: 'rejects the user name or password',
  5: 'rejects the user name or password',
  [UNSUPPORTED_VERSION]: 'supports neither MQTT 5 nor MQTT 3.1.1',
  133: 'rejects the client id',
  134: 'rejects the user name or password',
  135: 'rejects the user name or password',
  136: 'is unavailable',
  137: 'is busy',
  138: 'has banned this client',
  151: 'has no quota left for this client',
  [RETAIN_NOT_SUPPORTED]: 'rejects the retained last will',
  [QOS_NOT_SUPPORTED]: 'rejects the QoS of the last will',
  159: 'rejects so many connections',
};

/** The code of CONNACK in the library's error; null for anything else. */
export function codeOf(cause: unknown): number | null {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'number' ? code : null;
}

/** Why there is no connection, one sentence without secrets. @param host with the port */
export function explain({ cause, isOfVersion }: Refusal, host: string): string {
  const code = codeOf(cause);
  if (code !== null && code in REFUSALS) return `the broker at ${host} ${REFUSALS[code]}`;
  if (isOfVersion) return `the broker at ${host} closes the connection without an answer`;
  if (cause === null) return `the broker at ${host} does not answer`;
  if (hasErrno(cause, 'ECONNREFUSED')) return `no broker is listening at ${host}`;
  if (hasErrno(cause, 'ENOTFOUND', 'EAI_AGAIN')) return `host of the broker not found: ${host}`;
  return `cannot reach the broker at ${host}: ${describeError(cause)}`;
}
