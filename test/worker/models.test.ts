import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SpotterError } from '../../src/core/errors.js';
import type { Image } from '../../src/image/image.js';
import { Detector } from '../../src/worker/detector.js';
import { Embedder } from '../../src/worker/embedder.js';
import { message, model, number, port, text } from '../../src/worker/onnx.js';
import type { DetectorSpec, EmbedderSpec } from '../../src/worker/protocol.js';
import { linearEmbedder } from '../helpers/linearEmbedder.js';
import { needShared, root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const checked = { sha256: '', stamp: '' };
const normalisation = { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const;

const BLACK: Image = {
  width: 64,
  height: 64,
  format: 'rgb24',
  colour: { matrix: 'bt601', fullRange: true },
  pixels: new Uint8Array(64 * 64 * 3),
};

function detectorSpec(file: string, kind: DetectorSpec['kind'] = 'scrfd'): DetectorSpec {
  const limits = { minScore: 0.5, weakScore: 0.5, maxIou: 0.4, reach: [16, 300], longestSide: 640 } as const;
  return { id: 'tested', path: file, checked, data: [], normalisation, kind, ...limits };
}

function embedderSpec(file: string, dimension = 128): EmbedderSpec {
  return { id: 'tested', path: file, checked, data: [], normalisation, kind: 'arcface', dimension };
}

/** Writes an ONNX file that takes `input` and returns zeros of the given shapes. */
const zeros = (input: (number | string)[], outputs: Record<string, number[]>, type = 1) =>
  constants(input, outputs, 0, type);

/** The same with another value than zero, for floats. */
function constants(
  input: (number | string)[],
  outputs: Record<string, number[]>,
  filling: number,
  type = 1,
): string {
  const FILLED = { name: 'value', kind: 4 };
  const nodes = Object.entries(outputs).map(([name, shape]) => {
    const tensor = [...shape.flatMap((size) => number(1, size)), ...number(2, type)];
    const count = shape.reduce((product, size) => product * size, 1);
    const data = type === 1 ? new Float32Array(count).fill(filling) : new BigInt64Array(count);
    const value = [...tensor, ...message(9, [...new Uint8Array(data.buffer)])];
    const attribute = [...text(1, FILLED.name), ...message(5, value), ...number(20, FILLED.kind)];
    return [...text(2, name), ...text(4, 'Constant'), ...message(5, attribute)];
  });
  const file = path.join(temporaryFolder(), 'model.onnx');
  writeFileSync(
    file,
    model(
      nodes,
      [port('input', input)],
      Object.entries(outputs).map(([name, shape]) => port(name, shape)),
    ),
  );
  return file;
}

/** Output shapes of SCRFD for an input of 64x64. */
function scrfdOutputs(
  anchors: number,
  rank: 2 | 3,
  groups: Record<string, number> = { score: 1, bbox: 4, kps: 10 },
) {
  const outputs: Record<string, number[]> = {};
  for (const stride of [8, 16, 32]) {
    const rows = (64 / stride) ** 2 * anchors;
    for (const [name, channels] of Object.entries(groups)) {
      outputs[`${name}_${stride}`] = rank === 2 ? [rows, channels] : [1, rows, channels];
    }
  }
  return outputs;
}

async function refusal(loading: Promise<unknown>): Promise<string> {
  const error: SpotterError = await loading.then(
    () => {
      throw new Error('it was accepted');
    },
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: 'SpotterError', exitCode: 2 });
  expect(error.message).toContain('model "tested"');
  expect(error.message).not.toContain('\n');
  return `${error.code}: ${error.message}`;
}

describe('Detector.load', () => {
  it.each([
    [1, 2],
    [1, 3],
    [2, 2],
    [2, 3],
  ] as const)('accepts %i anchor(s) per cell and outputs of rank %i', async (anchors, rank) => {
    const detector = await Detector.load(detectorSpec(zeros([1, 3, 64, 64], scrfdOutputs(anchors, rank))));
    expect((await detector.detect(BLACK)).detections).toEqual([]);
  });

  it('has weak detections only for those who ask', async () => {
    const file = constants([1, 3, 64, 64], scrfdOutputs(1, 3), 0.6);
    const detector = await Detector.load({ ...detectorSpec(file), minScore: 0.7, weakScore: 0.55 });
    expect((await detector.detect(BLACK)).detections).toEqual([]);
    expect((await detector.detect(BLACK, undefined, true)).detections).not.toEqual([]);
  });

  it.each<[string, () => string, string]>([
    [
      'has no landmarks',
      () => zeros([1, 3, 64, 64], scrfdOutputs(1, 2, { score: 1, bbox: 4 })),
      'it finds no landmarks, without which no face can be aligned',
    ],
    [
      'has three anchors per cell',
      () => zeros([1, 3, 64, 64], scrfdOutputs(3, 2)),
      'at stride 8 it has 3 anchors per cell, not 1 or 2',
    ],
    [
      'has other outputs',
      () => zeros([1, 3, 64, 64], { a: [1, 10] }),
      'its outputs are [1, 10], not score, box and landmarks',
    ],
    [
      'takes several pictures',
      () => zeros([4, 3, 64, 64], scrfdOutputs(1, 2)),
      'it takes [4, 3, 64, 64], not one picture',
    ],
    [
      'takes grey pictures',
      () => zeros([1, 1, 64, 64], scrfdOutputs(1, 2)),
      'it takes [1, 1, 64, 64], not one picture',
    ],
    ['is off the grid', () => zeros([1, 3, 60, 64], scrfdOutputs(1, 2)), 'is not a multiple of 32'],
  ])('refuses a model by name when it %s', async (_name, make, sentence) => {
    expect(await refusal(Detector.load(detectorSpec(make())))).toContain(`model.unfit: model "tested"`);
    expect(await refusal(Detector.load(detectorSpec(make())))).toContain(sentence);
  });

  it('refuses another detector declared as YuNet', async () => {
    const spec = detectorSpec(path.join(root, 'models/spotter-det.onnx'), 'yunet');
    expect(await refusal(Detector.load(spec))).toContain(
      'it has no output "cls_8" of 64 x 1 values, as version 2023mar has',
    );
  });

  it('refuses a detector that returns NaN', async () => {
    const outputs = scrfdOutputs(2, 2);
    const file = constants([1, 3, 64, 64], outputs, Number.NaN);
    expect(await refusal(Detector.load(detectorSpec(file)))).toContain('it returns no numbers');
  });

  it('refuses an embedder', async () => {
    const spec = detectorSpec(path.join(root, 'models/spotter-embed.onnx'));
    expect(await refusal(Detector.load(spec))).toMatch(/is not a scrfd detector/);
  });

  for (const [file, kind] of [
    ['models/scrfd_2.5g_bnkps.onnx', 'scrfd'],
    ['models/scrfd_500m_bnkps.onnx', 'scrfd'],
    ['models/face_detection_yunet_2023mar.onnx', 'yunet'],
  ] as const) {
    it(`accepts ${path.basename(file)}`, async (context) => {
      await Detector.load(detectorSpec(needShared(context, file), kind));
    });
  }
});

describe('Embedder.load', () => {
  it.each([64, 512, 1024])('accepts %i values', async (dimension) => {
    await Embedder.load(embedderSpec(linearEmbedder(dimension, Math.sin), dimension));
  });

  it.each<[string, () => string, string]>([
    [
      'returns another number of values than declared',
      () => zeros([1, 3, 112, 112], { out: [1, 256] }),
      'it returns 256 values, but 128 are declared',
    ],
    [
      'takes another size',
      () => zeros([1, 3, 160, 160], { out: [1, 128] }),
      'it must take one face [1, 3, 112, 112]',
    ],
    [
      'returns two vectors',
      () => zeros([1, 3, 112, 112], { a: [1, 128], b: [1, 128] }),
      'and return one vector',
    ],
    ['returns NaN', () => linearEmbedder(128, () => Number.NaN), 'it returns no numbers, or only zeros'],
    ['returns infinities', () => linearEmbedder(128, () => Infinity), 'it returns no numbers, or only zeros'],
    ['returns zeros', () => linearEmbedder(128, () => 0), 'it returns no numbers, or only zeros'],
    [
      'returns one direction for all pictures',
      () => linearEmbedder(128, (index) => (index % 128) + 1),
      'it returns the same for every picture',
    ],
    ['is a detector', () => path.join(root, 'models/spotter-det.onnx'), 'is not an embedder'],
  ])('refuses a model by name when it %s', async (_name, make, sentence) => {
    expect(await refusal(Embedder.load(embedderSpec(make())))).toContain(sentence);
  });
});

describe('Network.open', () => {
  it('refuses a file that is not ONNX by name', async () => {
    const file = path.join(temporaryFolder(), 'model.onnx');
    writeFileSync(file, 'no network');
    expect(await refusal(Detector.load(detectorSpec(file)))).toMatch(
      /model\.unreadable: model "tested" .* cannot be loaded .*; check that it is an ONNX file/,
    );
  });

  it('says why without the names of files and functions of onnxruntime', async () => {
    const file = path.join(temporaryFolder(), 'model.onnx');
    // An ONNX file of version 7 without anything else.
    writeFileSync(file, Uint8Array.from([0x08, 0x07]));
    await expect(Detector.load(detectorSpec(file))).rejects.toThrow(
      `model "tested" (${file}) cannot be loaded (ModelProto does not have a graph); check that it is an ONNX file`,
    );
  });

  it('refuses a network of another type than float32 by name', async () => {
    const INT64 = 7;
    const file = zeros([1, 3, 64, 64], scrfdOutputs(1, 2), INT64);
    expect(await refusal(Detector.load(detectorSpec(file)))).toMatch(/model\.un(fit|readable)/);
  });

  it('names the model whose first run fails, with the reason', async (context) => {
    // It asks for 4 TB.
    const file = needShared(context, 'cases/models/cos.onnx');
    await expect(Embedder.load(embedderSpec(file))).rejects.toMatchObject({
      code: 'model.unfit',
      message: `model "tested" (${file}) cannot be run (Failed to allocate memory for requested buffer of size 4398046511104); use another file or model`,
    });
  });
});
