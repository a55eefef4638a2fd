import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { SpotterError } from '../core/errors.js';

export type { GraphProto, NodeProto };

/** The content of an ONNX file with its graph. */
export interface OnnxModel {
  proto: ModelProto;
  graph: GraphProto;
}

/** Values of a tensor in row-major order, and its dimensions. */
export interface Tensor {
  data: Float32Array;
  dims: number[];
}

/** @param name how errors call the file. @throws SpotterError model.unreadable when it is no ONNX model */
export function readOnnx(bytes: Uint8Array, name: string): OnnxModel {
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new SpotterError('model.unreadable', `${name} is not an ONNX file; install it again`, { cause });
  }
  if (!proto.graph) throw new SpotterError('model.unreadable', `${name} has no graph; install it again`);
  return { proto, graph: proto.graph };
}

/** The bytes of the file. */
export function writeOnnx({ proto }: OnnxModel): Uint8Array {
  return toBinary(ModelProtoSchema, proto);
}

/** An independent copy. */
export function copyOnnx(model: OnnxModel): OnnxModel {
  return readOnnx(writeOnnx(model), 'the copy');
}

/** Version of the standard operators that a model uses. */
export function opsetOf({ proto }: OnnxModel): number {
  return Number(proto.opsetImport.find(({ domain }) => isStandard(domain))?.version ?? 0);
}

/** Sets the version of the standard operators, and drops every other set. */
export function setOpset({ proto }: OnnxModel, version: number): void {
  proto.opsetImport = [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(version) })];
}

/** Whether an operator is one of the ONNX standard. */
export function isStandard(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

export function attribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((candidate) => candidate.name === name);
}

/** A whole-number attribute. */
export function intAttribute(node: NodeProto, name: string, otherwise: number): number {
  const found = attribute(node, name);
  return found ? Number(found.i) : otherwise;
}

/** Constant float tensors by name; others are left out. */
export function floatConstants(graph: GraphProto): Map<string, Tensor> {
  return new Map(
    graph.initializer.flatMap((tensor) => {
      const data = floatsOf(tensor);
      return data ? [[tensor.name, { data, dims: tensor.dims.map(Number) }] as const] : [];
    }),
  );
}

function floatsOf(tensor: TensorProto): Float32Array | null {
  const isHere = tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL;
  if (tensor.dataType !== TensorProto_DataType.FLOAT || !isHere) return null;
  if (tensor.rawData.length === 0) return Float32Array.from(tensor.floatData);
  // The bytes lie anywhere in the file, a Float32Array only at multiples of four.
  return new Float32Array(Uint8Array.from(tensor.rawData).buffer);
}

/** A node of a standard operator. */
export function makeNode(
  opType: string,
  name: string,
  input: string[],
  output: string[],
  attributes: Record<string, number> = {},
): NodeProto {
  const INT = 2;
  return create(NodeProtoSchema, {
    opType,
    name,
    input,
    output,
    attribute: Object.entries(attributes).map(([key, value]) => ({ name: key, i: BigInt(value), type: INT })),
  });
}

type TensorData = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** A constant tensor; a scalar has no dimensions. */
export function makeTensor(name: string, data: TensorData, dims: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: typeOf(data),
    // Little-endian, as every machine that runs Node has them.
    rawData: new Uint8Array(data.slice().buffer),
  });
}

function typeOf(data: TensorData): TensorProto_DataType {
  if (data instanceof Float32Array) return TensorProto_DataType.FLOAT;
  if (data instanceof Int8Array) return TensorProto_DataType.INT8;
  if (data instanceof Uint8Array) return TensorProto_DataType.UINT8;
  return data instanceof Int32Array ? TensorProto_DataType.INT32 : TensorProto_DataType.INT64;
}

/** A copy of a model that also returns these float tensors. */
export function withOutputs(model: OnnxModel, names: readonly string[]): OnnxModel {
  const copy = copyOnnx(model);
  const present = new Set(copy.graph.output.map(({ name }) => name));
  for (const name of names.filter((one) => !present.has(one))) {
    copy.graph.output.push(
      create(ValueInfoProtoSchema, {
        name,
        type: { value: { case: 'tensorType', value: { elemType: TensorProto_DataType.FLOAT } } },
      }),
    );
  }
  return copy;
}
