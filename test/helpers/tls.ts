import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.js';

/** TLS on 127.0.0.1, with a certificate that nobody but itself has signed, before a server there. Ends with the test. */
export async function startTls(target: number): Promise<number> {
  const folder = temporaryFolder();
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=camera', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
    {
      stdio: 'ignore',
    },
  );
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (client) => {
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
