import { type WebhookOptions, WebhookSink } from '../../src/events/sinks/webhook.js';
import { drive, QuickClock } from './sinks.js';

const DAY_MS = 86_400_000;

/** Options of a webhook without filters. */
export function webhookOptions(url: string, change: Partial<WebhookOptions> = {}): WebhookOptions {
  return {
    id: 'hook',
    url,
    secret: null,
    cameras: [],
    people: [],
    kinds: [],
    notifyOnly: false,
    timeoutMs: 10_000,
    giveUpMs: DAY_MS,
    ...change,
  };
}

/** A webhook for a receiver, driven at a quick clock. */
export async function hook(url: string, change: Partial<WebhookOptions> = {}) {
  const clock = new QuickClock();
  const driven = await drive(new WebhookSink(webhookOptions(url, change), '1.2.3', clock), { clock });
  return { ...driven, clock };
}
