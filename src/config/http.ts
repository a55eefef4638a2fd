import { z } from 'zod';

/** The keys below `http`. */
export const http = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe(
        'Address to listen on; 0.0.0.0: every one of this machine. Others than those of this machine need somebody who may sign in; see docs/access.md.',
      ),
    port: z.int().min(0).max(65535).default(8480).describe('TCP port, 0 to 65535; 0 takes any free port.'),
    allowedOrigins: z
      .array(z.url().refine(hasHost, 'name a host, such as https://dash.example'))
      .default([])
      .describe(
        'Origins of web pages (https://dash.example) that may open /ws, read /api/v1 and show pictures in a browser. Pages on this machine always may.',
      ),
    allowedHosts: z
      .array(z.hostname().transform((name) => name.toLowerCase()))
      .default([])
      .describe(
        'Names (spotter.example.org) under which clients and proxies may reach this server, beside IP addresses, names without a dot and the name of this machine.',
      ),
    maxConnections: z
      .int()
      .min(1)
      .max(10_000)
      .default(500)
      .describe(
        'Open connections, 1 to 10000, at most four fifths of them WebSocket clients; fewer where the limit of open files is lower.',
      ),
    rateLimit: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1200)
      .describe(
        'Requests per minute and address of a client, 0 to 1000000, not for this machine; 0: no limit. Events and pictures over a WebSocket are no requests.',
      ),
    tls: z
      .strictObject({
        certificate: pemFile(
          'Certificate, a PEM file with its chain; read again when it changes. null: no TLS.',
        ),
        key: pemFile('Its private key, a PEM file without a passphrase.'),
      })
      .superRefine(({ certificate, key }, context) => {
        const fail = (at: string, message: string) =>
          context.addIssue({ code: 'custom', message, path: [at] });
        if (certificate !== null && key === null)
          fail('certificate', 'needs its private key; set http.tls.key, too');
        if (key !== null && certificate === null)
          fail('key', 'needs its certificate; set http.tls.certificate, too');
      })
      .prefault({})
      .describe('Serve https:// and wss:// instead.'),
  })
  .prefault({})
  .describe('WebSocket, health, metrics and API.');

/** false for an origin that every local page or data: URL would share. */
function hasHost(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).host !== '';
}

function pemFile(description: string) {
  return z.string().min(1).nullable().default(null).describe(description);
}
