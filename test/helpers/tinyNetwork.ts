import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto, TensorProto_DataType } from 'onnx-buf';
import { makeTensor } from '../../src/quantize/onnxFile.js';
import { randomNumbers } from './random.js';

/** A network from a picture of 3 channels to one tensor. */
export interface TinyNetwork {
  nodes: NodeProto[];
  /** Constants by name, with their dimensions; filled with numbers around 0. */
  weights?: Record<string, number[]>;
  /** What constants are multiplied by, by index. */
  factors?: Record<string, (index: number) => number>;
  output: string;
  /** Side of the input "in", px. */
  side?: number;
  opset?: number;
  /** List the constants among the inputs, as older tools do. */
  listsConstants?: boolean;
}

/** The bytes of an ONNX file. */
export function tinyNetwork(network: TinyNetwork): Uint8Array {
  const { nodes, weights = {}, factors = {}, output, side = 16, opset = 13, listsConstants } = network;
  const next = randomNumbers(7);
  const constants = Object.entries(weights).map(([name, dims]) => {
    const length = dims.reduce((product, size) => product * size, 1);
    const factor = factors[name] ?? (() => 1);
    const data = Float32Array.from({ length }, (_, index) => (next() - 0.5) * factor(index));
    return makeTensor(name, data, dims);
  });
  const model = create(ModelProtoSchema, {
    irVersion: 7n,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: {
      name: 'tiny',
      node: nodes,
      input: [
        port('in', [1, 3, side, side]),
        ...(listsConstants ? Object.entries(weights).map(([name, dims]) => port(name, dims)) : []),
      ],
      output: [port(output, null)],
      initializer: constants,
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function port(name: string, dims: number[] | null) {
  const dim = (dims ?? []).map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  const value = { elemType: TensorProto_DataType.FLOAT, ...(dims && { shape: { dim } }) };
  return { name, type: { value: { case: 'tensorType' as const, value } } };
}
