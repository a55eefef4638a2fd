import { iou } from '../face/box.js';
import type { Detection } from '../face/detection.js';

/** How closely a quantized detector finds what the float one finds. */
export interface DetectorFidelity {
  pictures: number;
  /** Boxes of the float model. */
  faces: number;
  /** Share of these that the quantized one finds too, 0..1. */
  recall: number;
  /** Share of the quantized one's boxes that the float model finds too, 0..1. */
  precision: number;
  /** How far landmarks have moved, in distances between the eyes: the mean, and what 95 % of the faces stay below. */
  landmarks: { mean: number; p95: number };
}

/** How similar the embeddings of a quantized embedder are to those of the float one. */
export interface EmbedderFidelity {
  pictures: number;
  faces: number;
  /** Cosine of the two embeddings of a face, -1..1: the mean, and what 95 % of the faces stay above. */
  cosine: { mean: number; p5: number };
}

/** Least that a quantized model must reach, and on how much. */
export const LIMITS = {
  recall: 0.99,
  precision: 0.98,
  landmarks: 0.02,
  cosine: 0.99,
  /** With fewer, one face more or less decides. */
  faces: 100,
} as const;

/** Overlap (intersection over union) of two boxes of one face. */
const SAME_FACE = 0.5;

/** Compares what two detectors find in pictures. */
export class DetectorComparison {
  #pictures = 0;
  #floatBoxes = 0;
  #found = 0;
  #boxes = 0;
  #known = 0;
  readonly #moved: number[] = [];

  get faces(): number {
    return this.#floatBoxes;
  }

  add(expected: readonly Detection[], found: readonly Detection[]): void {
    this.#pictures++;
    this.#floatBoxes += expected.length;
    this.#boxes += found.length;
    this.#known += found.filter((one) => nearest(one, expected) !== null).length;
    for (const one of expected) {
      const same = nearest(one, found);
      if (!same) continue;
      this.#found++;
      this.#moved.push(movement(one, same));
    }
  }

  result(): DetectorFidelity {
    const share = (part: number, all: number) => (all === 0 ? 1 : part / all);
    return {
      pictures: this.#pictures,
      faces: this.#floatBoxes,
      recall: share(this.#found, this.#floatBoxes),
      precision: share(this.#known, this.#boxes),
      landmarks: { mean: mean(this.#moved), p95: quantile(this.#moved, 0.95) },
    };
  }
}

/** The fidelity of embeddings from the cosines of the two embeddings of each face. */
export function embedderFidelity(pictures: number, cosines: readonly number[]): EmbedderFidelity {
  return {
    pictures,
    faces: cosines.length,
    cosine: { mean: mean(cosines), p5: quantile(cosines, 0.05) },
  };
}

/** Why a quantized detector is not good enough, with the figures; null if it is. */
export function detectorFault({ recall, precision, landmarks }: DetectorFidelity): string | null {
  if (recall < LIMITS.recall)
    return `it finds ${percent(recall)} of the float model's faces, less than ${percent(LIMITS.recall)}`;
  if (precision < LIMITS.precision)
    return `${percent(1 - precision)} of what it finds are no faces to the float model, more than ${percent(1 - LIMITS.precision)}`;
  if (landmarks.mean > LIMITS.landmarks)
    return `its landmarks are off by ${percent(landmarks.mean)} of the distance between the eyes, more than ${percent(LIMITS.landmarks)}`;
  return null;
}

/** Why a quantized embedder is not good enough, with the figures; null if it is. */
export function embedderFault({ cosine }: EmbedderFidelity): string | null {
  if (cosine.mean >= LIMITS.cosine) return null;
  return `its embeddings have a cosine of ${cosine.mean.toFixed(4)} to those of the float model, less than ${LIMITS.cosine}`;
}

function nearest({ box }: Detection, others: readonly Detection[]): Detection | null {
  let best: Detection | null = null;
  let overlap = SAME_FACE;
  for (const other of others) {
    const value = iou(box, other.box);
    if (value < overlap) continue;
    best = other;
    overlap = value;
  }
  return best;
}

function movement({ landmarks }: Detection, other: Detection): number {
  const [left, right] = landmarks;
  const eyes = Math.hypot(right[0] - left[0], right[1] - left[1]);
  const moved = landmarks.map(([x, y], index) =>
    Math.hypot(x - other.landmarks[index][0], y - other.landmarks[index][1]),
  );
  return eyes > 0 ? mean(moved) / eyes : 0;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
