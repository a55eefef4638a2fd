import { z } from 'zod';

/** Names of clusters and nodes: they are part of subjects and bucket names of NATS. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const NAME_RULE = 'must be 1 to 40 of a-z, 0-9 and hyphen, with no hyphen at the ends';
const MIN_KEY_LENGTH = 32;

const file = (what: string) => z.string().min(1).nullable().default(null).describe(what);

/** Name of a node. */
export const nodeName = z.string().regex(NAME, NAME_RULE);

/** Schema of `cluster`. */
export const cluster = z
  .strictObject({
    servers: z
      .array(
        z
          .url({ protocol: /^(nats|tls)$/, hostname: /./, error: 'must be a nats:// or tls:// address' })
          .refine((address) => !URL.canParse(address) || new URL(address).username === '', {
            error: 'must have no login; use cluster.user and password, or token',
          }),
      )
      .max(16)
      .default([])
      .describe(
        'NATS servers with JetStream, nats://host:4222 or tls://, up to 16; none: this node is alone.',
      ),
    name: z
      .string()
      .regex(NAME, NAME_RULE)
      .default('spotter')
      .describe('Name of the cluster, the same on every node: 1 to 40 of a-z, 0-9 and hyphen.'),
    node: nodeName
      .nullable()
      .default(null)
      .describe(
        'Name of this node, another one on each: 1 to 40 of a-z, 0-9 and hyphen; null: the host name.',
      ),
    key: z
      .string()
      .min(
        MIN_KEY_LENGTH,
        `must be at least ${MIN_KEY_LENGTH} characters long; "spotter cluster key" makes one`,
      )
      .nullable()
      .default(null)
      .describe(
        'Key of the cluster, the same on every node, at least 32 characters: NATS stores photos, names and events only encrypted with it.',
      ),
    user: z.string().min(1).nullable().default(null).describe('User name for NATS; needs password.'),
    password: z.string().min(1).nullable().default(null).describe('Password for NATS; needs user.'),
    token: z.string().min(1).nullable().default(null).describe('Token for NATS, in place of a user.'),
    nkey: z
      .string()
      .regex(/^SU[A-Z2-7]{56}$/, 'must be the seed of a user, SU...')
      .nullable()
      .default(null)
      .describe('Seed of an nkey for NATS, SU..., in place of a user.'),
    credentials: file('File of credentials for NATS (JWT and nkey), in place of a user; null: none.'),
    tls: z
      .strictObject({
        ca: file('Certificates that those of the servers are verified with; null: those of Node.'),
        certificate: file('Certificate that is shown to servers that want one; needs key.'),
        key: file('Private key of certificate, without a passphrase.'),
      })
      .prefault({})
      .describe('TLS to NATS: PEM files, each a path relative to this file.'),
    replicas: z
      .int()
      .min(1)
      .max(5)
      .nullable()
      .default(null)
      .describe(
        'Copies of the stored data on NATS servers, 1 to 5; null: 3 where there are three servers, else 1.',
      ),
    maxMegabytes: z
      .int()
      .min(64)
      .max(1_000_000)
      .default(1024)
      .describe('Space for events on each NATS server, in MB, 64 to 1,000,000; then the oldest are removed.'),
    maxCameras: z
      .int()
      .min(0)
      .max(64)
      .default(64)
      .describe('Most cameras that this node watches, 0 to 64; with 0 it only serves.'),
    config: z
      .enum(['file', 'shared'])
      .default('file')
      .describe('Where the cameras are configured: file (each node has its own), or shared (once, in NATS).'),
  })
  .superRefine((value, context) => {
    const fail = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (value.servers.length === 0) return;
    if (value.key === null)
      fail('key', 'is missing; "spotter cluster key" makes one, for every node of the cluster');
    if ((value.user === null) !== (value.password === null))
      fail('user', 'needs a password, and a password a user');
    const ways = [value.user, value.token, value.nkey, value.credentials].filter((way) => way !== null);
    if (ways.length > 1)
      fail('user', 'is one of several logins; give one of user, token, nkey and credentials');
    if ((value.tls.certificate === null) !== (value.tls.key === null))
      fail('tls', 'needs certificate and key together');
  })
  .prefault({})
  .describe('Several machines that share cameras, people and events; see docs/cluster.md.');
