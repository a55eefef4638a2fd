import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { serialize } from 'node:v8';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { photoLimitsOf } from '../../src/engine/photoLimits.js';
import { listGallery } from '../../src/gallery/folder.js';
import type { Gallery, GalleryOptions } from '../../src/gallery/gallery.js';
import { findFaces } from '../../src/gallery/photoFaces.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { collins, hopper, needShared } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';
import { temporaryFolder } from '../helpers/temporary.js';

function newGallery(): string {
  const folder = path.join(temporaryFolder(), 'gallery');
  mkdirSync(folder);
  return folder;
}

/** Photo to `used` or why not. */
function states({ photos }: Gallery): Record<string, string> {
  return Object.fromEntries(
    photos.map(({ name, result }) => [name, result.state === 'used' ? 'used' : result.fault]),
  );
}

/** A portrait so close that the face fills nearly all of it. */
const closeUp = () =>
  sharp(hopper).extract({ left: 165, top: 110, width: 200, height: 235 }).resize(800).jpeg().toBuffer();

describe('listGallery', () => {
  it('lists people as folders and as files, sorted, and ignores everything else', async () => {
    const folder = newGallery();
    mkdirSync(path.join(folder, 'Grace Hopper'));
    for (const name of [
      'Grace Hopper/b.JPG',
      'Grace Hopper/a.webp',
      'zoë.png',
      'notes.txt',
      '.hidden.jpg',
      'Grace Hopper/.x.jpg',
    ]) {
      writeFileSync(path.join(folder, name), 'x');
    }
    mkdirSync(path.join(folder, 'Grace Hopper/deeper'));
    writeFileSync(path.join(folder, 'Grace Hopper/deeper/c.jpg'), 'x');
    const { photos } = await listGallery(folder);
    expect(photos.map(({ person, name }) => `${person}: ${name}`)).toEqual([
      'Grace Hopper: Grace Hopper/a.webp',
      'Grace Hopper: Grace Hopper/b.JPG',
      'Grace Hopper: Grace Hopper/deeper/c.jpg',
      'zoë: zoë.png',
    ]);
  });

  it('ignores what is not a file, and lists a folder that cannot be read as refused', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'alice'));
    execFileSync('mkfifo', [path.join(folder, 'alice/pipe.jpg')]);
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff])]));
    const { photos } = await listGallery(folder);
    expect(photos).toHaveLength(1);
    expect(photos[0].refused).toMatchObject({ fault: 'unreadable' });
  });

  it('follows links inside, and refuses links out, broken links and invalid names', async () => {
    const folder = newGallery();
    const outside = path.join(path.dirname(folder), 'secret.jpg');
    writeFileSync(outside, 'x');
    writeFileSync(path.join(folder, 'real.jpg'), 'x');
    symlinkSync('real.jpg', path.join(folder, 'inside.jpg'));
    symlinkSync(outside, path.join(folder, 'outside.jpg'));
    symlinkSync('/nowhere/x.jpg', path.join(folder, 'broken.jpg'));
    symlinkSync(path.dirname(folder), path.join(folder, 'up'));
    writeFileSync(path.join(folder, 'a;b<c>.jpg'), 'x');
    const refused = Object.fromEntries(
      (await listGallery(folder)).photos.map(({ name, refused }) => [name, refused?.fault ?? 'ok']),
    );
    expect(refused).toEqual({
      'real.jpg': 'ok',
      'inside.jpg': 'ok',
      'outside.jpg': 'outside',
      'broken.jpg': 'unreadable',
      'a;b<c>.jpg': 'bad_name',
      'up/secret.jpg': 'outside',
    });
  });

  it('throws when the folder is missing or a file', async () => {
    await expect(listGallery('/nowhere/gallery')).rejects.toThrow(
      /gallery \/nowhere\/gallery does not exist; make the folder/,
    );
    await expect(listGallery(hopper)).rejects.toThrow(/is a file; name the folder/);
  });
});

describe('Gallery', () => {
  it('takes one face per photo, or refuses it with a code and a sentence', async () => {
    const engine = await startPool();
    const folder = newGallery();
    const put = async (name: string, photo: ReturnType<typeof sharp>) =>
      photo.toFile(path.join(folder, name));
    copyFileSync(hopper, path.join(folder, 'good.jpg'));
    copyFileSync(collins, path.join(folder, 'also-good.png'));
    writeFileSync(path.join(folder, 'close-up.jpg'), await closeUp());
    await put(
      'landscape.jpg',
      sharp({ create: { width: 400, height: 300, channels: 3, background: '#557799' } }),
    );
    await put('blurred.jpg', sharp(collins).resize(230).blur(2.5));
    await put('tiny.png', sharp(collins).resize(110));
    const side = await sharp(hopper).extract({ left: 60, top: 60, width: 400, height: 400 }).toBuffer();
    await put(
      'two.jpg',
      sharp({ create: { width: 800, height: 400, channels: 3, background: '#888' } }).composite([
        { input: side, left: 0, top: 0 },
        { input: side, left: 400, top: 0 },
      ]),
    );
    const far = await sharp(side).resize(160).toBuffer();
    await put(
      'one-stands-out.jpg',
      sharp({ create: { width: 600, height: 400, channels: 3, background: '#888' } }).composite([
        { input: side, left: 0, top: 0 },
        { input: far, left: 420, top: 100 },
      ]),
    );
    writeFileSync(path.join(folder, 'broken.jpg'), readFileSync(hopper).subarray(0, 9000));
    writeFileSync(path.join(folder, 'sparse.jpg'), '');
    truncateSync(path.join(folder, 'sparse.jpg'), 1e12);
    const gallery = galleryOver(folder, engine);
    await gallery.start();
    expect(states(gallery)).toEqual({
      'good.jpg': 'used',
      'also-good.png': 'used',
      'close-up.jpg': 'used',
      'one-stands-out.jpg': 'used',
      'landscape.jpg': 'no_face',
      'blurred.jpg': 'blurred',
      'tiny.png': 'too_small',
      'two.jpg': 'several_faces',
      'broken.jpg': 'unreadable',
      'sparse.jpg': 'too_large',
    });
    for (const { result } of gallery.photos) {
      if (result.state === 'unusable') expect(result.message).toMatch(/^[^\n]+; [^\n]+$/);
    }
    expect(gallery.snapshot.people).toEqual(['also-good', 'close-up', 'good', 'one-stands-out']);
  });

  it('finds a face that fills the picture, which SCRFD does only where it is small and has a border', async (context) => {
    const models = path.dirname(needShared(context, 'models/scrfd_2.5g_bnkps.onnx'));
    const { pool, config, prepared } = await startPool((config) => {
      config.detector = 'scrfd-2.5g';
    }, models);
    const { image } = await decodePhoto(await closeUp(), 'close-up', 100);
    expect((await pool.detect({ image })).detections).toEqual([]);
    const [face, ...others] = await findFaces(pool, image, photoLimitsOf(config, prepared));
    expect(others).toEqual([]);
    // The nose tip, in the photo's own px, border or not.
    const [x, y] = face.landmarks[2];
    expect(Math.abs(x / image.width - 0.52)).toBeLessThan(0.05);
    expect(Math.abs(y / image.height - 0.56)).toBeLessThan(0.05);
  });
});

describe('EmbeddingCache', () => {
  /** Starts a gallery and counts the photos that had to be decoded and embedded. */
  async function read(
    folder: string,
    engine: Awaited<ReturnType<typeof startPool>>,
    options: Partial<GalleryOptions> = {},
    signal?: AbortSignal,
  ) {
    let embedded = 0;
    const counting = {
      detect: engine.pool.detect.bind(engine.pool),
      look: (task: Parameters<typeof engine.pool.look>[0]) => {
        embedded++;
        return engine.pool.look(task);
      },
    };
    const gallery = galleryOver(folder, engine, { faceEngine: counting, ...options });
    await gallery.start(signal);
    return { embedded, people: gallery.snapshot.people, gallery };
  }

  it('has a photo embedded once, and again only when photo or model change', async () => {
    const engine = await startPool();
    const folder = newGallery();
    copyFileSync(hopper, path.join(folder, 'grace.jpg'));
    copyFileSync(collins, path.join(folder, 'eileen.png'));
    expect((await read(folder, engine)).embedded).toBe(2);
    expect((await read(folder, engine)).embedded).toBe(0);
    // Renamed and touched: the same photo by its hash.
    copyFileSync(hopper, path.join(folder, 'admiral.jpg'));
    rmSync(path.join(folder, 'grace.jpg'));
    utimesSync(path.join(folder, 'eileen.png'), 1, 1);
    expect(await read(folder, engine)).toMatchObject({ embedded: 0, people: ['admiral', 'eileen'] });
    // Another model embeds by itself, and does not forget the first one's results.
    expect((await read(folder, engine, { modelKey: 'other' })).embedded).toBe(2);
    expect((await read(folder, engine)).embedded).toBe(0);
    // Another photo under the old name.
    await sharp(hopper).modulate({ brightness: 1.2 }).jpeg().toFile(path.join(folder, 'admiral.jpg'));
    expect((await read(folder, engine)).embedded).toBe(1);
  });

  it('is readable by the owner only, and survives damage', async () => {
    const engine = await startPool();
    const folder = newGallery();
    copyFileSync(hopper, path.join(folder, 'grace.jpg'));
    copyFileSync(collins, path.join(folder, 'eileen.png'));
    await read(folder, engine);
    const data = path.join(path.dirname(folder), 'data');
    const [name, ...more] = readdirSync(data);
    expect(more).toEqual([]);
    const file = path.join(data, name);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    rmSync(path.join(folder, 'eileen.png'));
    await read(folder, engine);
    const bytes = readFileSync(file);
    bytes[bytes.length - 3] ^= 1;
    writeFileSync(file, bytes);
    expect(await read(folder, engine)).toMatchObject({ embedded: 1, people: ['grace'] });
    const intact = (body: Buffer) => Buffer.concat([createHash('sha256').update(body).digest(), body]);
    const otherVersionOfV8 = intact(Buffer.from([0xff, 0xfe, 0x6f]));
    const otherFormat = intact(serialize({ files: new Map(), results: new Map() }));
    for (const rubbish of ['', 'rubbish', otherVersionOfV8, otherFormat]) {
      writeFileSync(file, rubbish);
      expect(await read(folder, engine)).toMatchObject({ embedded: 1, people: ['grace'] });
    }
  });

  it('keeps what was embedded before a start was aborted, and what was known of the rest', async () => {
    const engine = await startPool();
    const folder = newGallery();
    copyFileSync(hopper, path.join(folder, 'grace.jpg'));
    expect((await read(folder, engine)).embedded).toBe(1);
    for (let i = 0; i < 8; i++) {
      const photo = sharp(hopper).modulate({ brightness: 1 + i / 20 });
      await photo.jpeg().toFile(path.join(folder, `a${i}.jpg`));
    }
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const { embedded, people } = await read(folder, engine, { onProgress }, controller.signal);
    expect(people).toEqual([]);
    expect(embedded).toBeGreaterThan(0);
    expect(embedded).toBeLessThan(8);
    expect((await read(folder, engine)).embedded).toBe(8 - embedded);
  });

  it('is optional: one that cannot be read or written gives a warning at most', async () => {
    const engine = await startPool();
    const folder = newGallery();
    copyFileSync(hopper, path.join(folder, 'grace.jpg'));
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    const cacheFolder = path.join(folder, 'grace.jpg');
    expect(await read(folder, engine, { cacheFolder, onWarning })).toMatchObject({ people: ['grace'] });
    // A folder in the file's place.
    await read(folder, engine);
    const data = path.join(path.dirname(folder), 'data');
    const file = path.join(data, readdirSync(data)[0]);
    rmSync(file);
    mkdirSync(file);
    expect(await read(folder, engine, { onWarning })).toMatchObject({ embedded: 1, people: ['grace'] });
    const warning = expect.stringMatching(/^cannot write the cache of photo embeddings: /);
    expect(warnings).toEqual([warning, warning]);
    expect(readdirSync(data)).toHaveLength(1);
  });
});
