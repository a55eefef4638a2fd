import { z } from 'zod';
import { EVENT_KINDS } from '../events/event.js';
import { milliseconds } from './milliseconds.js';

/** What is published, which events call for a notification, and how long everything is kept. */

/** Schema of `events`. */
export const events = z
  .strictObject({
    explain: z
      .boolean()
      .default(false)
      .describe('Give every number and check behind a verdict with each event.'),
    keepDays: z.int().min(1).max(3650).default(30).describe('Events are kept this many days, 1 to 3650.'),
    maxMb: z
      .int()
      .min(8)
      .max(1_000_000)
      .default(1024)
      .describe('The oldest events go when the log is larger than this many MiB, 8 to 1000000.'),
  })
  .prefault({})
  .describe('The event log.');

/** Schema of `visits`. */
export const visits = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Tell visit_started and visit_ended.'),
    gapMs: milliseconds(0, 86_400_000, 60_000, 'A person who is back within this is on the same visit'),
  })
  .prefault({})
  .describe('Visits: the tracks of one person that belong together.');

/** Schema of `notify`. */
export const notify = z
  .strictObject({
    kinds: z
      .array(z.enum(EVENT_KINDS))
      .default(['match', 'unknown', 'ambiguous'])
      .describe('Kinds of events that are worth a notification.'),
    cooldownMs: milliseconds(
      0,
      86_400_000,
      300_000,
      'After a notification, the same person at the same camera is worth none for this long',
    ),
  })
  .prefault({})
  .describe('Which events say "notify": true.');

/** Schema of `snapshots`. */
export const snapshots = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Keep a JPEG of the best look with each event of a face, under data/snapshots.'),
    keepHours: z.int().min(1).max(87_600).default(72).describe('They are kept this many hours, 1 to 87600.'),
    maxWidth: z
      .int()
      .min(64)
      .max(8192)
      .default(1280)
      .describe('Wider pictures are scaled down to this many px, 64 to 8192.'),
    quality: z.int().min(1).max(100).default(80).describe('Quality of the JPEG, 1 to 100.'),
  })
  .prefault({})
  .describe('Pictures of who was seen. Off unless you turn it on.');
