import { z } from 'zod';
import { EVENT_KINDS } from '../events/event.js';
import { milliseconds } from './milliseconds.js';

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
  })
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
    discovery: z.boolean().default(true).describe('Announce everything to Home Assistant.'),
    discoveryPrefix: topic.default('homeassistant').describe('Discovery prefix of Home Assistant.'),
  })
  .prefault({})
  .describe('MQTT, for home automation; see docs/sinks.md.');
