import { copyFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import { readCertificate, watchCertificate } from '../../src/http/certificate.js';
import { httpServer } from '../helpers/http.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { makeCertificates } from '../helpers/tls.js';

const api = {
  log: () => ({ epoch: 'e', firstSeq: 1, lastSeq: 1 }),
  find: () => [],
  event: () => null,
  cameras: () => [],
  deadLetters: () => [],
};

/** Two pairs, and a place from which one of them is served. */
function pairs() {
  const folder = temporaryFolder();
  const { server, client } = makeCertificates();
  const files = { certificate: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };
  const put = (pair: typeof server) => {
    copyFileSync(pair.certificate, files.certificate);
    copyFileSync(pair.key, files.key);
  };
  put(server);
  return { files, put, server, client };
}

/** Common name of the certificate that a server shows. */
async function shownBy(address: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return String(socket.getPeerCertificate().subject.CN);
}

function statusOf(address: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { rejectUnauthorized: false, agent: false };
    request(address, options, (response) => resolve(response.resume().statusCode))
      .once('error', reject)
      .end();
  });
}

describe('http.tls', () => {
  it('serves https:// and wss:// with the limits of http://', async () => {
    const { files } = pairs();
    const seen: boolean[] = [];
    const http = await httpServer(
      { api },
      {
        tls: files,
        maxConnections: 10,
        identify: ({ isEncrypted }) => {
          seen.push(isEncrypted);
          return { status: 401, error: 'x' };
        },
        sockets: { '/ws': { needs: 'events:read', upgrade: () => {}, signOut: () => {} } },
      },
    );
    expect(http.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    for (let count = 0; count < 30; count++) expect(await statusOf(`${http.address}/healthz`)).toBe(200);
    const socket = new WebSocket(`${http.address.replace('http', 'ws')}/ws`, { rejectUnauthorized: false });
    onTestFinished(() => socket.terminate());
    const fault = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(fault.message).toContain('401');
    expect(new Set(seen)).toEqual(new Set([true]));
  });

  it('stands a client without TLS, and one that says nothing', async () => {
    const { files } = pairs();
    const http = await httpServer({ api }, { tls: files });
    const { hostname, port } = new URL(http.address);
    const plain = connectPlain(Number(port), hostname);
    plain.on('error', () => {}).end('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await text(plain).catch(() => '');
    const silent = connectPlain(Number(port), hostname);
    onTestFinished(() => void silent.destroy());
    expect(await statusOf(`${http.address}/healthz`)).toBe(200);
  });

  it('uses a renewed certificate without a restart, and keeps the old one where the new one cannot be used', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { files, put, client } = pairs();
    const onCertificate = vi.fn();
    const http = await httpServer({ api }, { tls: files, onCertificate });
    expect(await shownBy(http.address)).toBe('server');
    copyFileSync(client.certificate, files.certificate);
    vi.advanceTimersByTime(2000);
    expect(onCertificate).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2000);
    expect(onCertificate).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/cannot be used with the key .*; the one before stays in use$/),
    );
    vi.advanceTimersByTime(20_000);
    expect(onCertificate).toHaveBeenCalledOnce();
    expect(await shownBy(http.address)).toBe('server');
    put(client);
    vi.advanceTimersByTime(2000);
    expect(onCertificate).toHaveBeenLastCalledWith(null);
    expect(await shownBy(http.address)).toBe('client');
  });

  it('refuses to start with a pair that does not fit, and shows nothing of the key', () => {
    const { files, client } = pairs();
    copyFileSync(client.key, files.key);
    expect(() => readCertificate(files)).toThrow(
      /cannot be used with the key .*; give two that belong together/,
    );
    writeFileSync(files.key, 'Qz7v-not-a-key');
    expect(() => readCertificate(files)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('Qz7v') }),
    );
  });

  it('says once that files are missing, and takes them when they are back', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { files, put, client } = pairs();
    const used = readCertificate(files);
    const [onChange, onFault] = [vi.fn(), vi.fn()];
    onTestFinished(watchCertificate({ ...files, key: `${files.key}.gone` }, used, { onChange, onFault }));
    vi.advanceTimersByTime(10_000);
    expect(onFault).toHaveBeenCalledOnce();
    put(client);
    copyFileSync(client.key, `${files.key}.gone`);
    vi.advanceTimersByTime(2000);
    expect(onChange).toHaveBeenCalledOnce();
  });
});
