import { describe, expect, it } from 'vitest';
import { TEMPLATE } from '../../src/face/align.js';
import type { Detection } from '../../src/face/detection.js';
import { type InputSize, planFit, type View } from '../../src/image/fit.js';
import { FaceSearch } from '../../src/pipeline/faceSearch.js';
import type { Track } from '../../src/track/state.js';
import { LENIENT_QUALITY } from '../helpers/camera.js';
import { flatYuv } from '../helpers/image.js';

const dynamic: InputSize = { kind: 'dynamic', longestSide: 640 };
const timing = { fitMs: 1, modelMs: 2, decodeMs: 3 };

/** A square face in the middle of a picture of 640x480, which it may exceed. */
function face(size: number, score = 0.8): Detection {
  const box = { x1: 320 - size / 2, y1: 240 - size / 2, x2: 320 + size / 2, y2: 240 + size / 2 };
  const landmarks = TEMPLATE.map(([x, y]) => [
    box.x1 + (x / 112) * size,
    box.y1 + (y / 112) * size,
  ]) as unknown as Detection['landmarks'];
  return { box, landmarks, score };
}

/** A search of pictures of 640x480 unless told otherwise, by a detector that shows what the test says. */
function searchOf({ input = dynamic, size = { width: 640, height: 480 }, masked = false } = {}) {
  const image = flatYuv(size.width, size.height, [100, 128, 128]);
  const views: View[] = [];
  let coarse: Detection[] = [];
  const search = new FaceSearch({
    reach: [24, 360],
    quality: LENIENT_QUALITY,
    area: { isSeen: () => !masked },
    faceEngine: {
      detect: async ({ view, weak }) => {
        expect(weak).toBe(true);
        if (view) views.push(view);
        return { detections: view ? coarse : [], input: planFit(image, input, view), timing };
      },
    },
  });
  /** The faces of a frame. @param usual what the usual search finds */
  const frame = async (
    usual: Detection[],
    { large = [] as Detection[], tracks = [] as Detection[], isCut = false } = {},
  ) => {
    coarse = large;
    const found = { ...(await search.usual(image)), detections: usual };
    const followed = tracks.map((detection) => ({ detection }) as Track);
    return search.complete(image, found, { tracks: followed, isCut });
  };
  return { search, frame, views, image };
}

describe('FaceSearch', () => {
  it('searches the first frame, and one after a cut, a second time, in a ninth of the input and with a margin', async () => {
    const { frame, views, image } = searchOf();
    const { detections, timing: total } = await frame([], { large: [face(500)] });
    expect(detections).toEqual([face(500)]);
    expect(total).toEqual({ fitMs: 2, modelMs: 4, decodeMs: 6 });
    const fit = planFit(image, dynamic, views[0]);
    expect(fit.width * fit.height).toBeLessThan(0.17 * 640 * 480);
    expect([fit.offsetX > 0, fit.offsetY > 0]).toEqual([true, true]);
    await frame([]);
    expect(views).toHaveLength(1);
    await frame([], { isCut: true });
    expect(views).toHaveLength(2);
  });

  it('searches again while a face is near the limit of the reach, or a large one is lost', async () => {
    const { frame, views } = searchOf();
    await frame([]);
    await frame([face(200)], { tracks: [face(190)] });
    expect(views).toHaveLength(1);
    await frame([face(220)]);
    expect(views).toHaveLength(2);
    await frame([], { tracks: [face(150)] });
    expect(views).toHaveLength(3);
    await frame([], { tracks: [face(90)] });
    expect(views).toHaveLength(3);
  });

  it.each([
    ['little, whatever their size', dynamic, 3.5],
    ['little where the input has a fixed size', { kind: 'fixed', width: 640, height: 640 }, 33],
  ] as const)('spends on frames without a reason %s', async (_, input, every) => {
    const { frame, views } = searchOf({ input });
    for (let i = 0; i < 200; i++) await frame([]);
    expect(views.length).toBeGreaterThan(3);
    expect(views.length).toBeLessThanOrEqual(200 / every + 1);
  });

  it('never searches again where the largest face of a picture is within reach', async () => {
    const { frame, views } = searchOf({ size: { width: 1280, height: 240 } });
    await frame([face(100)], { isCut: true });
    expect(views).toEqual([]);
  });

  it('takes the coarse view of a face that is out of reach, and drops what else is found in its place', async () => {
    const { frame } = searchOf();
    const [whole, half, eye, beside] = [face(500), face(380), face(90), face(40)];
    beside.box = { x1: 0, y1: 0, x2: 40, y2: 40 };
    const { detections } = await frame([half, eye, beside], { large: [whole] });
    expect(detections).toEqual([beside, whole]);
  });

  it('takes what is small from the usual view alone, and keeps a face that only that shows', async () => {
    const { frame } = searchOf();
    expect((await frame([face(100)], { large: [face(105, 0.9), face(60)] })).detections).toEqual([face(100)]);
    const out = face(400);
    expect((await frame([out], { isCut: true })).detections).toEqual([out]);
  });

  it('ignores large faces in a mask', async () => {
    const { frame } = searchOf({ masked: true });
    expect((await frame([], { large: [face(500)] })).detections).toEqual([]);
  });

  it('begins anew with another source', async () => {
    const { search, frame, views } = searchOf();
    await frame([]);
    search.reset();
    await frame([]);
    expect(views).toHaveLength(2);
  });
});
