import { z } from 'zod';
import type { Call } from '../cluster/nodeRequests.js';
import type { FrameBox } from '../pipeline/frameBoxes.js';
import type { RecentFace } from './recentFaces.js';

/** What nodes ask each other. Names and shapes are shared by nodes of several versions: fields are only added. */

const nothing = z.object({});
type Nothing = z.output<typeof nothing>;
const plainObject = (value: unknown) => typeof value === 'object' && value !== null;

/** The metrics of a node; the bytes are text in the format of Prometheus. */
export const METRICS_CALL: Call<Nothing, Nothing> = { name: 'metrics', input: nothing, output: nothing };

const framed = z.object({ camera: z.string(), width: z.number().nullable() });
/** The newest frame of a camera; the bytes are a JPEG, or none. */
export const FRAME_CALL: Call<z.output<typeof framed>, Nothing> = {
  name: 'frame',
  input: framed,
  output: nothing,
};

const pictured = z.object({ id: z.string(), form: z.enum(['frame', 'face']) });
/** A picture of an event, by the event's id; the bytes are a JPEG, or none. */
export const SNAPSHOT_CALL: Call<z.output<typeof pictured>, Nothing> = {
  name: 'snapshot',
  input: pictured,
  output: nothing,
};

/** A recent face without its picture. */
export type BareFace = Omit<RecentFace, 'jpeg'> & { isLive: boolean };
const bareFace = z.custom<BareFace>(plainObject);
const faces = z.object({ faces: z.array(bareFace) });
/** The recent faces of a node, without pictures. */
export const FACES_CALL: Call<Nothing, z.output<typeof faces>> = {
  name: 'faces',
  input: nothing,
  output: faces,
};

const tracked = z.object({ track: z.string() });
const face = z.object({ face: bareFace.nullable() });
/** The recent face of a track; the bytes are a JPEG. */
export const FACE_CALL: Call<z.output<typeof tracked>, z.output<typeof face>> = {
  name: 'face',
  input: tracked,
  output: face,
};

const denied = z.object({ camera: z.string(), track: z.string(), person: z.string() });
const isLive = z.object({ isLive: z.boolean() });
/** Takes a name from a track. */
export const DENY_CALL: Call<z.output<typeof denied>, z.output<typeof isLive>> = {
  name: 'deny',
  input: denied,
  output: isLive,
};

const watched = z.object({
  camera: z.string(),
  width: z.number(),
  fps: z.number(),
  /** `capturedAtMs` of the last picture that the node has; null: none. */
  after: z.number().nullable(),
});
const shown = z.object({
  picture: z
    .object({
      ...{ camera: z.string(), capturedAtMs: z.number(), width: z.number(), height: z.number() },
      boxes: z.array(z.custom<FrameBox>(plainObject)),
    })
    .nullable(),
});
/** The next picture of a camera, as soon as there is one; the bytes are a JPEG, or none after a while without. */
export const PICTURE_CALL: Call<z.output<typeof watched>, z.output<typeof shown>> = {
  name: 'picture',
  input: watched,
  output: shown,
};
