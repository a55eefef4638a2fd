import { describe, expect, it } from 'vitest';
import { TEMPLATE } from '../../src/face/align.js';
import type { Detection } from '../../src/face/detection.js';
import type { View } from '../../src/image/fit.js';
import { UprightCheck, upsideDownHint } from '../../src/pipeline/uprightCheck.js';
import type { Track } from '../../src/track/state.js';
import { rgbImage } from '../helpers/image.js';

const image = rgbImage(200, 200, () => [0, 0, 0]);
const detection: Detection = { box: { x1: 16, y1: 14, x2: 96, y2: 114 }, landmarks: TEMPLATE, score: 0.8 };

function seen(number: number, timeMs: number, face = detection): Track {
  return { number, detection: face, lastSeenMs: timeMs } as Track;
}

/** A check by a detector that scores faces by the turn of the view. */
function checkWith(scores: { upright: number; turned: number; side?: number }) {
  let calls = 0;
  const detect = async ({ view }: { view?: View }) => {
    calls++;
    const { upright, turned, side = upright } = scores;
    const score = { 0: upright, 180: turned, 90: side, 270: upright }[view?.turn ?? 0];
    return { detections: [{ ...detection, score }], timing: { fitMs: 0, modelMs: 0, decodeMs: 0 } };
  };
  const check = new UprightCheck({ detect });
  /** The times, in s, at which it says that faces are upside down, with a frame every second. @param faces number of tracks */
  const run = async (seconds: number, faces: number) => {
    const said: number[] = [];
    for (let s = 0; s < seconds; s++) {
      const track = seen(1 + (Math.floor(s / 6) % faces), s * 1000);
      if (await check.isUpsideDown(image, [track], s * 1000)) said.push(s);
    }
    return said;
  };
  return { run, calls: () => calls };
}

describe('UprightCheck', () => {
  it('notices faces that are better turned, once, and not from a single face', async () => {
    expect(await checkWith({ upright: 0.7, turned: 0.85 }).run(60, 3)).toHaveLength(1);
    expect(await checkWith({ upright: 0.7, turned: 0.85 }).run(60, 1)).toEqual([]);
  });

  it('says nothing of faces that lie on their side, which turning them by 180 degrees does not help', async () => {
    expect(await checkWith({ upright: 0.7, turned: 0.8, side: 0.9 }).run(60, 3)).toEqual([]);
    expect(await checkWith({ upright: 0.7, turned: 0.8, side: 0.79 }).run(60, 3)).toEqual([]);
  });

  it('says nothing where faces are upright or it is not clear, and then hardly looks', async () => {
    const upright = checkWith({ upright: 0.9, turned: 0.7 });
    expect(await upright.run(120, 3)).toEqual([]);
    expect(upright.calls()).toBe(8);
    expect(await checkWith({ upright: 0.8, turned: 0.81 }).run(60, 3)).toEqual([]);
  });

  it('ignores faces that are small, uncertain, or not in the frame', async () => {
    let calls = 0;
    const check = new UprightCheck({
      detect: async () => {
        calls++;
        return { detections: [], timing: { fitMs: 0, modelMs: 0, decodeMs: 0 } };
      },
    });
    const small = { ...detection, box: { x1: 0, y1: 0, x2: 20, y2: 25 } };
    const tracks = [seen(1, 0, small), seen(2, 0, { ...detection, score: 0.5 }), seen(3, -100)];
    expect(await check.isUpsideDown(image, tracks, 0)).toBe(false);
    expect(calls).toBe(0);
  });
});

describe('upsideDownHint', () => {
  it('names the opposite of the present rotation', () => {
    const how = (rotate: number) => `set rotate: ${rotate}`;
    expect(upsideDownHint(0, how)).toMatch(/upside down.*; set rotate: 180$/);
    expect(upsideDownHint(270, how)).toMatch(/set rotate: 90$/);
  });
});
