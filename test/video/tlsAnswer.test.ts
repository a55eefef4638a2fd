import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/core/address.js';
import { hostAndPort } from '../../src/video/hostAndPort.js';
import { tlsAnswerOf } from '../../src/video/tlsAnswer.js';
import { startGuarded } from '../helpers/guarded.js';
import { failureOf, live } from '../helpers/live.js';
import { makeCertificates, startTls } from '../helpers/tls.js';

const never = new AbortController().signal;

describe('tlsAnswerOf', () => {
  it('tells TLS, TLS that wants a certificate of the client, and anything else', async () => {
    const { port } = await startGuarded('Basic realm="cam"');
    const certificates = makeCertificates();
    const answers = [
      startTls(port),
      startTls(port, { ...certificates, clients: true }),
      startTls(port, { ...certificates, clients: true, maxVersion: 'TLSv1.2' }),
    ].map(async (server) => tlsAnswerOf(parseAddress(`rtsps://127.0.0.1:${await server}/cam`), never));
    expect(await Promise.all(answers)).toEqual(['open', 'wants_certificate', 'wants_certificate']);
    expect(await tlsAnswerOf(parseAddress('rtsps://127.0.0.1:1/cam'), never)).toBeNull();
  });
});

describe('hostAndPort', () => {
  it.each([
    ['cam.local', { host: 'cam.local', port: 554 }],
    ['cam.local:8554', { host: 'cam.local', port: 8554 }],
    ['[fe80::1%eth0]:8554', { host: 'fe80::1%eth0', port: 8554 }],
    ['[::1]', { host: '::1', port: 554 }],
  ])('splits %s', (name, parts) => {
    expect(hostAndPort(name, 554)).toEqual(parts);
  });
});

describe('LiveSource: a server that speaks TLS', () => {
  it('is found out under rtsp://', async () => {
    const { port } = await startGuarded('Basic realm="cam"');
    const secure = await startTls(port);
    const error = await failureOf(live(`rtsp://127.0.0.1:${secure}/cam`).source);
    expect(error).toMatchObject({ code: 'camera.unreachable' });
    expect(error.message).toContain('speaks RTSP over TLS only; write rtsps:// instead of rtsp://');
  });

  it('and wants a certificate of its client says so', async () => {
    const { port } = await startGuarded('Basic realm="cam"');
    const secure = await startTls(port, { ...makeCertificates(), clients: true });
    const error = await failureOf(live(`rtsps://127.0.0.1:${secure}/cam`).source);
    expect(error).toMatchObject({ code: 'camera.unreachable' });
    expect(error.message).toContain('wants a certificate of its client; set tls.certificate and tls.key');
  });
});
