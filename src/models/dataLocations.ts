import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What is read at once, bytes. */
const WINDOW_BYTES = 1 << 16;
/** Nested deeper, no reader of ONNX takes it either. */
const MAX_DEPTH = 100;

/** The fields of a message that are looked into, by number; those of a tensor are read. */
interface Message {
  [field: number]: Message | 'tensor';
}

// Numbers as in onnx.proto. Tensors are also in attributes of operators, which contain graphs, and in functions.
const SPARSE_TENSOR: Message = { 1: 'tensor', 2: 'tensor' };
const ATTRIBUTE: Message = { 5: 'tensor', 10: 'tensor', 22: SPARSE_TENSOR, 23: SPARSE_TENSOR };
const NODE: Message = { 5: ATTRIBUTE };
const GRAPH: Message = { 1: NODE, 5: 'tensor', 15: SPARSE_TENSOR };
Object.assign(ATTRIBUTE, { 6: GRAPH, 11: GRAPH });
const FUNCTION: Message = { 7: NODE, 11: ATTRIBUTE };
const MODEL: Message = { 7: GRAPH, 20: { 1: GRAPH, 2: GRAPH }, 25: FUNCTION };

const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
/** Value of {@link DATA_LOCATION}. */
const EXTERNAL = 1;

class NotProtobuf extends Error {}

/**
 * The other files that hold tensors of an ONNX file, as it writes them, each once. Weights are skipped, so that a large file costs
 * neither memory nor time.
 *
 * @returns none for a file that is not ONNX, which nothing can load
 * @throws the system error
 */
export function dataLocations(file: string): string[] {
  const source = new Source(file);
  try {
    const found = new Set<string>();
    readMessage(source, 0, source.size, MODEL, found, 0);
    return [...found];
  } catch (error) {
    if (error instanceof NotProtobuf) return [];
    throw error;
  } finally {
    source.close();
  }
}

function readMessage(
  source: Source,
  start: number,
  end: number,
  message: Message,
  found: Set<string>,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw new NotProtobuf();
  for (const { number, from, to } of fieldsIn(source, start, end)) {
    const inner = message[number];
    if (to === null || inner === undefined) continue;
    if (inner === 'tensor') readTensor(source, from, to, found);
    else readMessage(source, from, to, inner, found, depth + 1);
  }
}

function readTensor(source: Source, start: number, end: number, found: Set<string>): void {
  let isExternal = false;
  const locations: string[] = [];
  for (const { number, from, to } of fieldsIn(source, start, end)) {
    if (number === DATA_LOCATION && to === null) isExternal = source.varint(from).value === EXTERNAL;
    if (number !== EXTERNAL_DATA || to === null) continue;
    const [key, value] = ['', ''].map((_, index) => {
      const text = [...fieldsIn(source, from, to)].findLast((field) => field.number === index + 1);
      return text?.to ? source.text(text.from, text.to) : '';
    });
    if (key === 'location') locations.push(value);
  }
  if (isExternal) for (const location of locations) found.add(location);
}

/** The fields of a message; `to` is null where the value is a number, at `from`. */
function* fieldsIn(source: Source, start: number, end: number) {
  let at = start;
  while (at < end) {
    const tag = source.varint(at);
    const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
    let [from, to]: [number, number | null] = [tag.next, null];
    if (wireType === 0) at = source.varint(from).next;
    else if (wireType === 1) at = from + 8;
    else if (wireType === 5) at = from + 4;
    else if (wireType === 2) {
      const length = source.varint(from);
      from = length.next;
      to = from + length.value;
      at = to;
    } else throw new NotProtobuf();
    if (at > end) throw new NotProtobuf();
    yield { number, from, to };
  }
}

/** A file that is read here and there. */
class Source {
  readonly size: number;
  readonly #fd: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #start = 0;
  #length = 0;

  constructor(file: string) {
    this.#fd = openSync(file, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** A number at a place, and the place behind it. */
  varint(at: number): { value: number; next: number } {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte(at + index);
      value += (byte & 127) * 2 ** (7 * index);
      if (byte < 128) return { value, next: at + index + 1 };
    }
    throw new NotProtobuf();
  }

  text(from: number, to: number): string {
    return Buffer.from(Array.from({ length: to - from }, (_, index) => this.#byte(from + index))).toString();
  }

  #byte(at: number): number {
    if (at < this.#start || at >= this.#start + this.#length) {
      this.#start = at;
      this.#length = readSync(this.#fd, this.#window, 0, WINDOW_BYTES, at);
      if (this.#length === 0) throw new NotProtobuf();
    }
    return this.#window[at - this.#start];
  }
}
