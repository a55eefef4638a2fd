/**
 * The ONNX file of `similarities[q, n] = probes[q, d] x gallery[d, n]`, written field by field: it is 120 bytes, and
 * the alternative is a generator of Protocol Buffers. Source: onnx.proto, ModelProto of IR version 8, opset 13.
 */
export function matMulModel(): Uint8Array {
  const node = [
    ...text(1, 'probes'),
    ...text(1, 'gallery'),
    ...text(2, 'similarities'),
    ...text(4, 'MatMul'),
  ];
  const graph = [
    ...message(1, node),
    ...text(2, 'match'),
    ...message(11, floats('probes', ['q', 'd'])),
    ...message(11, floats('gallery', ['d', 'n'])),
    ...message(12, floats('similarities', ['q', 'n'])),
  ];
  const opset = [...text(1, ''), ...number(2, 13)];
  return Uint8Array.from([...number(1, 8), ...message(7, graph), ...message(8, opset)]);
}

/** ValueInfoProto of a float tensor with named dimensions. */
function floats(name: string, dimensions: string[]): number[] {
  const shape = dimensions.flatMap((dimension) => message(1, text(2, dimension)));
  return [...text(1, name), ...message(2, message(1, [...number(1, 1), ...message(2, shape)]))];
}

/** A length-delimited field; every field here is shorter than 128 bytes but the graph. */
function message(field: number, bytes: number[]): number[] {
  return [(field << 3) | 2, ...varint(bytes.length), ...bytes];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

function number(field: number, value: number): number[] {
  return [field << 3, ...varint(value)];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
