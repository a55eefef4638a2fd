import type { Point } from '../src/core/geometry.js';
import type { Landmarks } from '../src/face/detection.js';

/** A surgical mask on a face, as elements of SVG. @param landmarks px of the picture */
export function maskShapes(landmarks: Landmarks): string {
  const at = faceAxes(landmarks);
  // From ear to ear over the bridge of the nose, down around the chin.
  const outline = [at(-1.45, 0.25), at(-0.35, 0.3), at(0, 0.22), at(0.35, 0.3), at(1.45, 0.25)];
  const jaw = [at(1.35, 0.95), at(0.85, 1.5), at(0, 1.75), at(-0.85, 1.5), at(-1.35, 0.95)];
  const folds = [0.7, 1, 1.3].map((down) => line(at(-1.1, down), at(1.1, down)));
  return `<polygon points="${points([...outline, ...jaw])}" fill="#a9c9d8"/>${folds.join('')}`;
}

/** Dark glasses on a face, as elements of SVG. @param landmarks px of the picture */
export function sunglassesShapes(landmarks: Landmarks): string {
  const at = faceAxes(landmarks);
  const lens = (side: -1 | 1) => {
    const corners = [
      at(side * 0.15, -0.34),
      at(side * 1.2, -0.38),
      at(side * 1.1, 0.3),
      at(side * 0.3, 0.34),
    ];
    return `<polygon points="${points(corners)}" fill="#0c0c0e"/>`;
  };
  const bridge = [at(-0.2, -0.18), at(0.2, -0.18), at(0.2, -0.06), at(-0.2, -0.06)];
  return `${lens(-1)}${lens(1)}<polygon points="${points(bridge)}" fill="#0c0c0e"/>`;
}

/** Positions on a face: across from its middle, in three quarters of the distance of the eyes; down from the eyes (0) to the mouth (1). */
function faceAxes([eyeA, eyeB, , mouthA, mouthB]: Landmarks): (across: number, down: number) => Point {
  const eyes = middle(eyeA, eyeB);
  const mouth = middle(mouthA, mouthB);
  const down = [mouth[0] - eyes[0], mouth[1] - eyes[1]] as const;
  const across = [0.75 * (eyeB[0] - eyeA[0]), 0.75 * (eyeB[1] - eyeA[1])] as const;
  return (x, y) => [eyes[0] + x * across[0] + y * down[0], eyes[1] + x * across[1] + y * down[1]];
}

function middle(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

function points(corners: readonly Point[]): string {
  return corners.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

function line([x1, y1]: Point, [x2, y2]: Point): string {
  const ends = `x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"`;
  return `<line ${ends} stroke="#8fb2c2" stroke-width="1"/>`;
}
