import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineMatching } from '../helpers/cli.js';
import { configText, eventually } from '../helpers/daemon.js';
import { collins, demoGallery, hopper, main } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';

interface Face {
  track: string;
  picture: string;
  seq: number;
  quality: { sizePx: number };
  explain: { checks: object[] };
}

interface Event {
  seq: number;
  track: string;
  similarity: number;
}

/** What the answers have, each of them some of it. */
interface Body {
  error: string;
  detail: string;
  faces: Face[];
  events: Event[];
  event: number;
  setAside: string[];
  file: string;
  photos: object[];
  people: { photos: number; cover: string }[];
  findings: object[];
  removed: string[];
}

interface Answer {
  status: number;
  type: string;
  body: Body;
  bytes: Buffer;
}

let child: ChildProcess;
/** http://host:port */
let server: string;
let folder: string;
const gallery = () => path.join(folder, 'gallery');
const photosOf = (person: string) =>
  readdirSync(path.join(gallery(), person)).filter((name) => name.endsWith('.jpg'));

async function call(
  method: string,
  address: string,
  body?: unknown,
  type = 'application/json',
): Promise<Answer> {
  const content = body instanceof Uint8Array ? body : body === undefined ? null : JSON.stringify(body);
  const response = await fetch(`${server}/api/v1${address}`, {
    method,
    ...(content !== null && { body: content, headers: { 'content-type': type } }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const kind = response.headers.get('content-type') ?? '';
  const parsed: unknown = kind.includes('json') ? JSON.parse(String(bytes)) : {};
  return { status: response.status, type: kind, body: parsed as Body, bytes };
}

const send = (address: string, picture: Uint8Array) => call('POST', address, picture, 'image/jpeg');
const facesOf = async (query = '') => (await call('GET', `/faces${query}`)).body.faces;
const eventsOf = async (query: string) => (await call('GET', `/events?${query}`)).body.events;
const until = <T>(ask: () => Promise<T[]>): Promise<T[]> => eventually(ask, (found) => found.length > 0);

describe('people, faces and photos over HTTP', () => {
  // One daemon for all: a test of its own would end it.
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'spotter-test-'));
    mkdirSync(gallery());
    const config = path.join(folder, 'config.yaml');
    const text = configText([{ id: 'door', loop: true, realtime: true }], 'data: data\n');
    writeFileSync(config, text.replace(demoGallery, gallery()));
    child = spawn(process.execPath, [main, 'run', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const line = await lineMatching(child, 'stderr', /metrics http/);
    child.stderr?.resume();
    server = /metrics (http:\/\/[^/]+)/.exec(line)?.[1] ?? '';
  }, 180_000);

  afterAll(async () => {
    child.kill();
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  it('enrols a stranger from what was seen, and the next event has the name', async () => {
    const [{ track, picture, quality, seq }] = await until(() => facesOf('?verdict=unknown'));
    expect(quality.sizePx).toBeGreaterThan(100);
    const shown = await fetch(`${server}${picture}`);
    expect(await sharp(Buffer.from(await shown.arrayBuffer())).metadata()).toMatchObject({ format: 'jpeg' });
    const added = await call('POST', `/people/grace/photos?face=${track}`);
    expect(added).toMatchObject({ status: 201, body: { state: 'used', message: null, warnings: [] } });
    const [match] = await until(() => eventsOf(`kind=match&after=${seq}`));
    expect(match).toMatchObject({ person: 'grace', track });
    expect(match.similarity).toBeGreaterThan(0.9);
    // By its event as well: the same picture, unless a better look has come meanwhile.
    const again = await call('POST', `/people/grace/photos?event=${match.seq}`);
    expect([201, 409]).toContain(again.status);
    expect(photosOf('grace')).toContain(added.body.file);
  });

  it('recognises a picture as what was enrolled, and keeps nothing of it', async () => {
    const [file] = photosOf('grace');
    const { body } = await send('/recognize', readFileSync(path.join(gallery(), 'grace', file)));
    expect(body.faces[0]).toMatchObject({ verdict: 'known', person: 'grace', odds: expect.any(Number) });
    expect(body.faces[0].explain.checks.length).toBeGreaterThan(0);
    const stranger = await send('/recognize', readFileSync(collins));
    expect(stranger.body.faces).toMatchObject([{ verdict: 'unknown', person: null }]);
    expect(readdirSync(path.join(folder, 'data')).filter((name) => /jpg|snapshots/.test(name))).toEqual([]);
  });

  it('takes a wrong name back, in an event of its own, with the photos that led to it', async () => {
    const files = photosOf('grace');
    const [match] = await eventsOf('kind=match&limit=1');
    const { status, body } = await call('POST', `/events/${match.seq}/correction`, { not: 'Grace' });
    expect([status, body.setAside]).toEqual([200, files.map((file) => `grace/${file}`)]);
    const corrected = (await call('GET', `/events/${body.event}`)).body;
    expect(corrected).toMatchObject({ track: match.track, person: null, withdrawn: 'grace' });
    const { photos } = (await call('GET', '/people/grace')).body;
    expect(photos).toMatchObject(files.map((file) => ({ file, state: 'setAside' })));
    for (const file of files) {
      const back = await call('PATCH', `/people/grace/photos/${encodeURIComponent(file)}`, {
        setAside: false,
      });
      expect(back.body).toEqual({ file, state: 'used' });
    }
  });

  it('changes a person, and takes one photo of two that come at once', async () => {
    const photo = readFileSync(collins);
    const both = await Promise.all([
      send('/people/eileen/photos', photo),
      send('/people/Eileen/photos', photo),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    await call('PATCH', '/people/eileen', { displayName: 'Eileen Collins', note: 'pilot' });
    const { body } = await call('PATCH', '/people/eileen', { note: null });
    expect(body).toMatchObject({ displayName: 'Eileen Collins', used: 1, settings: { note: null } });
    const { people } = (await call('GET', '/people')).body;
    for (const { cover } of people) {
      const { bytes } = await call('GET', `${cover.replace('/api/v1', '')}?width=64`);
      const { width = 0, height = 0 } = await sharp(bytes).metadata();
      expect(Math.max(width, height)).toBe(64);
    }
    expect((await call('POST', '/people', { name: 'EILEEN' })).status).toBe(409);
    expect((await call('GET', '/gallery/findings')).status).toBe(200);
    expect((await call('DELETE', '/people/eileen')).body.removed).toHaveLength(1);
    expect((await call('GET', '/people/eileen')).status).toBe(404);
  });

  it.each<[string, () => Promise<Answer>, number, RegExp]>([
    ['text as a photo', () => send('/people/bob/photos', Buffer.from('hello')), 422, /not a picture/],
    [
      'a script as a photo',
      () => send('/people/bob/photos', Buffer.from('<svg onload="x()"/>')),
      422,
      /not a picture/,
    ],
    [
      'a script to recognise',
      () => send('/recognize', Buffer.from('<svg onload="x()"/>')),
      422,
      /not a picture/,
    ],
    [
      'half a photo',
      async () => send('/people/bob/photos', readFileSync(hopper).subarray(0, 5000)),
      422,
      /damaged/,
    ],
    ['20 MB', () => send('/people/bob/photos', Buffer.alloc(20e6)), 413, /too large/],
    ['a photo as JSON', () => call('POST', '/people/bob/photos', { a: 1 }), 415, /image/],
    ['no photo', () => call('POST', '/people/bob/photos'), 400, /send one picture/],
    ['nothing to recognise', () => call('POST', '/recognize'), 400, /no picture/],
    ['no face', async () => send('/people/bob/photos', await grey()), 422, /no face/],
    ['several faces', async () => send('/people/bob/photos', await pair()), 422, /2 faces/],
    [
      'a name with slashes',
      async () => send('/people/..%2F..%2Fetc/photos', readFileSync(hopper)),
      400,
      /not a valid name/,
    ],
    [
      'a name of 300 letters',
      async () => send(`/people/${'a'.repeat(300)}/photos`, readFileSync(hopper)),
      400,
      /300 characters/,
    ],
    ['a hidden name', () => call('POST', '/people', { name: '.set-aside' }), 400, /not a valid name/],
    ['an unknown setting', () => call('PATCH', '/people/grace', { shoe: 43 }), 400, /shoe/],
    ['settings beside text that is not UTF-8', changeLatin1, 400, /grace\/person\.yaml: is not UTF-8 text/],
    ['an unknown event', () => call('POST', '/people/bob/photos?event=999999'), 404, /no event 999999/],
    [
      'an event without a face',
      () => call('POST', '/people/bob/photos?face=door-999'),
      404,
      /no face of door-999/,
    ],
    ['a face and an event', () => call('POST', '/people/bob/photos?face=door-1&event=1'), 400, /send one/],
    ['an unknown face', () => call('GET', '/faces/door-999/face.jpg'), 404, /door-999/],
    ['an unknown photo', () => call('GET', '/people/grace/photos/..%2F..%2Fconfig.yaml'), 404, /no photo/],
    [
      'a correction of another name',
      () => call('POST', '/events/1/correction', { not: 'bob' }),
      409,
      /does not name bob/,
    ],
  ])('refuses %s, and writes nothing', async (_, ask, status, message) => {
    const { body, type, status: given } = await ask();
    expect([given, type]).toEqual([status, expect.stringContaining('problem+json')]);
    expect(body.detail).toMatch(message);
    expect(readdirSync(gallery()).filter((name) => name !== 'grace')).toEqual([]);
  });

  it('keeps faces when the engine dies, and works on with the next one', async () => {
    const before = await facesOf();
    const [engine] = descendantsOf(child.pid, 'node');
    process.kill(engine, 'SIGKILL');
    const asked = await send('/recognize', readFileSync(hopper));
    expect([200, 503]).toContain(asked.status);
    const after = (await facesOf()).map(({ track }) => track);
    expect(after).toEqual(expect.arrayContaining(before.map(({ track }) => track)));
    const answer = await eventually(
      () => send('/recognize', readFileSync(hopper)),
      ({ status }) => status === 200,
    );
    expect(answer.body.faces).toHaveLength(1);
  });

  it('erases the faces of a person who is forgotten', async () => {
    await until(() => facesOf('?verdict=known'));
    expect((await call('POST', '/people/grace/forget')).status).toBe(200);
    expect(await facesOf('?verdict=known')).toEqual([]);
    expect(readdirSync(gallery())).toEqual([]);
  });
});

/** A change of settings that were written by hand in another encoding. */
async function changeLatin1(): Promise<Answer> {
  const file = path.join(gallery(), 'grace/person.yaml');
  const text = Buffer.from('# für Zoë\n', 'latin1');
  writeFileSync(file, text);
  const answer = await call('PATCH', '/people/grace', { notify: false });
  expect(readFileSync(file)).toEqual(text);
  rmSync(file);
  return answer;
}

async function grey(): Promise<Buffer> {
  return sharp({ create: { width: 300, height: 300, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer();
}

/** Two people of the same size. */
async function pair(): Promise<Buffer> {
  const one = await sharp(hopper).resize({ height: 400 }).toBuffer();
  const { width = 0 } = await sharp(one).metadata();
  return sharp({ create: { width: 2 * width, height: 400, channels: 3, background: '#888' } })
    .composite([
      { input: one, left: 0, top: 0 },
      { input: one, left: width, top: 0 },
    ])
    .jpeg()
    .toBuffer();
}
