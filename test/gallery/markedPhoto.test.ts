import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../src/face/embedding.js';
import { geometricQuality } from '../../src/face/quality.js';
import type { PhotoResult } from '../../src/gallery/enrol.js';
import { crop, evenArea } from '../../src/image/crop.js';
import { encodePictures } from '../../src/snapshots/jpeg.js';
import { aroundFace } from '../../src/snapshots/keptLook.js';
import { galleryOver, startPool } from '../helpers/engine.js';
import { hopper } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';
import { temporaryFolder } from '../helpers/temporary.js';

const used = (result: PhotoResult) => {
  if (result.state !== 'used') throw new Error(result.message);
  return result;
};

describe('a face picture of spotter', () => {
  it('is enrolled as it was recognised, also beside a larger face; one that was changed is searched again', async () => {
    const engine = await startPool();
    const folder = path.join(temporaryFolder(), 'gallery');
    mkdirSync(folder);
    const gallery = galleryOver(folder, engine);
    // A frame with the same face twice: small on the left, where it is looked at, and large beside it.
    const small = await sharp(hopper).resize({ height: 170 }).toBuffer();
    const large = await sharp(hopper).resize({ height: 600 }).toBuffer();
    const background = { create: { width: 700, height: 600, channels: 3 as const, background: '#777' } };
    const composed = sharp(background).composite([
      { input: small, left: 10, top: 200 },
      { input: large, left: 160, top: 0 },
    ]);
    const { image } = await decodePhoto(await composed.png().toBuffer(), 'frame', 100);
    const { detections } = await engine.pool.detect({ image });
    const [face] = detections.filter(({ box }) => box.x2 < 160);
    const task = { image, faces: [face.landmarks], minSharpness: 0, gallery: null };
    const [look] = (await engine.pool.look({ ...task, refinement: 'tilted' as const })).looks;
    const area = evenArea(aroundFace(face.box, image));
    const { face: picture } = await encodePictures(
      {
        face: { ...face, aligned: look.landmarks },
        quality: geometricQuality(face),
        frame: { width: image.width, height: image.height },
        area,
        image: crop(image, area),
      },
      { maxWidth: 640, quality: 80, masks: [] },
    );
    const enrolled = used(await gallery.examine(picture, 'it'));
    expect(enrolled.note).toBeUndefined();
    expect(cosine(enrolled.embedding, look.embedding ?? new Float32Array())).toBeGreaterThan(0.98);

    const turned = await sharp(picture).flop().keepXmp().jpeg().toBuffer();
    const again = await gallery.examine(turned, 'it');
    if (again.state === 'used') expect(again.note).toMatch(/marked in it is not there/);
    const photo = used(await gallery.examine(readFileSync(hopper), 'it'));
    expect(photo.note).toBeUndefined();
  });
});
