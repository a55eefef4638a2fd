import { z } from 'zod';
import { EVENT_KINDS } from '../events/event.js';

const names = z.array(z.string().max(64)).max(200).default([]);

/** What a client may send. Unknown keys are refused, so that a typo is not taken for "all". */
const clientMessage = z.strictObject({
  type: z.literal('subscribe', 'must be "subscribe"; that is all a client may send'),
  cameras: names,
  people: names,
  kinds: z.array(z.enum(EVENT_KINDS)).default([]),
  stats: z.boolean().default(false),
});

/** What a client wants to hear: empty lists mean all. */
export type Subscription = Omit<z.output<typeof clientMessage>, 'type'>;

export const EVERYTHING: Subscription = { cameras: [], people: [], kinds: [], stats: false };

/** A client's message as a subscription, or one sentence about what is wrong with it. */
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
