import { z } from 'zod';
import { CAMERA_STATES } from '../core/cameraState.js';
import { EVENT_KINDS } from './event.js';
import { eventSchema } from './eventSchema.js';
import type {
  CameraMessage,
  CameraSummary,
  ErrorMessage,
  ForgottenMessage,
  HelloMessage,
  StatsMessage,
  SubscribeMessage,
  TrackSummary,
} from './messages.js';

const text = z.string();
const whole = z.int().min(0);

const camera = {
  id: text,
  state: z.enum(CAMERA_STATES),
  message: text.nullable().describe('Why it is not live; null where there is no fault.'),
  node: text
    .nullable()
    .describe('The node of the cluster that watches it; null for none, and without a cluster.'),
} satisfies { [K in keyof CameraSummary]: z.ZodType<CameraSummary[K]> };

const track = {
  id: text,
  camera: text,
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).describe('x1, y1, x2, y2 in px of frame.'),
  frame: z.looseObject({ width: whole, height: whole }),
  firstSeenMs: z.int().describe('Media time.'),
  lastSeenMs: z.int().describe('Media time.'),
  frames: whole.describe('Frames in which the face was found.'),
  verdict: z
    .enum(['known', 'ambiguous', 'unknown', 'unusable'])
    .nullable()
    .describe('null while the name is open.'),
  person: text.nullable(),
} satisfies { [K in keyof TrackSummary]: z.ZodType<TrackSummary[K]> };

const hello = z
  .looseObject({
    type: z.literal('hello'),
    protocol: z.literal(1).describe('Version of the protocol.'),
    server: text.describe('Product and version, such as spotter/0.1.0.'),
    epoch: text.nullable().describe('Id of the event log; null while it is not open.'),
    firstSeq: whole.describe('seq of the oldest event in the log.'),
    seq: whole.describe('seq of the newest event in the log.'),
    erasures: whole.describe(
      'How often somebody was erased from the log. Where it has changed, what you keep may be of somebody who was forgotten.',
    ),
    cameras: z.array(z.looseObject(camera)),
    tracks: z.array(z.looseObject(track)).describe('Faces in view, as of the event seq.'),
  })
  .describe('The first message of the server.') satisfies z.ZodType<HelloMessage>;

const cameraMessage = z
  .looseObject({ type: z.literal('camera'), ...camera })
  .describe("A camera's state has changed.") satisfies z.ZodType<CameraMessage>;

const forgotten = z
  .looseObject({
    type: z.literal('forgotten'),
    person: text,
    erasures: whole.describe('As in hello, from now on.'),
  })
  .describe(
    'A person was forgotten: keep nothing of them either. Sent to callers with the scope people:read.',
  ) satisfies z.ZodType<ForgottenMessage>;

const stats = z
  .looseObject({
    type: z.literal('stats'),
    cameras: z.array(
      z.looseObject({
        camera: text,
        frames: whole.describe('Processed since spotter started.'),
        faces: whole.describe('In these frames.'),
        tracks: whole.describe('Faces in view.'),
        framesPerSecond: z.number().min(0),
      }),
    ),
    workerUtilization: z.number().min(0).max(1).describe("Share of the workers' time in use."),
  })
  .describe('Sent once a second to clients that ask for it.') satisfies z.ZodType<StatsMessage>;

const error = z
  .looseObject({
    type: z.literal('error'),
    code: z.enum([
      'bad_message',
      'bad_filter',
      'unknown_person',
      'bad_since',
      'unknown_seq',
      'epoch_changed',
      'expired',
    ]),
    message: text.describe('What is wrong, and what to do.'),
    firstSeq: whole
      .exactOptional()
      .describe('On expired, unknown_seq and epoch_changed: seq of the oldest event in the log.'),
    epoch: text.nullable().exactOptional().describe('On epoch_changed: the id of the log.'),
  })
  .describe('What a client asked for is not possible, or not as it asked.') satisfies z.ZodType<ErrorMessage>;

const names = z.array(text.min(1).max(64)).max(200).exactOptional().describe('Empty or missing: all.');
const subscribe = z
  .strictObject({
    type: z.literal('subscribe'),
    cameras: names,
    people: names,
    kinds: z.array(z.enum(EVENT_KINDS)).max(200).exactOptional().describe('Empty or missing: all.'),
    stats: z.boolean().exactOptional().describe('Whether to send stats; false if missing.'),
  })
  .describe('The only message that a client may send.') satisfies z.ZodType<SubscribeMessage>;

const summary = z
  .looseObject({
    kind: z.literal('summary'),
    frames: whole.describe('Processed, of all recordings.'),
    searched: whole.describe('Of these, searched for faces.'),
    still: whole.describe('Of these, not searched, because nothing had moved.'),
    seconds: z.number().min(0),
    fps: z.number().min(0),
    faces: whole.describe('One per face and frame.'),
    embedded: whole.describe('Faces that were looked at.'),
    tracks: whole,
    events: whole,
    stageMs: z.record(text, whole).describe('Time in each stage, summed over all frames and threads.'),
    people: z.array(
      z.looseObject({
        person: text,
        camera: text,
        firstMs: z.int().describe('Media time.'),
        lastMs: z.int().describe('Media time.'),
        bestSimilarity: z.number().min(-1).max(1),
        frames: whole,
      }),
    ),
    interrupted: z.boolean().describe('The scan was ended early.'),
  })
  .describe('The last line of spotter scan.');

/** The schemas of every message and event, by name; for tests and for {@link publishedSchemas}. */
export const SCHEMAS = {
  event: eventSchema,
  hello,
  camera: cameraMessage,
  forgotten,
  stats,
  error,
  subscribe,
  summary,
};

/** The same as JSON Schema (2020-12), each complete in itself. */
export const publishedSchemas: Readonly<Record<string, object>> = Object.fromEntries(
  Object.entries(SCHEMAS).map(([name, schema]) => [name, toJsonSchema(schema)]),
);

function toJsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    io: 'input',
    // The limits of the language, which say nothing about a field.
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
}
