import { describe, expect, it } from 'vitest';
import { TEMPLATE } from '../../src/face/align.js';
import type { Landmarks } from '../../src/face/detection.js';
import { Landmarker } from '../../src/worker/landmarker.js';
import type { ModelSpec } from '../../src/worker/protocol.js';
import { rgbImage } from '../helpers/image.js';

const SPEC = {
  id: 'points',
  path: 'points.onnx',
  normalisation: { order: 'rgb', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
} as unknown as ModelSpec;
const IMAGE = rgbImage(200, 200, () => [90, 120, 150]);
const FACE = TEMPLATE.map(([x, y]) => [x + 40, y + 40]) as unknown as Landmarks;

/** A network that always says that the landmarks lie further right in the view, and by how many px of an aligned face in each run. */
async function landmarkerThatMoves(
  byPx: readonly number[],
): Promise<{ landmarker: Landmarker; runs: () => number }> {
  let runs = 0;
  const landmarker = await Landmarker.load(SPEC, async () => ({
    inputs: [],
    outputs: [],
    run: async () => {
      const shift = byPx[runs++] ?? 0;
      const places = TEMPLATE.flatMap(([x, y]) => [(x + 16 + shift) / 144, (y + 16) / 144]);
      return { landmarks: { data: Float32Array.from(places), dims: [1, 10] } };
    },
  }));
  return { landmarker, runs: () => runs };
}

const movedBy = (px: number) => FACE.map(([x, y]) => [expect.closeTo(x + px, 3), expect.closeTo(y, 3)]);

describe('Landmarker.refine', () => {
  it('looks once at a face whose landmarks are nearly right', async () => {
    const { landmarker, runs } = await landmarkerThatMoves([2]);
    expect(await landmarker.refine(IMAGE, FACE)).toEqual(movedBy(2));
    expect(runs()).toBe(1);
  });

  it('looks again, as the landmarks say that were found, until two agree', async () => {
    const { landmarker, runs } = await landmarkerThatMoves([20, 10, 1]);
    expect(await landmarker.refine(IMAGE, FACE)).toEqual(movedBy(31));
    expect(runs()).toBe(3);
  });

  it('does not move on to a face beside the one that was found', async () => {
    const { landmarker, runs } = await landmarkerThatMoves([30, 20, 2]);
    expect(await landmarker.refine(IMAGE, FACE)).toBe(FACE);
    expect(runs()).toBe(3);
  });

  it('leaves the landmarks as they are where none agree', async () => {
    const { landmarker, runs } = await landmarkerThatMoves([20, 20, 20]);
    expect(await landmarker.refine(IMAGE, FACE)).toBe(FACE);
    expect(runs()).toBe(3);
  });
});
