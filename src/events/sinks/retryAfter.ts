import type { Answer } from './post.js';

/**
 * How long a far end asks to wait, ms; 0 when it does not ask. Services ask in Retry-After (seconds, with fractions, or a
 * date), in X-RateLimit-Reset-After, or in the body: `retry_after` (Discord) or `parameters.retry_after` (Telegram), in seconds.
 * Of several the shortest applies: some services give one of them in another unit.
 */
export function retryAfterMs(
  { retryAfter, resetAfter, text }: Pick<Answer, 'retryAfter' | 'resetAfter' | 'text'>,
  nowMs: number,
): number {
  const asked = [headerMs(retryAfter, nowMs), headerMs(resetAfter, nowMs), bodyMs(text)];
  const known = asked.filter((ms) => ms > 0);
  return known.length === 0 ? 0 : Math.min(...known);
}

function headerMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}(\.\d{1,9})?$/.test(header)) return Math.ceil(Number(header) * 1000);
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - nowMs);
}

function bodyMs(text: string): number {
  try {
    const body: unknown = JSON.parse(text);
    const seconds = retryAfterIn(body) ?? retryAfterIn(fieldOf(body, 'parameters'));
    return seconds === null ? 0 : Math.ceil(seconds * 1000);
  } catch {
    return 0;
  }
}

function retryAfterIn(value: unknown): number | null {
  const seconds = fieldOf(value, 'retry_after');
  return typeof seconds === 'number' && seconds > 0 ? seconds : null;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
