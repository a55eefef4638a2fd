import { z } from 'zod';

/**
 * What a node reports of itself every two seconds. Parts of the cluster add sections; a section that a reader does not know is
 * passed on and not read, so that nodes of one format may know different sections.
 */
export const nodeRecord = z.object({
  format: z.int(),
  /** `cluster.node`. */
  node: z.string(),
  /** Random id of the process. */
  session: z.string(),
  /** Random id of the data folder. */
  installation: z.string(),
  /** Version of spotter. */
  version: z.string(),
  /** ISO 8601, by the clock of the node. */
  startedAt: z.string(),
  /** How much it does and may do. */
  load: z
    .object({
      /** Recent share of time that its workers are busy, 0..1. */
      utilization: z.number(),
      /** Recent share of frames that were dropped, 0..1. */
      dropped: z.number(),
      /** Most cameras that it may watch. */
      maxCameras: z.int(),
      /** Whether it can watch cameras already. */
      isReady: z.boolean().optional(),
    })
    .optional(),
  /** The cameras that it watches. */
  cameras: z
    .array(
      z.object({
        id: z.string(),
        state: z.string(),
        message: z.string().nullable(),
        /** Fencing token of its lease. */
        lease: z.int(),
        /** ISO 8601, by the clock of the cluster, as is `lastFrameAt`. */
        since: z.string(),
        lastFrameAt: z.string().nullable(),
        width: z.number().nullable(),
        height: z.number().nullable(),
      }),
    )
    .optional(),
  /** Events that it has still to publish, and to read. */
  lag: z.object({ outbox: z.int(), feed: z.int() }).optional(),
  /** Webhooks and broker, on the node that sends to them. */
  sinks: z.array(z.object({ name: z.string(), up: z.boolean(), lag: z.int() })).optional(),
  /** What it alone does for all, such as `sender`. */
  roles: z.array(z.string()).optional(),
  /** It is stopping, so it takes over nothing. */
  isLeaving: z.boolean().optional(),
  /** Revision up to which it has erased people that were forgotten. */
  forgotten: z.int().optional(),
});

/** What a node reports of itself. */
export type NodeRecord = z.output<typeof nodeRecord>;

/** What the parts of the cluster add. */
export type NodeSections = Pick<NodeRecord, 'load' | 'cameras' | 'lag' | 'sinks' | 'roles' | 'forgotten'>;
