/**
 * Just enough of onnx.proto to write small models field by field; the alternative is a Protocol Buffers compiler for a
 * file of 120 bytes. Source: onnx.proto, IR version 8.
 */

/** The bytes of one or more encoded fields. */
export type Fields = readonly number[];

/** A length-delimited field: a nested message, or bytes. */
export function message(field: number, bytes: Fields): number[] {
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
}

/** A string field. */
export function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

/** An integer field, 0 or more. */
export function number(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** A float tensor as input or output (ValueInfoProto); a dimension is a size or a name. */
export function port(name: string, dimensions: readonly (number | string)[]): number[] {
  const shape = dimensions.flatMap((size) =>
    message(1, typeof size === 'number' ? number(1, size) : text(2, size)),
  );
  const FLOAT = 1;
  return [...text(1, name), ...message(2, message(1, [...number(1, FLOAT), ...message(2, shape)]))];
}

/** A complete model of opset 13 (ModelProto). */
export function model(
  nodes: readonly Fields[],
  inputs: readonly Fields[],
  outputs: readonly Fields[],
): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => message(1, node)),
    ...text(2, 'graph'),
    ...inputs.flatMap((input) => message(11, input)),
    ...outputs.flatMap((output) => message(12, output)),
  ];
  const opset = [...text(1, ''), ...number(2, 13)];
  return Uint8Array.from([...number(1, 8), ...message(7, graph), ...message(8, opset)]);
}
