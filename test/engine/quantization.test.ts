import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Pictures, type QuantizationTask, quantizeModel } from '../../src/engine/quantization.js';
import { usePhoto } from '../../src/gallery/photo.js';
import type { Image } from '../../src/image/image.js';
import { prepare } from '../../src/models/prepare.js';
import { makeNode } from '../../src/quantize/onnxFile.js';
import { configWith } from '../helpers/engine.js';
import { hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { tinyNetwork } from '../helpers/tinyNetwork.js';

/** One portrait in several brightnesses. */
const portraits: Pictures = {
  count: 3,
  each: (use) =>
    usePhoto(readFileSync(hopper), hopper, 1, async ({ image }) => {
      for (const factor of [0.8, 0.9, 1]) await use(darker(image, factor));
    }),
};

function darker(image: Image, factor: number): Image {
  return { ...image, pixels: image.pixels.map((value) => value * factor) };
}

async function taskWith(changes: Partial<QuantizationTask>): Promise<QuantizationTask> {
  // Half of the usual size, for a quarter of the work.
  const { config } = configWith(({ detection }) => {
    detection.longestSide = 320;
  });
  const { settings } = await prepare(config);
  return {
    role: 'detector',
    settings,
    pictures: portraits,
    reduceRange: false,
    minFaces: 1,
    folder: temporaryFolder(),
    signal: new AbortController().signal,
    onProgress: () => {},
    ...changes,
  };
}

describe('quantizeModel', () => {
  it('makes a detector that finds the same, and measures both', async () => {
    const progress: [number, number][] = [];
    const task = await taskWith({ onProgress: (...now) => progress.push(now) });
    const { file, layers, fidelity, speed } = await quantizeModel(task);
    expect(path.dirname(file)).toBe(task.folder);
    expect(layers.quantized).toBeGreaterThan(layers.all / 2);
    expect(fidelity).toMatchObject({ pictures: 3, faces: 3, recall: 1, precision: 1 });
    expect(Math.min(speed.floatMs, speed.int8Ms)).toBeGreaterThan(0);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
  });

  it('makes an embedder whose embeddings are almost the same', async () => {
    const { fidelity } = await quantizeModel(await taskWith({ role: 'embedder', reduceRange: true }));
    expect(fidelity).toMatchObject({ faces: 3 });
    expect('cosine' in fidelity && fidelity.cosine.mean).toBeGreaterThan(0.99);
  });

  it('refuses to judge by a few faces', async () => {
    const { minFaces: _, ...task } = await taskWith({});
    await expect(quantizeModel(task)).rejects.toThrow(
      /^3 faces in 3 pictures are too few to judge a quantized model by; give pictures with at least 100 faces/,
    );
  });

  it('refuses a model that becomes less accurate, with the figures', async () => {
    // One channel is 300 times as large as the others, which then get few steps: a tensor has one scale.
    const file = path.join(temporaryFolder(), 'steep.onnx');
    writeFileSync(file, steepEmbedder());
    const task = await taskWith({ role: 'embedder' });
    const embedder = { ...task.settings.embedder, id: 'steep', path: file, dimension: 64 };
    const settings = { ...task.settings, embedder };
    await expect(quantizeModel({ ...task, settings })).rejects.toThrow(
      /^model "steep" \(.*steep.onnx\) cannot be quantized without loss: its embeddings have a cosine of 0\.\d+ to those of the float model, less than 0.99 \(3 faces in 3 pictures\); nothing was written. Keep the float model$/,
    );
  });

  it('stops between two pictures when it is interrupted', async () => {
    const controller = new AbortController();
    const task = await taskWith({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(quantizeModel(task)).rejects.toMatchObject({ code: 'interrupted' });
    expect(readdirSync(task.folder)).toEqual(['folded.onnx']);
  });
});

function steepEmbedder(): Uint8Array {
  const conv = (name: string, from: string, to: string) => makeNode('Conv', name, [from, `${name}_w`], [to]);
  const spread = (size: number) => (index: number) => (index < size ? 300 : 1);
  return tinyNetwork({
    nodes: [
      conv('first', 'in', 'a'),
      conv('second', 'a', 'b'),
      // Between the two, or the levels would become part of the weights.
      makeNode('Neg', 'turn', ['b'], ['n']),
      makeNode('Mul', 'level', ['n', 'level_w'], ['c']),
      conv('third', 'c', 'd'),
      makeNode('GlobalAveragePool', 'pool', ['d'], ['e']),
      makeNode('Flatten', 'flat', ['e'], ['out']),
    ],
    weights: { first_w: [8, 3, 1, 1], second_w: [8, 8, 1, 1], level_w: [8, 1, 1], third_w: [64, 8, 1, 1] },
    factors: { second_w: spread(8), level_w: (index) => (index === 0 ? 1 / 300 : 1) },
    side: 112,
    output: 'out',
  });
}
