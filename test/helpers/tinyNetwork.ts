import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto, TensorProto_DataType } from 'onnx-buf';
import { makeTensor } from '../../src/quantize/onnxFile.js';
import { randomNumbers } from './random.js';

/** A network from a picture of 3 channels to one tensor. */
export interface TinyNetwork {
  nodes: NodeProto[];
  /** Constants by name, with their dimensions; filled with numbers around 0. */
  weights?: Record<string, number[]>;
  /** Constants that are whole numbers. */
  sizes?: Record<string, number[]>;
  output: string;
  opset?: number;
}

/** The bytes of an ONNX file; "in" is [1, 3, 16, 16]. */
export function tinyNetwork({
  nodes,
  weights = {},
  sizes = {},
  output,
  opset = 13,
}: TinyNetwork): Uint8Array {
  const next = randomNumbers(7);
  const values = (dims: number[]) =>
    Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, () => next() - 0.5);
  const port = (name: string, dims: number[]) => ({
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: {
          elemType: TensorProto_DataType.FLOAT,
          ...(dims.length > 0 && {
            shape: {
              dim: dims.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } })),
            },
          }),
        },
      },
    },
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 7n,
      opsetImport: [{ domain: '', version: BigInt(opset) }],
      graph: {
        name: 'tiny',
        node: nodes,
        input: [port('in', [1, 3, 16, 16])],
        output: [port(output, [])],
        initializer: [
          ...Object.entries(weights).map(([name, dims]) => makeTensor(name, values(dims), dims)),
          ...Object.entries(sizes).map(([name, list]) =>
            makeTensor(name, BigInt64Array.from(list, BigInt), [list.length]),
          ),
        ],
      },
    }),
  );
}
