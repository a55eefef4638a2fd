import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Fields, message, model, number, port, text } from '../../src/worker/onnx.js';
import { temporaryFolder } from './temporary.js';

const FLOAT = 1;
const [INT, TENSOR, INTS] = [2, 4, 7];

const node = (kind: string, inputs: string[], output: string, attributes: Fields[] = []): number[] => [
  ...inputs.flatMap((name) => text(1, name)),
  ...text(2, output),
  ...text(4, kind),
  ...attributes.flatMap((attribute) => message(5, attribute)),
];

/** Writes an embedder: the mean of each channel times weights. @param weight of each of 3 x dimension, by index */
export function linearEmbedder(dimension: number, weight: (index: number) => number): string {
  const values = Float32Array.from({ length: 3 * dimension }, (_, index) => weight(index));
  const tensor = [3, dimension].flatMap((size) => number(1, size));
  tensor.push(...number(2, FLOAT), ...message(9, [...new Uint8Array(values.buffer)]));
  const axes = [...text(1, 'axes'), ...number(8, 2), ...number(8, 3), ...number(20, INTS)];
  const flat = [...text(1, 'keepdims'), ...number(3, 0), ...number(20, INT)];
  const nodes = [
    node('Constant', [], 'weights', [[...text(1, 'value'), ...message(5, tensor), ...number(20, TENSOR)]]),
    node('ReduceMean', ['input'], 'means', [axes, flat]),
    node('MatMul', ['means', 'weights'], 'out'),
  ];
  const file = path.join(temporaryFolder(), 'embedder.onnx');
  writeFileSync(file, model(nodes, [port('input', [1, 3, 112, 112])], [port('out', [1, dimension])]));
  return file;
}
