import { describe, expect, it } from 'vitest';
import type { Detection, Landmarks } from '../../src/face/detection.js';
import {
  DetectorComparison,
  detectorFault,
  embedderFault,
  embedderFidelity,
} from '../../src/quantize/fidelity.js';

/** A face of 100 px at x, its landmarks moved by some px; the eyes are 40 px apart. */
function face(x: number, moved = 0): Detection {
  const at = (dx: number, dy: number) => [x + dx + moved, dy] as const;
  const landmarks: Landmarks = [at(30, 40), at(70, 40), at(50, 60), at(35, 80), at(65, 80)];
  return { box: { x1: x, y1: 0, x2: x + 100, y2: 100 }, landmarks, score: 0.9 };
}

function compared(pairs: [expected: Detection[], found: Detection[]][]) {
  const comparison = new DetectorComparison();
  for (const [expected, found] of pairs) comparison.add(expected, found);
  return comparison.result();
}

describe('DetectorComparison', () => {
  it('measures what is found again, what is new, and how far landmarks move', () => {
    const result = compared([
      [[face(0), face(200)], [face(10, 2)]],
      [[face(0)], [face(0), face(500)]],
    ]);
    expect(result).toMatchObject({ pictures: 2, faces: 3 });
    expect(result.recall).toBeCloseTo(2 / 3);
    expect(result.precision).toBeCloseTo(2 / 3);
    // 12 px and 0 px of 40.
    expect(result.landmarks.mean).toBeCloseTo(0.15);
    expect(result.landmarks.p95).toBeCloseTo(0.3);
  });

  it('takes two boxes with little overlap for two faces', () => {
    expect(compared([[[face(0)], [face(60)]]])).toMatchObject({ recall: 0, precision: 0 });
  });
});

describe('detectorFault', () => {
  const good = {
    pictures: 50,
    faces: 200,
    recall: 0.995,
    precision: 1,
    landmarks: { mean: 0.01, p95: 0.03 },
  };

  it('names the figure that is out of its limit', () => {
    expect(detectorFault(good)).toBeNull();
    expect(detectorFault({ ...good, recall: 0.98 })).toMatch(
      /finds 98.0 % of the float model's faces, less than 99.0 %/,
    );
    expect(detectorFault({ ...good, precision: 0.95 })).toMatch(
      /5.0 % of what it finds are no faces .* more than 2.0 %/,
    );
    expect(detectorFault({ ...good, landmarks: { mean: 0.03, p95: 0.1 } })).toMatch(
      /landmarks are off by 3.0 % of the distance between the eyes, more than 2.0 %/,
    );
  });
});

describe('embedderFault', () => {
  it('refuses embeddings that differ on average', () => {
    expect(embedderFault(embedderFidelity(10, [0.995, 0.992]))).toBeNull();
    expect(embedderFault(embedderFidelity(10, [0.999, 0.95]))).toMatch(
      /a cosine of 0.9745 .* less than 0.99/,
    );
  });
});
