import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import { createServer, type SecureVersion } from 'node:tls';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.js';

/** PEM files: an authority, and a server on 127.0.0.1 and a client that it has signed. */
export interface Certificates {
  ca: string;
  server: { certificate: string; key: string };
  client: { certificate: string; key: string };
}

/** Makes an authority and two certificates of it. @param folder default: one that is removed after the test */
export function makeCertificates(folder = temporaryFolder()): Certificates {
  const file = (name: string) => path.join(folder, name);
  const openssl = (...options: string[]) => execFileSync('openssl', options, { stdio: 'ignore' });
  const ofKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...ofKey,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
    '-subj',
    '/CN=ca',
    '-days',
    '2',
  );
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signed = (name: string) => {
    openssl('req', ...ofKey, '-keyout', file(`${name}.key`), '-out', file('request'), '-subj', `/CN=${name}`);
    const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'];
    openssl(
      'x509',
      '-req',
      '-in',
      file('request'),
      ...signer,
      '-out',
      file(`${name}.pem`),
      '-extfile',
      file('names'),
    );
    return { certificate: file(`${name}.pem`), key: file(`${name}.key`) };
  };
  return { ca: file('ca.pem'), server: signed('server'), client: signed('client') };
}

export interface TlsServerOptions extends Partial<Certificates> {
  /** Whether a client needs a certificate of the authority. */
  clients?: boolean;
  maxVersion?: SecureVersion;
}

/** TLS on 127.0.0.1 before a server there. Ends with the test. @returns the port */
export async function startTls(target: number, options: TlsServerOptions = {}): Promise<number> {
  const { ca, server: own, clients = false, maxVersion } = { ...makeCertificates(), ...options };
  const settings = {
    key: readFileSync(own.key),
    cert: readFileSync(own.certificate),
    ca: readFileSync(ca),
    requestCert: clients,
    rejectUnauthorized: clients,
    ...(maxVersion && { maxVersion }),
  };
  const server = createServer(settings, (client) => {
    const plain = connect(target, '127.0.0.1');
    const end = () => {
      client.destroy();
      plain.destroy();
    };
    for (const socket of [client, plain]) socket.on('error', end).on('close', end);
    client.pipe(plain).pipe(client);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
