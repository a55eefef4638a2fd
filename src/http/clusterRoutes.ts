import { z } from 'zod';
import { type Caller, maySee } from '../core/access.js';
import { time } from './answerParts.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';

const count = z.int().min(0);
const heldCamera = z.object({
  id: z.string(),
  state: z.string().describe('As in /api/v1/cameras.'),
  message: z.string().nullable().describe('Why it is not live; null where there is no fault.'),
  since: time.describe('Since when the node watches it.'),
  lease: z.int().describe('Fencing token: a later holder has a higher one.'),
  lastFrameAt: time.nullable(),
});
const node = z.object({
  node: z.string(),
  version: z.string().describe('Of spotter.'),
  session: z.string().describe('Random id of its process.'),
  startedAt: time,
  heardMs: count.describe('Since it was last heard of.'),
  load: z
    .object({
      utilization: z.number().describe("Share of the workers' time in use, 0 to 1."),
      dropped: z.number().describe('Share of frames that were dropped, 0 to 1.'),
      maxCameras: count.describe('Most cameras that it watches.'),
    })
    .nullable(),
  cameras: z.array(heldCamera),
  lag: z
    .object({
      outbox: count.describe('Events that it has still to publish.'),
      feed: count.describe('Events of all nodes that it has still to read.'),
    })
    .nullable(),
  sinks: z
    .array(z.object({ name: z.string(), up: z.boolean(), lag: count }))
    .describe('Webhooks and broker, on the node that sends to them.'),
  forgotten: z.int().nullable().describe('Number of the last forgotten person that it has erased.'),
});

/** The cluster as one node sees it. */
const overview = z
  .object({
    name: z.string(),
    node: z.string().describe('The node that answers.'),
    config: z.enum(['file', 'shared']).describe('Where the cameras are configured.'),
    problem: z.string().nullable().describe('Why this node is not in the cluster; null while it is.'),
    nats: z.object({
      connected: z.boolean(),
      server: z.string().nullable(),
      version: z.string().nullable(),
      losses: count.describe('How often the connection was lost since the start.'),
      clockOffsetMs: z.number().nullable().describe("The servers' clock minus that of this machine."),
    }),
    sender: z.string().nullable().describe('The node that sends to webhooks and broker.'),
    nodes: z.array(node),
    unwatched: z
      .array(z.object({ id: z.string(), reason: z.string() }))
      .describe('Cameras that no node watches, and why.'),
    problems: z.array(z.string()).describe('What somebody should look at, one sentence each.'),
  })
  .meta({ id: 'Cluster' });

/** See {@link ClusterViews}. */
export type ClusterOverview = z.output<typeof overview>;

/** The cluster of this node. */
export interface ClusterViews {
  /** null without a cluster. */
  cluster: () => ClusterOverview | null;
  /** The metrics of all nodes, each series with the label `node`. @throws SpotterError cluster.unfit without a cluster */
  clusterMetrics: () => Promise<{ contentType: string; body: string }>;
  /** Takes a node that is gone for good off the cluster. @throws SpotterError usage, cluster.other, cluster.unfit, cluster.unreachable */
  removeNode: (node: string) => Promise<void>;
}

/** Adds the routes of the cluster. */
export function addClusterRoutes(app: Api, views: ClusterViews): void {
  app.get(
    '/api/v1/cluster',
    {
      config: { needs: 'service:read' },
      schema: {
        ...{ operationId: 'getCluster', tags: ['service'] },
        summary: 'The nodes of the cluster, what each does, and what is wrong',
        response: { 200: z.object({ cluster: overview.nullable().describe('null without a cluster.') }) },
      },
    },
    async ({ caller }) => {
      const found = views.cluster();
      return { cluster: found && visible(found, caller) };
    },
  );
  app.get(
    '/api/v1/cluster/metrics',
    {
      config: { needs: 'service:read' },
      schema: {
        ...{ operationId: 'getClusterMetrics', tags: ['service'] },
        summary: 'The metrics of all nodes, each series with the label node',
        response: {
          200: { content: { 'text/plain': { schema: z.string().describe('In the format of Prometheus.') } } },
        },
      },
    },
    async (_request, reply) => {
      try {
        const { contentType, body } = await views.clusterMetrics();
        return reply.header('content-type', contentType as 'text/plain').send(body);
      } catch (error) {
        return refuseError(reply, error);
      }
    },
  );
}

/** Adds the route that takes a node off the cluster. */
export function addNodeRemoval(app: Api, { removeNode }: Pick<ClusterViews, 'removeNode'>): void {
  app.delete(
    '/api/v1/cluster/nodes/:node',
    {
      config: { needs: 'service:write' },
      schema: {
        ...{ operationId: 'removeNode', tags: ['service'] },
        summary: 'Take a node that is gone for good off the cluster, so that nothing waits for it',
        params: z.object({ node: z.string().describe('Its name.') }),
        response: { 200: z.object({ removed: z.string().describe('Name of the node.') }) },
      },
    },
    async ({ params: { node } }, reply) => {
      try {
        await removeNode(node);
        return { removed: node };
      } catch (error) {
        return refuseError(reply, error);
      }
    },
  );
}

/** Only what is about cameras that the caller may see; sentences may be about any. */
function visible(found: ClusterOverview, caller: Caller): ClusterOverview {
  if (caller.cameras === null) return found;
  return {
    ...found,
    nodes: found.nodes.map((one) => ({
      ...one,
      cameras: one.cameras.filter(({ id }) => maySee(caller, id)),
    })),
    unwatched: found.unwatched.filter(({ id }) => maySee(caller, id)),
    problems: [],
  };
}
