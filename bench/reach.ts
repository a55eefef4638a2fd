import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describeError, SpotterError, throwIfInterrupted } from '../src/core/errors.js';
import type { Box } from '../src/core/geometry.js';
import { area, iou } from '../src/face/box.js';
import { closeView } from '../src/face/closeView.js';
import { type Detection, meanFace } from '../src/face/detection.js';
import { usePhoto } from '../src/gallery/photo.js';
import type { Image } from '../src/image/image.js';
import { Detector } from '../src/worker/detector.js';
import type { DetectorSpec } from '../src/worker/protocol.js';
import { median } from './statistics.js';

/** How well faces of one size are found. */
export interface ReachRow {
  /** Size of the face in the input: square root of the area of its box, px. */
  px: number;
  /** Share of the faces that are found, 0..1. */
  found: number;
  /** Median overlap with the box at the comfortable size, intersection over union. */
  iou: number;
  /** Median distance of the landmarks from those at the comfortable size, in distances of the eyes. */
  landmarkError: number;
}

/** The sizes of a detector's faces, and the range in which they are good. */
export interface Reach {
  faces: number;
  rows: ReachRow[];
  /** Smallest and largest size that is good, as are all between; null when none is. */
  reach: [number, number] | null;
}

/** Sizes of a face in the input, px. */
const SIZES = [8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 160, 200, 240, 280, 320, 360, 400, 480, 560, 640];
/** Sizes at which every detector knows faces, px; what they show together is the truth. */
const COMFORTABLE = [72, 96, 120];
/** What is cut out around a face, in sizes of the face. */
const WIDTH = 1.6;
/** What a good size achieves. */
const GOOD = { found: 0.95, iou: 0.8, landmarkError: 0.12 };

/**
 * Measures at which sizes a detector finds faces with good boxes and landmarks: each photo's face is shown at many sizes.
 *
 * @param folder photos with one large face each
 * @param most number of photos to use
 * @throws SpotterError usage: the folder has no photos, or none shows a face; interrupted, and those of the models and photos
 */
export async function measureReach(
  spec: DetectorSpec,
  folder: string,
  most: number,
  signal: AbortSignal,
): Promise<Reach> {
  const files = await photosIn(folder);
  const detector = await Detector.load(spec);
  const step = Math.max(1, Math.floor(files.length / most));
  const measured = new Map(SIZES.map((px) => [px, [] as ({ iou: number; error: number } | null)[]]));
  let faces = 0;
  for (let index = 0; index < files.length && faces < most; index += step) {
    throwIfInterrupted(signal);
    const file = files[index];
    await usePhoto(readPhoto(file), file, 100, async ({ image }) => {
      const truth = await trueFace(detector, image);
      if (!truth) return;
      faces++;
      for (const [px, results] of measured)
        results.push(compare(await findAt(detector, image, truth.box, px), truth));
    });
  }
  if (faces === 0)
    throw new SpotterError(
      'usage',
      `no photo in ${folder} shows a face at all of ${COMFORTABLE.join(', ')} px; give photos with one large face each`,
    );
  const rows = [...measured].map(([px, results]) => {
    const found = results.filter((result) => result !== null);
    return {
      px,
      found: found.length / results.length,
      iou: median(found.map((result) => result.iou)),
      landmarkError: median(found.map((result) => result.error)),
    };
  });
  return { faces, rows, reach: reachOf(rows) };
}

/** Paths of the photos in a folder, sorted. @throws SpotterError usage: it cannot be read, or has none */
async function photosIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new SpotterError(
      'usage',
      `cannot read ${folder}: ${describeError(cause)}; give a folder of photos`,
      {
        cause,
      },
    );
  });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const photos = names.filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
  if (photos.length > 0) return photos.map((name) => path.join(folder, name));
  throw new SpotterError('usage', `${folder} has no photos, *.jpg or *.png; give a folder that has`);
}

function readPhoto(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new SpotterError('usage', `cannot read ${file}: ${describeError(cause)}; check its permissions`, {
      cause,
    });
  }
}

/** The mean of the face in the middle at the comfortable sizes; null when one of them does not show it. */
async function trueFace(detector: Detector, image: Image): Promise<Detection | null> {
  const { width, height } = image;
  const margin = 0.25 * Math.max(width, height);
  const region = { x1: -margin, y1: -margin, x2: width + margin, y2: height + margin };
  const { detections } = await detector.detect(image, { region, longestSide: 320 });
  const aside = ({ x1, y1, x2, y2 }: Box) => Math.hypot(x1 + x2 - width, y1 + y2 - height);
  const first = detections.sort((a, b) => aside(a.box) - aside(b.box)).at(0);
  if (!first) return null;
  const faces: Detection[] = [];
  for (const px of COMFORTABLE) {
    const face = await findAt(detector, image, first.box, px);
    if (!face) return null;
    faces.push(face);
  }
  return meanFace(faces);
}

/** The best detection where a face is, shown at a size in the input. */
async function findAt(detector: Detector, image: Image, box: Box, px: number): Promise<Detection | null> {
  const view = closeView(box, 0, px, WIDTH);
  // A fixed input takes no more than its size: the measurement then ends there.
  if (detector.plan(image, view).scale < (0.99 * px) / Math.sqrt(area(box))) return null;
  const { detections } = await detector.detect(image, view);
  return detections.find((face) => iou(face.box, box) > 0.3) ?? null;
}

function compare(face: Detection | null, truth: Detection): { iou: number; error: number } | null {
  if (!face) return null;
  const [[ax, ay], [bx, by]] = truth.landmarks;
  const distances = truth.landmarks.map(([x, y], i) =>
    Math.hypot(x - face.landmarks[i][0], y - face.landmarks[i][1]),
  );
  const error = distances.reduce((sum, distance) => sum + distance, 0) / 5 / Math.hypot(ax - bx, ay - by);
  return { iou: iou(face.box, truth.box), error };
}

/** The longest run of good sizes. */
function reachOf(rows: readonly ReachRow[]): [number, number] | null {
  const runs: number[][] = [[]];
  for (const { px, found, iou: overlap, landmarkError } of rows) {
    const isGood = found >= GOOD.found && overlap >= GOOD.iou && landmarkError <= GOOD.landmarkError;
    if (isGood) runs.at(-1)?.push(px);
    else runs.push([]);
  }
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best));
  const last = longest.at(-1);
  return last === undefined ? null : [longest[0], last];
}
