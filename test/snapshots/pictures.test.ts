import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { OrderedSender } from '../../src/engine/orderedSender.js';
import type { Image } from '../../src/image/image.js';
import { drawRgbRows } from '../../src/image/rgb.js';
import { Album, type Budget, type TrackLook } from '../../src/snapshots/album.js';
import { encodePictures } from '../../src/snapshots/jpeg.js';
import type { Pictures } from '../../src/snapshots/pictures.js';
import { eventDraft } from '../helpers/events.js';
import { flatYuv, rgbImage } from '../helpers/image.js';

/** R, G, B at a place of a JPEG. */
async function colourAt(jpeg: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

const near = (colour: number[]) => colour.map((value) => expect.closeTo(value, -1.7));

describe('a picture in R, G and B', () => {
  it('is what its Y, Cb and Cr say, also of an odd size and in pieces', () => {
    const image = flatYuv(5, 3, [81, 90, 240]);
    image.colour = { matrix: 'bt601', fullRange: false };
    const out = new Uint8ClampedArray(45);
    drawRgbRows(image, 0, 2, out);
    expect([...out.subarray(30)].every((value) => value === 0)).toBe(true);
    drawRgbRows(image, 2, 3, out);
    for (let i = 0; i < 45; i += 3) expect([...out.subarray(i, i + 3)]).toEqual([254, 0, 0]);
  });

  it('stays what it is when it is that already', () => {
    const image = rgbImage(3, 2, (x, y) => [x, y, 9]);
    const out = new Uint8ClampedArray(18);
    drawRgbRows(image, 0, 2, out);
    expect([...out]).toEqual([...image.pixels]);
  });
});

describe('the pictures of a face', () => {
  const image = rgbImage(800, 400, (x, y) =>
    x >= 300 && x < 500 && y >= 100 && y < 300 ? [200, 40, 40] : [20, 20, 90],
  );
  const box = { x1: 300, y1: 100, x2: 500, y2: 300 };
  const settings = { maxWidth: 400, quality: 95, masks: [] };

  it('are the frame scaled down with the box, and the face with a margin', async () => {
    const { frame, face } = await encodePictures(image, box, settings);
    expect(await sharp(frame).metadata()).toMatchObject({ format: 'jpeg', width: 400, height: 200 });
    expect(await sharp(face).metadata()).toMatchObject({ format: 'jpeg', width: 360, height: 360 });
    expect(await colourAt(frame, 200, 100)).toEqual(near([200, 40, 40]));
    expect(await colourAt(frame, 20, 20)).toEqual(near([20, 20, 90]));
    // A thin line, and colours are half as fine in a JPEG: neither the face's 40 nor the background's 20.
    expect((await colourAt(frame, 150, 100))[1]).toBeGreaterThan(120);
    // No box here, and the face in the middle.
    expect(await colourAt(face, 180, 180)).toEqual(near([200, 40, 40]));
    expect(await colourAt(face, 10, 180)).toEqual(near([20, 20, 90]));
  });

  it('do not show what is masked', async () => {
    const masks = [
      [
        [0, 0],
        [0.375, 0],
        [0.375, 1],
        [0, 1],
      ],
    ] as const;
    const { frame, face } = await encodePictures(image, box, { ...settings, masks });
    expect(await colourAt(frame, 20, 20)).toEqual(near([128, 128, 128]));
    expect(await colourAt(frame, 380, 20)).toEqual(near([20, 20, 90]));
    expect(await colourAt(face, 10, 180)).toEqual(near([128, 128, 128]));
    expect(await colourAt(face, 180, 180)).toEqual(near([200, 40, 40]));
  });

  it('are cut at the edges of the frame, however large or odd', async () => {
    const { face } = await encodePictures(image, { x1: -50, y1: -20, x2: 790, y2: 410 }, settings);
    expect(await sharp(face).metadata()).toMatchObject({ width: 512, height: 256 });
    const tiny = await encodePictures(
      flatYuv(3, 3, [128, 128, 128]),
      { x1: 2.6, y1: 2.6, x2: 2.9, y2: 9 },
      settings,
    );
    expect(await sharp(tiny.face).metadata()).toMatchObject({ format: 'jpeg' });
  });
});

const quality = {
  sizePx: 100,
  score: 0.9,
  yawDeg: 0,
  pitchDeg: 0,
  rollDeg: 0,
  flatness: 0.6,
  landmarksInOrder: true,
  sharpness: 0.2,
};
const look = (track: string, sizePx: number): TrackLook => ({
  track,
  box: { x1: sizePx, y1: 0, x2: 1, y2: 1 },
  quality: { ...quality, sizePx },
});

/** An album whose pictures say which look they are of. */
function album(leftBytes = 1000, fails = false) {
  const budget: Budget = { leftBytes };
  const failures: unknown[] = [];
  let running = 0;
  const most = { running: 0 };
  const encode = async (image: Image, { x1 }: { x1: number }): Promise<Pictures> => {
    most.running = Math.max(most.running, ++running);
    await Promise.resolve();
    running--;
    if (fails) throw new Error('no');
    return { frame: Uint8Array.of(x1), face: Uint8Array.of(image.pixels[0]) };
  };
  const tested = new Album({ encode, budget, onFailure: (error) => failures.push(error) });
  return { tested, budget, failures, most };
}

/** 100 bytes, all the same. */
const frame = (shade: number): Image => ({ ...rgbImage(10, 3, () => [shade, shade, shade]) });
const event = (track: string, kind: 'match' | 'left' | 'appeared' = 'match') => eventDraft({ kind, track });

describe('the album', () => {
  it('has the best look of each track, as it was', async () => {
    const { tested } = album();
    const image = frame(7);
    tested.look(image, [look('a-1', 100)]);
    image.pixels.fill(0);
    tested.look(frame(8), [look('a-1', 105), look('a-2', 60)]);
    tested.look(frame(9), [look('a-1', 50), look('a-2', 90)]);
    expect(await tested.picturesOf(event('a-1'))).toEqual({
      frame: Uint8Array.of(100),
      face: Uint8Array.of(7),
    });
    expect(await tested.picturesOf(event('a-2', 'left'))).toEqual({
      frame: Uint8Array.of(90),
      face: Uint8Array.of(9),
    });
    tested.look(frame(10), [look('a-1', 200)]);
    expect((await tested.picturesOf(event('a-1', 'left')))?.face).toEqual(Uint8Array.of(10));
  });

  it('encodes one look at a time, and each once', async () => {
    const { tested, most } = album();
    tested.look(frame(1), [look('a-1', 100), look('a-2', 100), look('a-3', 100)]);
    const all = ['a-1', 'a-2', 'a-3'].map((track) => tested.picturesOf(event(track)));
    await Promise.all(all);
    expect(most.running).toBe(1);
    expect(await tested.picturesOf(event('a-1', 'left'))).toBe(await all[0]);
  });

  it('has none for events that have no pictures, and null where it has no look', async () => {
    const { tested } = album();
    expect(tested.picturesOf(event('a-1', 'appeared'))).toBeUndefined();
    expect(tested.picturesOf(eventDraft({ kind: 'gap', track: null }))).toBeUndefined();
    expect(await tested.picturesOf(event('a-1'))).toBeNull();
  });

  it('keeps within its memory, and gives all of it back', async () => {
    const { tested, budget } = album(200);
    tested.look(frame(1), [look('a-1', 50), look('a-2', 50), look('a-3', 50)]);
    expect(budget.leftBytes).toBe(20);
    expect(await tested.picturesOf(event('a-3'))).toBeNull();
    tested.look(frame(2), [look('a-1', 100)]);
    expect(budget.leftBytes).toBe(20);
    const [pictures] = await Promise.all([
      tested.picturesOf(event('a-1')),
      tested.picturesOf(event('a-2', 'left')),
    ]);
    expect(pictures?.face).toEqual(Uint8Array.of(2));
    expect(budget.leftBytes).toBe(196);
    const last = tested.picturesOf(event('a-2', 'left'));
    tested.keepOnly(new Set());
    expect(await last).not.toBeNull();
    expect(budget.leftBytes).toBe(200);
  });

  it('gives back what a track takes that ends while it is encoded', async () => {
    const { tested, budget } = album(200);
    tested.look(frame(1), [look('a-1', 50)]);
    const pictures = tested.picturesOf(event('a-1', 'left'));
    tested.keepOnly(new Set());
    expect(budget.leftBytes).toBe(110);
    expect(await pictures).not.toBeNull();
    expect(budget.leftBytes).toBe(200);
  });

  it('says when pictures cannot be made, and goes on', async () => {
    const { tested, budget, failures } = album(200, true);
    tested.look(frame(1), [look('a-1', 50)]);
    expect(await tested.picturesOf(event('a-1'))).toBeNull();
    expect(failures).toHaveLength(1);
    tested.keepOnly(new Set());
    expect(budget.leftBytes).toBe(200);
  });
});

describe('what a camera tells', () => {
  it('stays in order while some of it waits, and does not wait otherwise', async () => {
    const sent: number[] = [];
    const sender = new OrderedSender<number>((message) => sent.push(message));
    sender.post(1);
    expect(sent).toEqual([1]);
    let arrive = (_: number) => {};
    sender.post(
      new Promise<number>((resolve) => {
        arrive = resolve;
      }),
    );
    sender.post(3);
    expect(sent).toEqual([1]);
    arrive(2);
    await sender.flushed();
    expect(sent).toEqual([1, 2, 3]);
    sender.post(4);
    expect(sent).toEqual([1, 2, 3, 4]);
  });
});
