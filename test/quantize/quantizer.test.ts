import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeNode, type NodeProto, readOnnx } from '../../src/quantize/onnxFile.js';
import { Quantizer } from '../../src/quantize/quantizer.js';
import { foldConstants, Network, type Values } from '../../src/worker/network.js';
import { randomNumbers } from '../helpers/random.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { type TinyNetwork, tinyNetwork } from '../helpers/tinyNetwork.js';

const fold = async (model: Uint8Array) => {
  const file = path.join(temporaryFolder(), 'folded.onnx');
  await foldConstants(model, file, 'tiny');
  return readFile(file);
};

const conv = (name: string, from: string, to: string) =>
  makeNode('Conv', name, [from, `${name}_w`, `${name}_b`], [to]);

/** Four layers, of which the two in the middle lie between others; a residual, a pooling and activations among them. */
const residual: TinyNetwork = {
  nodes: [
    conv('first', 'in', 'a'),
    makeNode('Relu', 'relu1', ['a'], ['b']),
    conv('second', 'b', 'c'),
    makeNode('Relu', 'relu2', ['c'], ['d']),
    conv('third', 'd', 'e'),
    makeNode('Add', 'add', ['d', 'e'], ['f']),
    makeNode('GlobalAveragePool', 'pool', ['f'], ['g']),
    conv('last', 'g', 'out'),
  ],
  weights: {
    first_w: [8, 3, 1, 1],
    first_b: [8],
    second_w: [8, 8, 1, 1],
    second_b: [8],
    third_w: [8, 8, 1, 1],
    third_b: [8],
    last_w: [5, 8, 1, 1],
    last_b: [5],
  },
  output: 'out',
};

const pictures = (count: number, seed: number): Values[] => {
  const next = randomNumbers(seed);
  return Array.from({ length: count }, () => ({
    data: Float32Array.from({ length: 3 * 16 * 16 }, () => 4 * next() - 2),
    dims: [1, 3, 16, 16],
  }));
};

const read = (model: TinyNetwork) => Quantizer.read(tinyNetwork(model), 'model "tiny"', fold);

async function quantized(model: TinyNetwork, reduceRange = false) {
  const quantizer = await read(model);
  const watched = await Network.open(quantizer.watched, 'tiny');
  for (const input of pictures(8, 1)) quantizer.observe(await watched.run({ in: input }));
  return { quantizer, bytes: quantizer.write(reduceRange) };
}

/** How often each operator is in a model. */
function operators(bytes: Uint8Array): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of readOnnx(bytes, 'tiny').graph.node) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

/** Largest difference between what two models return, over the range of the first. */
async function difference(float: Uint8Array, other: Uint8Array, output: string): Promise<number> {
  const [a, b] = [await Network.open(float, 'float'), await Network.open(other, 'int8')];
  let [most, low, high] = [0, 0, 0];
  for (const input of pictures(8, 2)) {
    const expected = (await a.run({ in: input }))[output].data;
    const found = (await b.run({ in: input }))[output].data;
    for (const [index, value] of expected.entries()) {
      most = Math.max(most, Math.abs(value - found[index]));
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  return most / (high - low);
}

describe('Quantizer', () => {
  it.each([false, true])(
    'returns nearly the same as the float network, reduced range: %s',
    async (reduceRange) => {
      const { bytes } = await quantized(residual, reduceRange);
      expect(await difference(tinyNetwork(residual), bytes, 'out')).toBeLessThan(0.03);
    },
  );

  it('leaves the first and the last layer in float, and lets limits replace the activations between', async () => {
    const { quantizer, bytes } = await quantized(residual);
    expect(quantizer.layers).toEqual({ all: 4, quantized: 2 });
    expect(operators(bytes)).toEqual({
      Conv: 4,
      Relu: 1,
      Add: 1,
      GlobalAveragePool: 1,
      QuantizeLinear: 5,
      // One for each tensor, and for weights and bias of each layer.
      DequantizeLinear: 5 + 4,
    });
  });

  it('is computed in whole numbers by onnxruntime', async () => {
    const { bytes } = await quantized(residual);
    const file = path.join(temporaryFolder(), 'optimized.onnx');
    const { InferenceSession } = await import('onnxruntime-node');
    await InferenceSession.create(bytes, { optimizedModelFilePath: file, logSeverityLevel: 3 });
    expect(operators(await readFile(file))).toMatchObject({
      QLinearConv: 2,
      QLinearAdd: 1,
      QLinearGlobalAveragePool: 1,
    });
  });

  it('raises the version of the operators where it is too old for a scale per channel', async () => {
    const old: TinyNetwork = { ...residual, opset: 11 };
    const { bytes } = await quantized(old);
    expect(await difference(tinyNetwork(old), bytes, 'out')).toBeLessThan(0.03);
  });

  it('reads networks that list their constants among the inputs, and keeps the picture as the only input', async () => {
    const { bytes } = await quantized({ ...residual, listsConstants: true });
    expect(readOnnx(bytes, 'tiny').graph.input.map(({ name }) => name)).toEqual(['in']);
  });

  it.each<[string, NodeProto, RegExp]>([
    [
      'computes in whole numbers already',
      makeNode('QLinearConv', 'byte conv', ['in'], ['out']),
      /operator QLinearConv \(node "byte conv"\) computes in whole numbers already/,
    ],
    [
      'has an operator that is not of the standard',
      { ...makeNode('FusedConv', 'fused', ['in'], ['out']), domain: 'com.microsoft' },
      /operator FusedConv \(node "fused"\) is not of the ONNX standard but of "com.microsoft"/,
    ],
  ])('refuses a network that %s', async (_, node, message) => {
    await expect(read({ nodes: [node], output: 'out' })).rejects.toThrow(message);
  });

  it('refuses a network that has nothing between its first and its last layer', async () => {
    const { first_w, first_b } = residual.weights as Record<string, number[]>;
    const weights = { first_w, first_b };
    await expect(read({ nodes: [conv('first', 'in', 'out')], weights, output: 'out' })).rejects.toThrow(
      /of its 1 layers with constant weights .* none lies between the first and the last/,
    );
  });

  it('refuses operators that are too old, and what is no network', async () => {
    await expect(read({ ...residual, opset: 9 })).rejects.toThrow(/uses version 9 of the ONNX operators/);
    await expect(Quantizer.read(Uint8Array.of(1, 2, 3), 'x.onnx', fold)).rejects.toThrow(
      /x.onnx is not an ONNX file/,
    );
  });
});
