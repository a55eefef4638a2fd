import { z } from 'zod';
import { EVENT_KINDS } from '../events/event.js';

const names = z.array(z.string().max(64)).max(200).default([]);

/** The message a client may send. Unknown keys are rejected, so that a typo does not subscribe to everything. */
const clientMessage = z.strictObject({
  type: z.literal('subscribe', 'must be "subscribe", the only message a client may send'),
  cameras: names,
  people: names,
  kinds: z.array(z.enum(EVENT_KINDS)).default([]),
  stats: z.boolean().default(false),
});

/** The events a client asked for; an empty list means all. `stats`: whether it wants statistics once a second. */
export type Subscription = Omit<z.output<typeof clientMessage>, 'type'>;

/** The subscription of a client that has not sent one: every event, no statistics. */
export const EVERYTHING: Subscription = { cameras: [], people: [], kinds: [], stats: false };

/** Parses a message of a client (JSON) into a subscription, or returns one sentence about its fault. */
export function parseClientMessage(
  text: string,
): { ok: true; subscription: Subscription } | { ok: false; message: string } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return {
      ok: false,
      message: 'not JSON; send {"type":"subscribe","cameras":[],"people":[],"kinds":[],"stats":false}',
    };
  }
  const parsed = clientMessage.safeParse(data);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    return { ok: false, message: `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}` };
  }
  const { type: _, ...subscription } = parsed.data;
  return { ok: true, subscription };
}
