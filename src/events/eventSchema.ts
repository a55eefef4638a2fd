import { z } from 'zod';
import type { SpotterEvent } from './event.js';

type Fields = Required<SpotterEvent>;

const text = z.string();
const maybeText = text.nullable();
const whole = z.int().min(0);
const similarity = z.number().min(-1).max(1);
const size = z.looseObject({ width: whole, height: whole });
const box = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .describe('x1, y1, x2, y2 in px of frame, to a tenth.');
const time = z.iso.datetime({ precision: 3 });

const quality = z
  .looseObject({
    sizePx: z.number().min(0).describe('Shorter side of the box, px.'),
    score: z.number().min(0).max(1).describe("The detector's confidence."),
    yawDeg: z.number(),
    pitchDeg: z.number(),
    rollDeg: z.number(),
    flatness: z.number(),
    visibility: z.number().min(0).max(1).describe('Share of the face that is seen.'),
    landmarksInOrder: z.boolean(),
    sharpness: z.number().nullable().describe('null before the first look.'),
  })
  .describe(
    'Of the look nearest to anybody; before the first look, of the face as found.',
  ) satisfies z.ZodType<Fields['quality']>;

const explain = z
  .looseObject({
    checks: z.array(
      z.looseObject({
        name: text,
        value: z.number().nullable(),
        limit: z.number().nullable(),
        passed: z.boolean(),
        text,
      }),
    ),
    looks: whole.describe('Looks taken.'),
    usable: whole.describe('Those that could be judged.'),
  })
  .describe('Every number and check behind the verdict.') satisfies z.ZodType<Fields['explain']>;

/** What every event has; the compiler reports a field of {@link SpotterEvent} that is missing here. */
const common = {
  seq: z
    .int()
    .min(1)
    .describe(
      'One more than that of the event before, also across restarts; in a cluster, at least one more.',
    ),
  id: text.regex(/^[0-9A-HJKMNP-TV-Z]{26}$/).describe('ULID.'),
  camera: text,
  node: maybeText.describe('The node of the cluster that watched; null without a cluster.'),
  lease: whole
    .nullable()
    .describe('Fencing token of its lease: a later holder has a higher one; null without a cluster.'),
  track: maybeText.describe('The face that was followed; null on gap and visits.'),
  person: maybeText.describe('Name in the gallery; null where nobody is named.'),
  displayName: maybeText.describe('The name in person.yaml; null without one.'),
  withdrawn: maybeText.describe('The name that this track had before and has no longer.'),
  notify: z.boolean().describe('Worth a notification.'),
  reason: maybeText.describe(
    'Why the verdict is what it is, one sentence; on the left of a face that was never usable, the code of its fault.',
  ),
  odds: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('That the name is wrong; null without a name, or where a fixed threshold decides.'),
  explain: explain.nullable(),
  similarity: similarity.nullable().describe('Cosine similarity to the nearest person.'),
  threshold: similarity.nullable().describe('Similarity from which one look would have named this person.'),
  margin: z.number().min(0).max(2).nullable().describe('Lead over the next person.'),
  runnerUp: maybeText.describe('The next person; on match, and on the left of a matched track.'),
  candidates: z.array(text).nullable().describe('On ambiguous: who it may be, nearest first.'),
  box: box.nullable(),
  frame: size.nullable().describe('Size of the frame, px.'),
  quality: quality.nullable(),
  zones: z.array(text).describe('Zones of the camera that contain the face.'),
  mediaTimeMs: z
    .int()
    .nullable()
    .describe("The recording's own clock; live, ms since the camera was opened."),
  capturedAt: time.describe('When the frame was in memory.'),
  publishedAt: time.describe('Just before the event was stored and published.'),
  snapshot: maybeText.describe('Address of the picture of the best look.'),
} satisfies {
  [K in Exclude<
    keyof Fields,
    'kind' | keyof typeof ended | keyof typeof gap | keyof typeof visit
  >]: z.ZodType<Fields[K]>;
};

const ended = {
  firstSeenMs: z.int().describe('Media time.'),
  lastSeenMs: z.int().describe('Media time.'),
  frames: whole.describe('Frames in which the face was found.'),
  verdict: z.enum(['known', 'ambiguous', 'unknown', 'unusable']),
} satisfies { [K in 'firstSeenMs' | 'lastSeenMs' | 'frames' | 'verdict']: z.ZodType<Fields[K]> };

const gap = {
  from: time.describe('The last frame before.'),
  to: time.describe('The first frame after.'),
  cause: z.enum([
    'engine_died',
    'engine_hung',
    'settings_changed',
    'log_unwritable',
    'log_lost',
    'node_lost',
    'moved',
  ]),
} satisfies { [K in 'from' | 'to' | 'cause']: z.ZodType<Fields[K]> };

const visit = {
  visit: text.describe('Id of the visit, the same on both events.'),
  cameras: z.array(text).describe('In the order in which they first saw the person.'),
  startedAt: time.describe('Of the first match.'),
  endedAt: time.nullable().describe("Of the last track's left; null on visit_started."),
} satisfies { [K in 'visit' | 'cameras' | 'startedAt' | 'endedAt']: z.ZodType<Fields[K]> };

/** What an event of a face has besides. */
const ofFace = { track: text, box, frame: size, mediaTimeMs: z.int() };
const nobody = { person: z.null() };
const named = { person: text };

function kind<K extends SpotterEvent['kind'], S extends z.ZodRawShape>(
  name: K,
  description: string,
  shape: S,
) {
  return z.looseObject({ kind: z.literal(name), ...common, ...shape }).meta({ title: name, description });
}

/** An event of any kind. Fields are only added, so others than these may appear. */
export const eventSchema = z
  .discriminatedUnion('kind', [
    kind('appeared', 'A face is there, not yet identified.', { ...ofFace, ...nobody }),
    kind('match', 'It is a known person.', { ...ofFace, ...named }),
    kind('unknown', 'There were good looks at it, and it is nobody in the gallery.', {
      ...ofFace,
      ...nobody,
    }),
    kind('ambiguous', 'Two people are too close to call.', {
      ...ofFace,
      ...nobody,
      candidates: z.array(text),
    }),
    kind('left', 'The track has ended.', { ...ofFace, ...ended }),
    kind('visit_started', 'A person has arrived.', { ...named, ...visit, endedAt: z.null() }),
    kind('visit_ended', 'A person has gone.', { ...named, ...visit, endedAt: time }),
    kind('gap', 'A camera was not watched for a while, or events were lost.', { ...nobody, ...gap }),
  ])
  .meta({
    title: 'event',
    description:
      'An event, as on stdout and under /api/v1/events. On the WebSocket and in webhooks it has "type": "event" besides.',
  });
