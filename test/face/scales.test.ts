import { describe, expect, it } from 'vitest';
import type { Box } from '../../src/core/geometry.js';
import { TEMPLATE } from '../../src/face/align.js';
import type { Detection } from '../../src/face/detection.js';
import { type Candidate, joined } from '../../src/face/scales.js';
import { LENIENT_QUALITY } from '../helpers/camera.js';

/** A face of this size, in the middle of 100, 100 unless told otherwise, as a scale shows it. */
function shown(size: number, zoom: number, score = 0.8, middle = 100): Candidate {
  const half = size / 2;
  const box: Box = { x1: middle - half, y1: middle - half, x2: middle + half, y2: middle + half };
  const landmarks = TEMPLATE.map(([x, y]) => [
    box.x1 + (x / 112) * size,
    box.y1 + (y / 112) * size,
  ]) as unknown as Detection['landmarks'];
  return { detection: { box, landmarks, score }, level: { scale: zoom, zoom } };
}

describe('joined', () => {
  it('takes a face from the scale of a frame, unless it is out of reach there', () => {
    const [usual, coarse] = [shown(300, 1), shown(310, 0.25, 0.9)];
    expect(joined([coarse, usual], [24, 360], LENIENT_QUALITY)).toEqual([usual]);
    expect(joined([coarse, usual], [24, 250], LENIENT_QUALITY)).toEqual([coarse]);
  });

  it('takes a larger face for the whole of what lies in it, unless its score is much worse', () => {
    const [part, whole] = [shown(80, 1), shown(500, 0.25)];
    expect(joined([part, whole], [24, 360], LENIENT_QUALITY)).toEqual([whole]);
    const doubtful = shown(500, 0.25, 0.62);
    expect(joined([part, doubtful], [24, 360], LENIENT_QUALITY)).toEqual([part]);
  });

  it('keeps faces that are apart', () => {
    expect(joined([shown(80, 1), shown(80, 1, 0.7, 300)], [24, 360], LENIENT_QUALITY)).toHaveLength(2);
  });
});
