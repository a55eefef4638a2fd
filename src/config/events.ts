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
      .describe('Add every number and check behind a verdict to each event.'),
    keepDays: z.int().min(1).max(3650).default(30).describe('Days for which events are kept, 1 to 3650.'),
    maxMb: z
      .int()
      .min(8)
      .max(1_000_000)
      .default(1024)
      .describe('Remove the oldest events if the log is larger than this, in MiB, 8 to 1000000.'),
  })
  .prefault({})
  .describe('Event log.');

/** Schema of `visits`. */
export const visits = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Publish visit_started and visit_ended.'),
    gapMs: milliseconds(0, 86_400_000, 60_000, 'A person who returns within this time continues the visit'),
  })
  .prefault({})
  .describe('Visits: the tracks of one person, joined.');

/** Schema of `notify`. */
export const notify = z
  .strictObject({
    kinds: z
      .array(z.enum(EVENT_KINDS))
      .default(['match', 'unknown', 'ambiguous'])
      .describe('Kinds of events that are worth a notification.'),
    cooldownMs: milliseconds(0, 86_400_000, 300_000, 'Cooldown after a notification, per person and camera'),
  })
  .prefault({})
  .describe('Which events have "notify": true.');

/** Schema of `snapshots`. */
export const snapshots = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Keep JPEGs of the best look for each event of a face, under data/snapshots.'),
    keepHours: z.int().min(1).max(87_600).default(72).describe('Hours for which they are kept, 1 to 87600.'),
    maxWidth: z
      .int()
      .min(64)
      .max(8192)
      .default(1280)
      .describe('Scale wider pictures down to this width, in px, 64 to 8192.'),
    quality: z.int().min(1).max(100).default(80).describe('JPEG quality, 1 to 100.'),
  })
  .prefault({})
  .describe('Pictures of who was seen. Off by default.');
