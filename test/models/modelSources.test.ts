import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../src/models/catalogueEntry.js';
import { findModel } from '../../src/models/install.js';
import { givenPlace, sourcesOf } from '../../src/models/modelSources.js';
import { Puller } from '../../src/models/pull.js';
import { fileServer, sendFile, sendHalf } from '../helpers/fileServer.js';
import { catalogued, MODEL, namesIn, pullInto } from '../helpers/pulled.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { zipOf } from '../helpers/zip.js';

const PACK: Archive = { file: 'pack.zip', url: 'https://localhost/pack.zip', members: ['m.onnx'] };

/** Writes a zip archive of these files. */
function packIn(folder: string, members: Record<string, Buffer>, change = (bytes: Buffer) => bytes): string {
  const file = path.join(folder, 'pack.zip');
  writeFileSync(file, change(zipOf(members)));
  return file;
}

describe('Puller, places', () => {
  it('takes a file from a folder, under any of its names, or the file itself', async () => {
    const from = temporaryFolder();
    writeFileSync(path.join(from, 'older.onnx'), MODEL);
    const [first] = catalogued().files;
    const entry = {
      ...catalogued(),
      files: [
        { ...first, file: 'new.onnx' },
        { ...first, file: 'older.onnx' },
      ],
    };
    const target = temporaryFolder();
    expect(await pullInto(target, from, { entry })).toBe(path.join(target, 'older.onnx'));
    const second = temporaryFolder();
    await pullInto(second, path.join(from, 'older.onnx'));
    expect(namesIn(second)).toEqual(['m.onnx']);
  });

  it.each<[string, (folder: string) => string, RegExp]>([
    ['a folder without the file', (folder) => folder, /: \S+ has no m\.onnx; put it there under that name$/],
    ['no folder at all', (folder) => path.join(folder, 'none'), /--from \S+ does not exist; give a folder/],
    [
      'a folder in place of the file',
      (folder) => {
        mkdirSync(path.join(folder, 'm.onnx'));
        return folder;
      },
      /: \S+ has no m\.onnx; put it there under that name$/,
    ],
    [
      'another file of that name',
      (folder) => {
        writeFileSync(path.join(folder, 'm.onnx'), 'other');
        return folder;
      },
      /m\.onnx is damaged, or another file than m\.onnx/,
    ],
    [
      'a larger file',
      (folder) => {
        writeFileSync(path.join(folder, 'm.onnx'), Buffer.concat([MODEL, MODEL]));
        return folder;
      },
      /has more than the 0\.3 MB of m\.onnx/,
    ],
    ['nothing', () => '', /--from is empty/],
    ['an address without encryption', () => 'http://example.com/models', /is not encrypted; use https:\/\//],
    ['another kind of address', () => 'ftp://example.com/models', /is not encrypted; use https:\/\//],
    ['a broken address', () => 'https://', /is not an address; write https:\/\/host\/folder/],
    ['a device', () => '/dev/null', /is neither a folder nor a file/],
  ])('refuses %s', async (_name, from, message) => {
    const folder = temporaryFolder();
    const given = from(temporaryFolder());
    await expect(pullInto(folder, given)).rejects.toThrow(message);
    expect(namesIn(folder)).toEqual([]);
  });

  it('masks what is secret in an address', async () => {
    const server = await fileServer((_request, response) => void response.writeHead(404).end());
    const address = server.url.replace('//', '//me:hunter22@');
    const token = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
    const error: Error = await pullInto(temporaryFolder(), `${address}/x?token=${token}`).catch((e) => e);
    expect(error.message).toContain('does not exist (404)');
    expect(error.message).not.toMatch(/hunter22|ghp_/);
    const [{ path: asked, headers }] = server.requests;
    expect(asked).toBe(`/x/m.onnx?token=${token}`);
    expect(headers.authorization).toBe(`Basic ${Buffer.from('me:hunter22').toString('base64')}`);
    expect(() => givenPlace('http://me:hunter22@example.com/')).toThrow(/^http:\/\/me:\*\*\*@example\.com\//);
  });

  it('sends the login to no other host', async () => {
    const other = await fileServer((request, response) => sendFile(request, response, MODEL));
    const server = await fileServer((request, response) => {
      void response.writeHead(302, { location: `${other.url}/signed` }).end();
      request.resume();
    });
    await pullInto(temporaryFolder(), server.url.replace('//', '//me:hunter22@'));
    expect(server.requests[0].headers.authorization).toBeDefined();
    expect(other.requests[0].headers.authorization).toBeUndefined();
  });

  it('takes an address of the file itself for one model only', async () => {
    const server = await fileServer((request, response) => sendFile(request, response, MODEL));
    await pullInto(temporaryFolder(), `${server.url}/a/other-name.onnx`);
    expect(server.requests[0].path).toBe('/a/other-name.onnx');
    await expect(pullInto(temporaryFolder(), `${server.url}/x.onnx`, { isOnly: false })).rejects.toThrow(
      'is one file, but several models are wanted',
    );
  });

  it('tries the archive when the address of the file fails', async () => {
    const folder = temporaryFolder();
    const notes: string[] = [];
    const entry = catalogued({ url: 'https://localhost:1/m.onnx' });
    const pulling = pullInto(folder, null, {
      entry,
      archives: [{ ...PACK, url: 'https://localhost:1/pack.zip' }],
      onNote: (note) => notes.push(note),
    });
    await expect(pulling).rejects.toThrow(/pack\.zip is not complete: the connection is refused/);
    expect(notes).toEqual([expect.stringMatching(/m\.onnx is not complete.*; trying the next place$/)]);
  });

  it('says why a model has no address', async () => {
    await expect(pullInto(temporaryFolder(), null)).rejects.toThrow(
      'model "tested" has no address: for tests; give a folder that has m.onnx, or a mirror, with --from',
    );
  });

  it('reads the member of an archive that it wants, from a folder or an address', async () => {
    const from = temporaryFolder();
    packIn(from, { 'pack/notes.txt': Buffer.from('x'), 'pack/m.onnx': MODEL });
    const folder = temporaryFolder();
    const options = { archives: [PACK] };
    const file = await pullInto(folder, from, options);
    expect(readFileSync(file).equals(MODEL)).toBe(true);
    const server = await fileServer((request, response) =>
      sendFile(request, response, readFileSync(path.join(from, 'pack.zip'))),
    );
    const second = temporaryFolder();
    await pullInto(second, `${server.url}/any.zip`, options);
    expect([namesIn(folder), namesIn(second)]).toEqual([['m.onnx'], ['m.onnx']]);
  });

  it('downloads an archive once for all models that are in it, and resumes it', async () => {
    const pack = zipOf({ 'm.onnx': MODEL, 'n.onnx': MODEL });
    const server = await fileServer((request, response, number) => {
      if (number === 1) sendHalf(response, pack, () => request.socket.end());
      else sendFile(request, response, pack);
    });
    const folder = temporaryFolder();
    const puller = new Puller({
      folder,
      signal: new AbortController().signal,
      onProgress: () => {},
      onNote: () => {},
      retryMs: 1,
    });
    const place = givenPlace(`${server.url}/any.zip`);
    for (const entry of [catalogued(), catalogued({ file: 'n.onnx' })])
      await puller.pull(sourcesOf(entry, [], place, false));
    await puller.close();
    expect(server.requests.map(({ headers }) => headers.range !== undefined)).toEqual([false, true]);
    expect(namesIn(folder)).toEqual(['m.onnx', 'n.onnx']);
  });

  it.each<[string, (folder: string) => string, RegExp]>([
    [
      'without the member',
      (folder) => packIn(folder, { 'other.onnx': MODEL }),
      /has no m\.onnx; name an archive/,
    ],
    [
      'whose member is deeper in it',
      (folder) => packIn(folder, { 'a/b/m.onnx': MODEL }),
      /has no m\.onnx; name an archive/,
    ],
    [
      'whose member unpacks to more than it may',
      (folder) => packIn(folder, { 'm.onnx': Buffer.alloc(50_000_000) }),
      /has a m\.onnx of 50\.0 MB, more than the 0\.3 MB that it may have/,
    ],
    [
      'with a path that leads out of it',
      (folder) => packIn(folder, { '../../m.onnx': MODEL, 'm.onnx': MODEL }),
      /is damaged \(invalid relative path/,
    ],
    [
      'that lies about the size of its member',
      (folder) =>
        packIn(folder, { 'm.onnx': Buffer.alloc(50_000_000) }, (bytes) => {
          // Uncompressed size in the local header, and in the directory.
          bytes.writeUInt32LE(1000, 22);
          bytes.writeUInt32LE(1000, bytes.lastIndexOf('PK\u0001\u0002') + 24);
          return bytes;
        }),
      /is damaged \(too many bytes in the stream/,
    ],
    [
      'that is cut off',
      (folder) => packIn(folder, { 'm.onnx': MODEL }, (bytes) => bytes.subarray(0, 100_000)),
      /is not a complete zip archive/,
    ],
    [
      'that is damaged',
      (folder) => packIn(folder, { 'm.onnx': MODEL }, (bytes) => bytes.fill(0xff, 1000, 2000)),
      /pack\.zip is damaged/,
    ],
    [
      'that is a link to itself',
      (folder) => {
        symlinkSync('pack.zip', path.join(folder, 'pack.zip'));
        return folder;
      },
      /has no m\.onnx, and no pack\.zip|ELOOP/,
    ],
  ])('refuses an archive %s', async (_name, make, message) => {
    const folder = temporaryFolder();
    const place = make(temporaryFolder());
    await expect(pullInto(folder, place, { archives: [PACK] })).rejects.toThrow(message);
    expect(findModel(catalogued(), [folder])).toBeNull();
    expect(namesIn(folder)).toEqual([]);
  });
});
