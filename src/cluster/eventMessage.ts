import { z } from 'zod';
import { EVENT_KINDS, type FencedEvent, type SpotterEvent } from '../events/event.js';
import { FORMAT } from './names.js';
import type { Sealer } from './sealer.js';

/** An event on its way through the stream. */
export interface EventMessage extends FencedEvent {
  /** Who has published it; `seq` of the event is that of this node's own log. */
  node: string;
}

const text = z.string();
const time = z.iso.datetime();
/** What readers depend on. Other fields are passed on, so that an event of a later version is not lost. */
const eventMessage = z.object({
  format: z.literal(FORMAT),
  node: text,
  event: z.looseObject({
    seq: z.int(),
    id: text.regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
    kind: z.enum(EVENT_KINDS),
    camera: text,
    track: text.nullable(),
    person: text.nullable(),
    snapshot: text.nullable(),
    capturedAt: time,
    publishedAt: time,
  }),
  fence: z.object({ lease: z.int(), beganMs: z.number(), capturedMs: z.number() }).nullable(),
});

/** An event as it is published. */
export function sealEvent(sealer: Sealer, { node, event, fence }: EventMessage): Uint8Array {
  return sealer.sealJson({ format: FORMAT, node, event, fence }, placeOf(node));
}

/** What {@link sealEvent} was given; null when it cannot be opened, or is of another format. @param node whose subject it is on */
export function openEvent(sealer: Sealer, node: string, sealed: Uint8Array): EventMessage | null {
  const { success, data } = eventMessage.safeParse(sealer.openJson(sealed, placeOf(node)));
  if (!success || data.node !== node) return null;
  return { ...data, event: data.event as unknown as SpotterEvent };
}

/** The lease that an event depends on: that of its camera, or of who works out visits. */
export function leaseOf({ kind, camera }: Pick<SpotterEvent, 'kind' | 'camera'>): string {
  return kind === 'visit_started' || kind === 'visit_ended' ? 'sender' : `camera.${camera}`;
}

function placeOf(node: string): string {
  return `event ${node}`;
}
