import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/core/address.js';
import { loginOfferOf, offerIn } from '../../src/video/loginOffer.js';
import { startWeb } from '../helpers/chaos.js';
import { startGuarded } from '../helpers/guarded.js';
import { failureOf, live } from '../helpers/live.js';
import { startTls } from '../helpers/tls.js';

const MD5 = 'Digest realm="cam", nonce="abcdef", algorithm=MD5, stale="FALSE"';
const SHA = 'Digest realm="cam", nonce="abcdef", algorithm="SHA-256", stale="FALSE"';
const BASIC = 'Basic realm="cam"';
const never = new AbortController().signal;

describe('offerIn', () => {
  it.each([
    [[], null],
    [[BASIC], 'usable'],
    [['Digest realm="cam", nonce="abcdef"'], 'usable'],
    [[MD5], 'usable'],
    [['Digest algorithm=MD5-sess, nonce="a"'], 'usable'],
    [[SHA], 'other_digest'],
    [['digest realm="x",algorithm=SHA-512-256'], 'other_digest'],
    [[BASIC, SHA], 'other_digest'],
    [[MD5, SHA], 'other_digest'],
    [[SHA, MD5], 'usable'],
    [['Bearer realm="cam"', 'NTLM'], 'other'],
  ])('reads of %j what ffmpeg makes of it', (challenges, offer) => {
    expect(offerIn(challenges)).toBe(offer);
  });
});

describe('loginOfferOf', () => {
  it('asks once, for the stream, without the login', async () => {
    const { port, requests } = await startGuarded(SHA);
    const address = parseAddress(`rtsp://viewer:Right1pass@127.0.0.1:${port}/cam?channel=1`);
    expect(await loginOfferOf(address, never)).toBe('other_digest');
    expect(requests).toEqual([
      `DESCRIBE rtsp://127.0.0.1:${port}/cam?channel=1 RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp`,
    ]);
  });

  it('asks for no path that may contain a token', async () => {
    const { port, requests } = await startGuarded(MD5);
    const address = parseAddress(`rtsp://a:b@127.0.0.1:${port}/live?token=Qz7vXplain`);
    expect(await loginOfferOf(address, never)).toBe('usable');
    expect(requests.join()).toContain(`DESCRIBE rtsp://127.0.0.1:${port}/ RTSP/1.0`);
    expect(requests.join()).not.toContain('Qz7v');
  });

  it('asks over TLS, whoever signed the certificate', async () => {
    const { port } = await startGuarded(SHA);
    const address = parseAddress(`rtsps://a:b@127.0.0.1:${await startTls(port)}/cam`);
    expect(await loginOfferOf(address, never)).toBe('other_digest');
  });

  it('asks a web server with a plain request', async () => {
    const seen: unknown[] = [];
    const port = await startWeb((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': [MD5, SHA] }).end('no');
    });
    const address = parseAddress(`http://a:b@127.0.0.1:${port}/video`);
    expect(await loginOfferOf(address, never)).toBe('other_digest');
    expect(seen).toEqual([undefined]);
  });

  it('is null where the stream needs no login, nobody listens, or the source was stopped', async () => {
    const open = await startWeb((_request, response) => void response.end('welcome'));
    expect(await loginOfferOf(parseAddress(`http://a:b@127.0.0.1:${open}/`), never)).toBeNull();
    expect(await loginOfferOf(parseAddress('rtsp://a:b@127.0.0.1:1/cam'), never)).toBeNull();
    const { port } = await startGuarded(SHA);
    const address = parseAddress(`rtsp://a:b@127.0.0.1:${port}/cam`);
    expect(await loginOfferOf(address, AbortSignal.abort())).toBeNull();
  });
});

describe('LiveSource: a refused login', () => {
  it.each([
    ['SHA-256 alone', [SHA], false, 'asks for digest authentication with SHA-256'],
    ['SHA-256 behind MD5', [MD5, SHA], false, 'asks for digest authentication with SHA-256'],
    ['MD5 behind SHA-256', [SHA, MD5], true, 'refuses the user name or the password; correct them'],
    ['basic', [BASIC], true, 'refuses the user name or the password; correct them'],
    ['no known login', ['Bearer realm="cam"'], false, 'offers no login that ffmpeg supports'],
  ])(
    'is explained by what the camera offers and ffmpeg has made of it: %s',
    async (_what, challenges, isTried, sentence) => {
      const { port, requests } = await startGuarded(...challenges);
      const error = await failureOf(live(`rtsp://viewer:Right1pass@127.0.0.1:${port}/cam`).source);
      expect(error.code).toBe('camera.auth');
      expect(error.message).toContain(sentence);
      expect(error.message).not.toContain('Right1pass');
      expect(requests.some((request) => /^authorization:/im.test(request))).toBe(isTried);
    },
  );
});
