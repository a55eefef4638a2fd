import { isIP } from 'node:net';
import { z } from 'zod';

const ROLES = ['viewer', 'operator', 'admin'] as const;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header, such as Remote-User')
  .transform((name) => name.toLowerCase())
  .nullable()
  .default(null);

const address = z.string().refine(isNetwork, 'must be an IP address or a network such as 172.18.0.0/16');

const groups = z.array(z.string().min(1)).default([]);

/** The keys below `auth`. */
export const auth = z
  .strictObject({
    required: z
      .enum(['auto', 'always', 'never'])
      .default('auto')
      .describe(
        'Who has to sign in: auto (everybody as soon as there is a user, and always where http.host is not this machine alone), always, or never.',
      ),
    trustNetwork: z
      .boolean()
      .default(false)
      .describe(
        'Treat every network that reaches http.host like this machine: with auto, nobody has to sign in before there is a user.',
      ),
    sessions: z
      .strictObject({
        idleHours: z
          .number()
          .min(0.1)
          .max(8760)
          .default(168)
          .describe('A session that is not used for so long ends, in hours, 0.1 to 8760.'),
        maxDays: z
          .number()
          .min(0.01)
          .max(400)
          .default(30)
          .describe('The longest time from the sign-in on, in days, 0.01 to 400.'),
      })
      .prefault({})
      .describe('How long somebody who has signed in on the page stays so.'),
    proxy: z
      .strictObject({
        addresses: z
          .array(address)
          .default([])
          .describe(
            'Addresses and networks (172.18.0.0/16) of proxies whose headers are believed. They must remove these headers from what clients send.',
          ),
        userHeader: headerName.describe(
          'Header in which the proxy names the user it has signed in, such as Remote-User; null: it signs nobody in.',
        ),
        groupsHeader: headerName.describe(
          "Header with the user's groups, separated by commas or |, such as Remote-Groups; null: none.",
        ),
        groups: z
          .strictObject({
            viewer: groups.describe('Groups whose members look.'),
            operator: groups.describe('Groups whose members also change people and photos.'),
            admin: groups.describe('Groups whose members may do everything.'),
          })
          .prefault({})
          .describe('Groups that give a role.'),
        defaultRole: z
          .enum(ROLES)
          .nullable()
          .default('viewer')
          .describe('Role of users whose groups give none: viewer, operator or admin; null: refuse them.'),
      })
      .prefault({})
      .describe('Single sign-on by a proxy before spotter; see docs/access.md.'),
  })
  .superRefine(({ proxy }, context) => {
    if (proxy.userHeader !== null && proxy.addresses.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['proxy', 'addresses'],
        message: 'must name the proxy that sends userHeader; anybody could send it otherwise',
      });
  })
  .prefault({})
  .describe('Who may come in; see docs/access.md. Users are made by "spotter user add".');

function isNetwork(text: string): boolean {
  const [base, prefix, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(base)] ?? -1;
  if (rest.length > 0 || bits < 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}
