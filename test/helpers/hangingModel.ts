import { writeFileSync } from 'node:fs';
import { type Fields, message, model, number, port, text } from '../../src/worker/onnx.js';

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

const node = (kind: string, inputs: string[], outputs: string[], attributes: Fields[] = []): number[] => [
  ...inputs.flatMap((name) => text(1, name)),
  ...outputs.flatMap((name) => text(2, name)),
  ...text(4, kind),
  ...attributes.flatMap((attribute) => message(5, attribute)),
];

/** A constant of zeros, or of one float. */
function constant(name: string, shape: readonly number[], value = 0): number[] {
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = [...new Uint8Array(new Float32Array(count).fill(value).buffer)];
  const tensor = [...shape.flatMap((size) => number(1, size)), ...number(2, FLOAT), ...message(9, bytes)];
  const TENSOR = 4;
  return node('Constant', [], [name], [[...text(1, 'value'), ...message(5, tensor), ...number(20, TENSOR)]]);
}

/** A value of any type (ValueInfoProto). */
const value = (name: string, type: number, shape: readonly number[] = []): number[] => {
  const dimensions = shape.flatMap((size) => message(1, number(1, size)));
  return [...text(1, name), ...message(2, message(1, [...number(1, type), ...message(2, dimensions)]))];
};

/**
 * Writes an SCRFD detector of 64x64 input that never finds a face, and that takes as good as for ever on a picture whose
 * mean brightness exceeds 100: the number of rounds of a loop comes from the picture.
 */
export function writeHangingDetector(file: string): void {
  const outputs = [8, 16, 32].flatMap((stride) =>
    Object.entries({ score: 1, bbox: 4, kps: 10 }).map(([name, width]) => ({
      name: `${name}_${stride}`,
      shape: [2 * (64 / stride) ** 2, width],
    })),
  );
  const [looped, ...plain] = outputs;
  const INT = 2;
  const GRAPH = 5;
  const integer = (name: string, of: number) => [...text(1, name), ...number(3, of), ...number(20, INT)];
  const body = [
    ...message(1, node('Identity', ['going'], ['goes_on'])),
    ...message(1, node('Identity', ['carried'], ['carried_on'])),
    ...text(2, 'body'),
    ...message(11, value('round', INT64)),
    ...message(11, value('going', BOOL)),
    ...message(11, value('carried', FLOAT, looped.shape)),
    ...message(12, value('goes_on', BOOL)),
    ...message(12, value('carried_on', FLOAT, looped.shape)),
  ];
  const nodes = [
    ...plain.map(({ name, shape }) => constant(name, shape)),
    constant('nothing', looped.shape),
    constant('limit', [], 100),
    constant('many', [], 1e9),
    node('ReduceMean', ['input'], ['mean'], [integer('keepdims', 0)]),
    node('Sub', ['mean', 'limit'], ['excess']),
    node('Relu', ['excess'], ['over']),
    node('Mul', ['over', 'many'], ['wanted']),
    node('Cast', ['wanted'], ['rounds'], [integer('to', INT64)]),
    node(
      'Loop',
      ['rounds', '', 'nothing'],
      [looped.name],
      [[...text(1, 'body'), ...message(6, body), ...number(20, GRAPH)]],
    ),
  ];
  const ports = outputs.map(({ name, shape }) => port(name, shape));
  writeFileSync(file, model(nodes, [port('input', [1, 3, 64, 64])], ports));
}
