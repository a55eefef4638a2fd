/** The fields of a message that are looked into, by number; a tensor is read by whoever looks. */
export interface Message {
  [field: number]: Message | 'tensor';
}

// Numbers as in onnx.proto. Tensors are also in attributes of operators, which contain graphs, and in functions.
const SPARSE_TENSOR: Message = { 1: 'tensor', 2: 'tensor' };
const ATTRIBUTE: Message = { 5: 'tensor', 10: 'tensor', 22: SPARSE_TENSOR, 23: SPARSE_TENSOR };
const NODE: Message = { 5: ATTRIBUTE };
const GRAPH: Message = { 1: NODE, 5: 'tensor', 15: SPARSE_TENSOR };
Object.assign(ATTRIBUTE, { 6: GRAPH, 11: GRAPH });
const FUNCTION: Message = { 7: NODE, 11: ATTRIBUTE };

/** Where tensors are in an ONNX file. */
export const MODEL: Message = { 7: GRAPH, 20: { 1: GRAPH, 2: GRAPH }, 25: FUNCTION };

const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
/** Value of {@link DATA_LOCATION}. */
const EXTERNAL = 1;
/** Fields of a tensor that say where its values are. */
export const PLACES: ReadonlySet<number> = new Set([RAW_DATA, EXTERNAL_DATA, DATA_LOCATION]);
/** What a field of raw values begins with. */
export const RAW_DATA_TAG: number = RAW_DATA * 8 + 2;

/** Nested deeper, no reader of ONNX takes it either. */
export const MAX_DEPTH = 100;

/** The bytes are no message. */
export class NotProtobuf extends Error {}

/** Bytes by their place. @throws NotProtobuf behind the end */
export type ByteAt = (at: number) => number;

/** A field; `to` is null where the value is a number, at `from`. */
export interface Field {
  number: number;
  /** Where the field begins. */
  start: number;
  /** Where its value begins. */
  from: number;
  to: number | null;
  /** Where the next field begins. */
  next: number;
}

/** The fields of a message. @throws NotProtobuf */
export function* fieldsIn(byteAt: ByteAt, start: number, end: number): Generator<Field> {
  let at = start;
  while (at < end) {
    const tag = varint(byteAt, at);
    const field: Field = { number: Math.floor(tag.value / 8), start: at, from: tag.next, to: null, next: 0 };
    const wireType = tag.value % 8;
    if (wireType === 0) field.next = varint(byteAt, tag.next).next;
    else if (wireType === 1) field.next = tag.next + 8;
    else if (wireType === 5) field.next = tag.next + 4;
    else if (wireType === 2) {
      const length = varint(byteAt, tag.next);
      field.from = length.next;
      field.to = length.next + length.value;
      field.next = field.to;
    } else throw new NotProtobuf();
    if (field.next > end) throw new NotProtobuf();
    yield field;
    at = field.next;
  }
}

function varint(byteAt: ByteAt, at: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = byteAt(at + index);
    value += (byte & 127) * 2 ** (7 * index);
    if (byte < 128) return { value, next: at + index + 1 };
  }
  throw new NotProtobuf();
}

/** What a tensor says of the other file that holds its values, such as `location`, `offset` and `length`; null: they are here. */
export function externalPlace(byteAt: ByteAt, start: number, end: number): Map<string, string> | null {
  let isExternal = false;
  const place = new Map<string, string>();
  for (const { number, from, to } of fieldsIn(byteAt, start, end)) {
    if (number === DATA_LOCATION && to === null) isExternal = varint(byteAt, from).value === EXTERNAL;
    if (number !== EXTERNAL_DATA || to === null) continue;
    const texts = ['', '', ''];
    for (const part of fieldsIn(byteAt, from, to))
      if (part.to !== null) texts[part.number] = textOf(byteAt, part.from, part.to);
    place.set(texts[1], texts[2]);
  }
  return isExternal ? place : null;
}

function textOf(byteAt: ByteAt, from: number, to: number): string {
  return Buffer.from(Array.from({ length: to - from }, (_, index) => byteAt(from + index))).toString();
}
