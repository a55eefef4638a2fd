import { z } from 'zod';
import { EVENT_KINDS } from '../events/event.js';
import { milliseconds } from './milliseconds.js';
import { checkMessage, headers } from './webhookMessage.js';

/** Consumers of events other than WebSocket clients. */

const NAME = /^[a-z0-9-]{1,40}$/;
/** Requires a host: `mqtt:broker` is a valid URL without one. */
const ANY_HOST = /./;

const webhook = z
  .strictObject({
    id: z
      .string()
      .regex(NAME, 'must be 1 to 40 of a-z, 0-9 and hyphen')
      .describe(
        'Name of the webhook: 1 to 40 of a-z, 0-9 and hyphen. Its position in the event log is stored under this name.',
      ),
    url: z
      .url({ protocol: /^https?$/, hostname: ANY_HOST, error: 'must be an http:// or https:// address' })
      .describe('Address to which each event is POSTed as JSON, http:// or https://.'),
    secret: z
      .string()
      .min(16, 'must have at least 16 characters')
      .max(1024, 'must have at most 1024 characters')
      .nullable()
      .default(null)
      .describe('Key of the HMAC-SHA256 signature, 16 to 1024 characters; null: no signature.'),
    cameras: z.array(z.string()).default([]).describe('Only events of these cameras, by id; empty: all.'),
    people: z.array(z.string()).default([]).describe('Only events of these people; empty: all.'),
    kinds: z.array(z.enum(EVENT_KINDS)).default([]).describe('Only these kinds; empty: all.'),
    notifyOnly: z.boolean().default(false).describe('Only events with "notify": true.'),
    timeoutMs: milliseconds(100, 120_000, 10_000, 'A slower response is a failed attempt'),
    giveUpMs: milliseconds(
      1000,
      2_592_000_000,
      86_400_000,
      'An event undelivered for this long becomes a dead letter',
    ),
    format: z
      .enum(['json', 'discord', 'slack', 'telegram', 'ntfy', 'template'])
      .default('json')
      .describe(
        'Body of the request: json (the event), discord, slack, telegram or ntfy (a text for that service), or template.',
      ),
    template: z
      .string()
      .max(10_000, 'must have at most 10000 characters')
      .nullable()
      .default(null)
      .describe('With format template: the body, with placeholders such as {{person}}; see docs/sinks.md.'),
    chatId: z
      .union([z.string().min(1).max(100), z.int()])
      .nullable()
      .default(null)
      .describe('With format telegram: id of the chat, a number or @channel.'),
    headers: headers.default({}).describe('Headers of the request, by name; their values are masked.'),
    linkBase: z
      .url({ protocol: /^https?$/, hostname: ANY_HOST, error: 'must be an http:// or https:// address' })
      .refine(
        (url) => !/[?#]/.test(url),
        'must have no query and no fragment: the path of the snapshot follows it',
      )
      .nullable()
      .default(null)
      .describe(
        'Address under which readers reach the HTTP server of spotter, for links to snapshots; null: no links.',
      ),
  })
  .superRefine(checkMessage)
  .describe('One webhook.');

/** Schema of `webhooks`. */
export const webhooks = z
  .array(webhook)
  .max(16)
  .default([])
  .describe('Programs that receive events by HTTP POST, up to 16; see docs/sinks.md.');

const topic = z
  .string()
  .max(200, 'must be at most 200 characters long')
  .regex(
    /^[^#+\0/$]([^#+\0]*[^#+\0/])?$/,
    'must be a topic without # and +, not begin with / or $, and not end with /',
  );

/** Schema of `mqtt`. */
export const mqtt = z
  .strictObject({
    url: z
      .url({ protocol: /^mqtts?$/, hostname: ANY_HOST, error: 'must be an mqtt:// or mqtts:// address' })
      .nullable()
      .default(null)
      .describe('Broker, mqtt://user:password@host:1883 or mqtts://; null: none.'),
    topic: topic.default('spotter').describe('Prefix of every topic.'),
    topics: z
      .strictObject({
        available: z
          .boolean()
          .default(true)
          .describe('<topic>/available, retained: online or offline, also as the last will.'),
        events: z.boolean().default(true).describe('<topic>/events: every event.'),
        matches: z.boolean().default(true).describe('<topic>/matches/<person>: matches and unknowns.'),
        cameraEvents: z
          .boolean()
          .default(true)
          .describe('<topic>/cameras/<camera>/events: every event of a camera.'),
        state: z
          .boolean()
          .default(true)
          .describe('<topic>/cameras/<camera>/state and its others, retained: the state of a camera.'),
        people: z.boolean().default(true).describe('<topic>/people/..., retained: where each person is.'),
        faces: z
          .boolean()
          .default(false)
          .describe(
            '<topic>/cameras/<camera>/face, retained: the picture of the last face, where snapshots are enabled. Off by default: whoever may read the broker sees it.',
          ),
      })
      .prefault({})
      .describe('Which topics to publish to.'),
    discovery: z.boolean().default(true).describe('Announce everything to Home Assistant.'),
    discoveryPrefix: topic.default('homeassistant').describe('Discovery prefix of Home Assistant.'),
    frigate: z
      .boolean()
      .default(false)
      .describe(
        "Also publish events in the shape of Frigate's: <topic>/frigate/events and <topic>/frigate/tracked_object_update.",
      ),
    frigateTopic: topic
      .nullable()
      .default(null)
      .describe('Prefix of these in place of <topic>/frigate; frigate, for programs that read no other.'),
  })
  .prefault({})
  .describe('MQTT, for home automation; see docs/sinks.md.');
