import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describeError, SpotterError, throwIfInterrupted } from '../core/errors.js';
import { plural } from '../core/plural.js';
import { Aligner, CROP_PX } from '../face/align.js';
import type { Detection } from '../face/detection.js';
import { cosine } from '../face/embedding.js';
import type { Image } from '../image/image.js';
import { Letterbox } from '../image/letterbox.js';
import { storageFault } from '../models/storageFault.js';
import {
  DetectorComparison,
  type DetectorFidelity,
  detectorFault,
  type EmbedderFidelity,
  embedderFault,
  embedderFidelity,
  LIMITS,
} from '../quantize/fidelity.js';
import { Quantizer } from '../quantize/quantizer.js';
import { Detector } from '../worker/detector.js';
import { Embedder } from '../worker/embedder.js';
import { foldConstants, Network, type Values } from '../worker/network.js';
import type { DetectorSpec, EmbedderSpec, WorkerSettings } from '../worker/protocol.js';

/** Typical pictures, which can be gone through several times. */
export interface Pictures {
  readonly count: number;
  /** Goes through them in order, one at a time; a picture's memory may be freed afterwards. */
  each(use: (image: Image) => Promise<void>): Promise<void>;
}

/** Which model is quantized, and how. */
export interface QuantizationTask {
  role: 'detector' | 'embedder';
  /** The float models. An embedder gets the faces that this detector finds. */
  settings: WorkerSettings;
  pictures: Pictures;
  /** For processors on which products of bytes overflow. */
  reduceRange: boolean;
  /** Least faces in the pictures. Default: {@link LIMITS}. */
  minFaces?: number;
  /** An empty folder for temporary files and the result. */
  folder: string;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/** A quantized model. */
export interface Quantization {
  /** Its file, in the folder of the task. */
  file: string;
  layers: { all: number; quantized: number };
  fidelity: DetectorFidelity | EmbedderFidelity;
  /** One run on one thread, median of runs that alternate, ms. */
  speed: { floatMs: number; int8Ms: number };
}

/** Runs of each network to compare their speed, after some that are not counted. */
const TIMED_RUNS = 30;
const WARM_UP = 3;

/**
 * Quantizes a model, and compares the result with the float one on the same pictures.
 *
 * @throws SpotterError model.unfit: it cannot be quantized, or is not good enough afterwards, or there are too few faces; interrupted;
 *   those of the pictures
 */
export async function quantizeModel(task: QuantizationTask): Promise<Quantization> {
  const { role, settings, pictures, folder, signal, reduceRange, onProgress } = task;
  const { id, path: source } = settings[role];
  const name = `model "${id}" (${source})`;
  const quantizer = await Quantizer.read(await readFile(source), name, async (model) => {
    const folded = path.join(folder, 'folded.onnx');
    await foldConstants(model, folded, name);
    return readFile(folded);
  });
  const watched = await Network.open(quantizer.watched, name);
  const total = 2 * pictures.count;
  let done = 0;
  const eachPicture = (use: (image: Image) => Promise<void>) =>
    pictures.each(async (image) => {
      throwIfInterrupted(signal);
      await use(image);
      onProgress(++done, total);
      await setImmediate();
    });
  const detector = await Detector.load(settings.detector);
  const inputs =
    role === 'detector'
      ? detectorInputs(settings.detector, detector)
      : faceInputs(settings.embedder, detector);
  await eachPicture(async (image) => {
    for await (const input of inputs(image))
      quantizer.observe(await watched.run({ [watched.inputs[0].name]: input }));
  });
  const file = path.join(folder, 'quantized.onnx');
  await writeFile(file, quantizer.write(reduceRange)).catch((cause: unknown) => {
    throw storageFault(file, cause);
  });
  const least = task.minFaces ?? LIMITS.faces;
  const lossy = (why: string) =>
    new SpotterError(
      'model.unfit',
      `${name} cannot be quantized without loss: ${why}; nothing was written. Keep the float model`,
    );
  const usable = <T>(loading: Promise<T>): Promise<T> =>
    loading.catch((cause: unknown) => {
      throw lossy(`the result cannot be used (${describeError(cause)})`);
    });
  const compared =
    role === 'detector'
      ? await compareDetectors(
          detector,
          await usable(Detector.load({ ...settings.detector, path: file })),
          eachPicture,
        )
      : await compareEmbedders(
          await Embedder.load(settings.embedder),
          await usable(Embedder.load({ ...settings.embedder, path: file })),
          detector,
          eachPicture,
        );
  throwIfInterrupted(signal);
  const { fidelity, fault } = compared;
  if (fidelity.faces < least) throw tooFew(fidelity, least);
  if (fault !== null) throw lossy(`${fault} (${fidelity.faces} faces in ${fidelity.pictures} pictures)`);
  return {
    file,
    layers: quantizer.layers,
    fidelity,
    speed: await compareSpeed(compared.runFloat, compared.runInt8),
  };
}

function tooFew({ faces, pictures }: DetectorFidelity | EmbedderFidelity, least: number): SpotterError {
  return new SpotterError(
    'usage',
    `${plural(faces, 'face')} in ${plural(pictures, 'picture')} ${faces === 1 ? 'is' : 'are'} too few to judge a quantized model by; give pictures with at least ${least} faces, of the kind that your cameras take`,
  );
}

type Inputs = (image: Image) => AsyncGenerator<Values>;
type EachPicture = (use: (image: Image) => Promise<void>) => Promise<void>;

interface Compared {
  fidelity: DetectorFidelity | EmbedderFidelity;
  fault: string | null;
  runFloat: () => Promise<unknown>;
  runInt8: () => Promise<unknown>;
}

/** The whole picture, as the detector searches frames. */
function detectorInputs({ normalisation }: DetectorSpec, detector: Detector): Inputs {
  const letterbox = new Letterbox(normalisation);
  return async function* (image) {
    const fit = detector.plan(image);
    yield { data: letterbox.draw(image, fit).slice(), dims: [1, 3, fit.height, fit.width] };
  };
}

/** The faces in the picture, aligned. */
function faceInputs({ normalisation }: EmbedderSpec, detector: Detector): Inputs {
  const aligner = new Aligner(normalisation);
  return async function* (image) {
    for (const { landmarks } of (await detector.detect(image)).detections) {
      const data = new Float32Array(3 * CROP_PX * CROP_PX);
      if (aligner.cut(image, landmarks, data)) yield { data, dims: [1, 3, CROP_PX, CROP_PX] };
    }
  };
}

async function compareDetectors(
  float: Detector,
  int8: Detector,
  eachPicture: EachPicture,
): Promise<Compared> {
  const comparison = new DetectorComparison();
  let last: Image | null = null;
  await eachPicture(async (image) => {
    const found = (detector: Detector): Promise<Detection[]> =>
      detector.detect(image).then(({ detections }) => detections);
    comparison.add(await found(float), await found(int8));
    last = { ...image, pixels: image.pixels.subarray(0, 0) };
  });
  const fidelity = comparison.result();
  const run = (detector: Detector) => async () => last && detector.runNetwork(detector.plan(last));
  return { fidelity, fault: detectorFault(fidelity), runFloat: run(float), runInt8: run(int8) };
}

async function compareEmbedders(
  float: Embedder,
  int8: Embedder,
  detector: Detector,
  eachPicture: EachPicture,
): Promise<Compared> {
  const cosines: number[] = [];
  let pictures = 0;
  await eachPicture(async (image) => {
    pictures++;
    for (const { landmarks } of (await detector.detect(image)).detections) {
      const embedded = async (embedder: Embedder) =>
        embedder.cut(image, landmarks) === null ? null : embedder.embed();
      const [expected, found] = [await embedded(float), await embedded(int8)];
      if (expected) cosines.push(found ? cosine(expected, found) : 0);
    }
  });
  const fidelity = embedderFidelity(pictures, cosines);
  return {
    fidelity,
    fault: embedderFault(fidelity),
    runFloat: () => float.runNetwork(),
    runInt8: () => int8.runNetwork(),
  };
}

/** Alternately, so that a machine that becomes slower in between slows both down. */
async function compareSpeed(
  runFloat: () => Promise<unknown>,
  runInt8: () => Promise<unknown>,
): Promise<Quantization['speed']> {
  const times = { float: [] as number[], int8: [] as number[] };
  const timed = async (run: () => Promise<unknown>) => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  for (let round = -WARM_UP; round < TIMED_RUNS; round++) {
    const [float, int8] = [await timed(runFloat), await timed(runInt8)];
    if (round < 0) continue;
    times.float.push(float);
    times.int8.push(int8);
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return { floatMs: median(times.float), int8Ms: median(times.int8) };
}
