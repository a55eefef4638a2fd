import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { TEMPLATE } from '../../src/face/align.js';
import type { Landmarks } from '../../src/face/detection.js';
import { EmbeddingCache } from '../../src/gallery/cache.js';
import type { PhotoResult } from '../../src/gallery/enrol.js';
import { localFiles } from '../../src/gallery/files.js';
import { listGallery } from '../../src/gallery/folder.js';
import { PhotoReader } from '../../src/gallery/reader.js';
import { collins, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const OPTIONS = {
  limits: {
    quality: {
      minSizePx: 40,
      minScore: 0.5,
      maxFlatness: 1,
      maxYawDeg: 40,
      maxPitchDeg: 40,
      minSharpness: 0,
    },
    minDominance: 2,
    minSharpness: 0.07,
    detector: { reach: [32, 360], longestSide: 640 } as const,
  },
  maxMegapixels: 100,
  modelKey: 'models',
};

describe('PhotoReader', () => {
  it('says of a photo whose name is not UTF-8 that it may be the name', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'alice'));
    writeFileSync(Buffer.from(`${folder}/alice/caf\xe9.jpg`, 'latin1'), 'photo');
    const { photos } = await listGallery(folder);
    const unused = { detect: () => Promise.reject(), look: () => Promise.reject() };
    const reader = new PhotoReader({ ...OPTIONS, faceEngine: unused }, new EmbeddingCache('/nonexistent'));
    const [{ result }] = await reader.readAll(photos, localFiles);
    expect(result).toMatchObject({ message: 'cannot be read; check its permissions and its name' });
  });

  it('reads photos again that an earlier version refused, and keeps its embeddings', async () => {
    const cache = new EmbeddingCache('/nonexistent');
    let detections = 0;
    const faceEngine = {
      detect: async () => {
        detections++;
        return { detections: [], timing: { fitMs: 0, modelMs: 0, decodeMs: 0 } };
      },
      look: async () => ({ looks: [], timing: { alignMs: 0, modelMs: 0, matchMs: 0 } }),
    };
    const { modelKey, limits, maxMegapixels } = OPTIONS;
    const everything = JSON.stringify({ CODE_VERSION: 4, modelKey, limits, maxMegapixels });
    const earlierKey = createHash('sha256').update(everything).digest('hex').slice(0, 24);
    const files = await Promise.all(
      [collins, hopper].map(async (path) => {
        const { size, mtimeMs, ctimeMs, ino } = await stat(path);
        return { person: 'a', name: path, path, mark: { size, mtimeMs, ctimeMs, inode: ino }, refused: null };
      }),
    );
    const quality = { score: 1 } as (PhotoResult & { state: 'used' })['quality'];
    const used: PhotoResult = { state: 'used', embedding: new Float32Array(4), quality };
    const refused: PhotoResult = { state: 'unusable', fault: 'unreadable', message: 'is of an old kind' };
    for (const [index, result] of [used, refused].entries()) {
      cache.keep(files[index].name, files[index].mark, earlierKey, `hash ${index}`, result);
    }
    const reader = new PhotoReader({ ...OPTIONS, faceEngine }, cache);
    const results = async () => (await reader.readAll(files, localFiles)).map(({ result }) => result);
    expect(await results()).toEqual([used, expect.objectContaining({ fault: 'no_face' })]);
    const first = detections;
    expect(first).toBeGreaterThan(0);
    // This version's refusals are kept.
    await results();
    expect(detections).toBe(first);
    expect(reader.remembered().map(({ result }) => result.state)).toEqual(['used', 'unusable']);
  });

  it('gives the box of a face in px of the photo, also of one that is scaled down while it is decoded', async () => {
    const width = 6000;
    const bytes = await sharp({ create: { width, height: 600, channels: 3, background: '#888' } })
      .png()
      .toBuffer();
    const at = ([u, v]: readonly [number, number]) => [1000 + u, 100 + v] as const;
    const face = {
      box: { x1: 1000, y1: 100, x2: 1112, y2: 240 },
      landmarks: TEMPLATE.map(at) as unknown as Landmarks,
      score: 0.9,
    };
    const faceEngine = (sharpness: number) => ({
      detect: async () => ({ detections: [face], timing: { fitMs: 0, modelMs: 0, decodeMs: 0 } }),
      look: async () => ({
        looks: [
          { embedding: new Float32Array(4), sharpness, landmarks: TEMPLATE, nearest: null, together: null },
        ],
        timing: { alignMs: 0, modelMs: 0, matchMs: 0 },
      }),
    });
    const scale = 4096 / width;
    const box = Object.fromEntries(
      Object.entries(face.box).map(([side, px]) => [side, expect.closeTo(px / scale, 3)]),
    );
    for (const [sharpness, result] of [
      [1, { state: 'used' }],
      [0.01, { state: 'unusable', fault: 'blurred' }],
    ] as const) {
      const reader = new PhotoReader(
        { ...OPTIONS, faceEngine: faceEngine(sharpness) },
        new EmbeddingCache('/nonexistent'),
      );
      expect(await reader.embed(bytes, 'wide.png')).toMatchObject({ ...result, box });
    }
  });
});
