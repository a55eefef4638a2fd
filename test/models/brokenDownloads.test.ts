import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findModel } from '../../src/models/install.js';
import { type Answerer, fileServer, sendFile, sendHalf } from '../helpers/fileServer.js';
import { catalogued, MODEL, namesIn, partIn, pullInto } from '../helpers/pulled.js';
import { temporaryFolder } from '../helpers/temporary.js';

const HALF = Math.floor(MODEL.length / 2);

/** Downloads that fail for good: nothing that is found as a model is left behind, and the message says what to do. */
const REFUSED: [name: string, answer: Answerer, message: RegExp][] = [
  [
    'truncated again and again',
    (request, response) => sendHalf(response, MODEL, () => request.socket.end()),
    /is not complete: the connection broke off after 0\.1 MB of 0\.3 MB; run the command again to go on from there$/,
  ],
  [
    'shorter, with an orderly end',
    (_request, response) => void response.writeHead(200).end(MODEL.subarray(0, HALF)),
    /is not complete: the connection broke off after 0\.1 MB of 0\.3 MB; run the command again/,
  ],
  [
    'stalled',
    (_request, response) => sendHalf(response, MODEL, () => {}),
    /is not complete: the server sends nothing after 0\.1 MB of 0\.3 MB; run the command again/,
  ],
  [
    'stalled before the headers',
    () => {},
    /is not complete: the server sends nothing; check the network and HTTPS_PROXY, or name another place with --from$/,
  ],
  [
    'of a wrong hash',
    (request, response) => sendFile(request, response, Buffer.alloc(MODEL.length, 7)),
    /is damaged, or another file than m\.onnx \(SHA-256 [0-9a-f]{12}…, expected [0-9a-f]{12}…\); nothing was installed, name another place with --from$/,
  ],
  [
    'of a wrong length',
    (request, response) => sendFile(request, response, MODEL.subarray(1)),
    /has 300,000 bytes, but m\.onnx has 300,001 bytes; that is another file, name another place with --from$/,
  ],
  [
    'missing',
    (_request, response) => void response.writeHead(404).end('no'),
    /does not exist \(404\); name another place with --from$/,
  ],
  [
    'forbidden',
    (_request, response) => void response.writeHead(403).end('no'),
    /refuses access \(403\); check the login in the address, or name another place with --from$/,
  ],
  [
    'redirected to http',
    (_request, response) => void response.writeHead(302, { location: 'http://example.com/m.onnx' }).end(),
    /leads on to an address that is not encrypted \(https:\/\/\); name another with --from$/,
  ],
  [
    'redirected in a circle',
    (request, response) => void response.writeHead(302, { location: request.url }).end(),
    /redirects more than 10 times; name another with --from$/,
  ],
  [
    'endless',
    (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) {}
        if (!response.destroyed) response.once('drain', more);
      };
      response.writeHead(200);
      more();
    },
    /sends more than the 0\.3 MB of m\.onnx; nothing was installed, name another place with --from$/,
  ],
  [
    'gzip-encoded',
    (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(MODEL)),
    /is sent compressed \(gzip\), although that was not asked for; switch it off there, or name another place/,
  ],
  [
    'a web page',
    (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end('<html>Sign in</html>'),
    /answers with a web page in place of m\.onnx; check the address, a login that it needs, and proxies, or name/,
  ],
  [
    'another part than the one that was asked for',
    (_request, response) =>
      void response.writeHead(206, { 'content-range': 'bytes 5-9/300001' }).end('12345'),
    /is not complete: the server sends another part of the file; check the network/,
  ],
  [
    'refused by an overloaded server',
    (_request, response) => void response.writeHead(503).end(),
    /is not complete: the server answers 503; check the network/,
  ],
];

describe('Puller, broken downloads', () => {
  it.each(REFUSED)('leaves no model behind when one is %s', async (_name, answer, message) => {
    const server = await fileServer(answer);
    const folder = temporaryFolder();
    await expect(pullInto(folder, server.url, { stallMs: 200, attempts: 2 })).rejects.toMatchObject({
      code: 'model.download',
      exitCode: 2,
      message: expect.stringMatching(message),
    });
    expect(findModel(catalogued(), [folder])).toBeNull();
    expect(namesIn(folder).filter((name) => name !== 'm.onnx.part-free')).toEqual([]);
  });

  it('goes on by itself after a reset in the middle', async () => {
    let reset = () => {};
    const server = await fileServer((request, response, number) => {
      if (number === 1)
        sendHalf(response, MODEL, () => {
          reset = () => request.socket.resetAndDestroy();
        });
      else sendFile(request, response, MODEL);
    });
    const folder = temporaryFolder();
    const file = await pullInto(folder, server.url, {
      onProgress: (_file, { bytes }) => {
        if (bytes === HALF) reset();
      },
    });
    expect(readFileSync(file).equals(MODEL)).toBe(true);
    const [first, second] = server.requests;
    expect(first.headers).toMatchObject({ 'accept-encoding': 'identity' });
    expect(first.headers.range).toBeUndefined();
    expect(second.headers).toMatchObject({
      range: expect.stringMatching(/^bytes=[1-9]\d*-$/),
      'if-range': '"1"',
    });
    expect(namesIn(folder)).toEqual(['m.onnx']);
  });

  it('begins anew when the file has changed meanwhile', async () => {
    const server = await fileServer((request, response, number) => {
      if (number === 1) sendHalf(response, Buffer.alloc(MODEL.length), () => request.socket.end());
      else sendFile(request, response, MODEL, '"2"');
    });
    const file = await pullInto(temporaryFolder(), server.url);
    expect(readFileSync(file).equals(MODEL)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  it('begins anew once when the two halves do not fit together', async () => {
    const server = await fileServer((request, response, number) => {
      if (number === 1) sendHalf(response, Buffer.alloc(MODEL.length), () => request.socket.end());
      else sendFile(request, response, MODEL);
    });
    const file = await pullInto(temporaryFolder(), server.url);
    expect(readFileSync(file).equals(MODEL)).toBe(true);
    expect(server.requests.map(({ headers }) => headers.range === undefined)).toEqual([true, false, true]);
  });

  it('goes on with what an interrupted pull has left', async () => {
    const folder = temporaryFolder();
    const interrupt = new AbortController();
    const first = await fileServer((request, response, number) => {
      if (number === 1) sendHalf(response, MODEL, () => {});
      else sendFile(request, response, MODEL);
    });
    const pulling = pullInto(folder, first.url, {
      signal: interrupt.signal,
      onProgress: (_file, { bytes }) => {
        if (bytes >= HALF) interrupt.abort();
      },
    });
    await expect(pulling).rejects.toMatchObject({
      code: 'interrupted',
      message: expect.stringMatching(/^m\.onnx: interrupted after 0\.1 MB of 0\.3 MB; run the command again/),
    });
    expect(namesIn(folder)).toEqual(['m.onnx.part-free']);
    expect(statSync(partIn(folder)).size).toBe(HALF);
    await pullInto(folder, first.url);
    expect(first.requests[1].headers.range).toBe(`bytes=${HALF}-`);
    expect(namesIn(folder)).toEqual(['m.onnx']);
  });

  it('needs no bytes again that are all there, but checks them', async () => {
    const folder = temporaryFolder();
    const server = await fileServer((request, response, number) => {
      if (number === 1) sendHalf(response, MODEL, () => request.socket.end());
      else if (number <= 5) response.writeHead(503).end();
      else sendFile(request, response, MODEL);
    });
    const unsized = catalogued({ bytes: null });
    await expect(pullInto(folder, server.url, { entry: unsized })).rejects.toThrow('is not complete');
    await pullInto(folder, server.url, { entry: unsized });
    expect(server.requests.at(-1)?.headers.range).toBe(`bytes=${HALF}-`);
    expect(namesIn(folder)).toEqual(['m.onnx']);
  });

  it('is not disturbed by another pull of the same model', async () => {
    const folder = temporaryFolder();
    const held: (() => void)[] = [];
    const server = await fileServer((request, response) => {
      sendHalf(response, MODEL, () => {});
      held.push(() => response.end(MODEL.subarray(HALF)));
      if (held.length === 2) for (const go of held) go();
      request.resume();
    });
    const files = await Promise.all([pullInto(folder, server.url), pullInto(folder, server.url)]);
    expect(files[0]).toBe(files[1]);
    expect(readFileSync(files[0]).equals(MODEL)).toBe(true);
    expect(namesIn(folder)).toEqual(['m.onnx']);
  });

  it('keeps what fits on a disk that is full, and goes on when there is room', async (context) => {
    const folder = path.join(temporaryFolder(), 'small');
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      context.skip('needs the right to mount a small file system');
    }
    onTestFinished(() => void execFileSync('umount', [folder]));
    const server = await fileServer((request, response) => sendFile(request, response, MODEL));
    // With its size known, the lack of room is seen before anything is downloaded.
    await expect(pullInto(folder, server.url)).rejects.toMatchObject({
      code: 'model.unwritable',
      message: expect.stringMatching(
        /^0\.2 MB are free at .*, but 0\.3 MB are needed; free some space, or name/,
      ),
    });
    expect(server.requests).toEqual([]);
    const unsized = catalogued({ bytes: null });
    await expect(pullInto(folder, server.url, { entry: unsized })).rejects.toMatchObject({
      code: 'model.unwritable',
      message: expect.stringMatching(
        /^the disk is full, writing .*; free some space and run the command again/,
      ),
    });
    expect(findModel(unsized, [folder])).toBeNull();
    execFileSync('mount', ['-o', 'remount,size=2m', folder]);
    await pullInto(folder, server.url, { entry: unsized });
    expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]/);
    expect(
      createHash('sha256')
        .update(readFileSync(path.join(folder, 'm.onnx')))
        .digest('hex'),
    ).toBe(unsized.files[0].sha256);
  });
});
