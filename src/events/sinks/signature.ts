import { createHmac } from 'node:crypto';

/**
 * The value of X-Spotter-Signature: HMAC-SHA256 over the timestamp, a dot and the body, as `sha256=` and hex digits. The
 * signed timestamp protects against replay.
 *
 * @param timestamp Unix time in seconds, as in X-Spotter-Timestamp
 */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
