import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { maskConfig } from '../../src/config/mask.js';
import { refusal } from '../helpers/config.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { makeCertificates } from '../helpers/tls.js';

const camera = (tls: object, url = 'rtsps://h/x') =>
  `cameras:\n  - ${JSON.stringify({ id: 'a', url, tls })}\n`;

describe('loadConfig: cameras[].tls', () => {
  it('resolves its files against the folder of the configuration, and never has their content', () => {
    const folder = temporaryFolder();
    const { ca } = makeCertificates(folder);
    const file = path.join(folder, 'config.yaml');
    const tls = { certificate: 'client.pem', key: 'client.key', ca: 'ca.pem' };
    writeFileSync(file, camera(tls));
    const { config, secrets } = loadConfig(file);
    expect(config.cameras[0].tls).toEqual({
      certificate: path.join(folder, 'client.pem'),
      key: path.join(folder, 'client.key'),
      ca,
    });
    expect(JSON.stringify([maskConfig(config, secrets), secrets])).not.toContain('BEGIN');
  });

  it('names the key of each file that cannot be used, without its content', () => {
    const { ca, client, server } = makeCertificates();
    const { certificate, key } = client;
    const refused = (tls: object, url?: string) => refusal(camera(tls, url));
    expect(refused({ ca: 'none.pem' })).toContain(
      'cameras[0].tls.ca: the file "none.pem" does not exist or cannot be read; correct the path',
    );
    expect(refused({ ca: path.dirname(ca) })).toContain('is not a file; correct the path');
    const swapped = refused({ certificate: key, key: certificate });
    expect(swapped).toContain(`cameras[0].tls.certificate: the file "${key}" has no certificate in PEM`);
    expect(swapped).toContain('cameras[0].tls.key: ');
    expect(swapped).not.toContain('BEGIN');
    const binary = path.join(path.dirname(ca), 'ca.der');
    writeFileSync(binary, new X509Certificate(readFileSync(ca)).raw);
    expect(refused({ ca: binary })).toContain('has no certificate in PEM; give one that has');
    const chain = path.join(path.dirname(ca), 'chain.pem');
    writeFileSync(chain, `${readFileSync(ca)}-----BEGIN CERTIFICATE-----\nAAAA\n`);
    expect(refused({ ca: chain })).toContain(
      `certificate 2 in the file "${chain}" is damaged; replace or remove`,
    );
    writeFileSync(chain, `${readFileSync(key)}${readFileSync(ca)}${readFileSync(ca)}`);
    expect(refused({ ca: chain, key })).not.toContain('tls.ca');
    expect(refused({ certificate, key: server.key })).toContain(
      'cameras[0].tls.key: is not the key of tls.certificate',
    );
    expect(refused({ certificate })).toContain('cameras[0].tls.certificate: needs its private key');
    expect(refused({ key })).toContain('cameras[0].tls.key: needs its certificate');
    expect(refused({ ca }, 'rtsp://h/x')).toContain('cameras[0].tls: is for rtsps:// and https:// only');
  });
});
