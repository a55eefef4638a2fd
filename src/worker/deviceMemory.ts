import { SpotterError } from '../core/errors.js';
import type { Port, Values } from './network.js';
import type { NetworkName } from './protocol.js';

/** Networks on the device, in the order of their numbers in the shared memory. */
export const DEVICE_NETWORKS = ['detector', 'embedder'] as const satisfies readonly NetworkName[];

const MAX_OUTPUTS = 16;
/** Of inputs and outputs. */
const MAX_RANK = 4;

/** Cells of the control memory that belong to all slots. */
const WORK = 0;
const CLAIMED = 1;
const ORDER = 2;
const RUNS = 3;
const PICTURES = 4;
const SHARED_CELLS = 5;

/** Cells of one slot, from its first one. */
const STATE = 0;
const NETWORK = 1;
const ARRIVED = 2;
const INPUT_DIMS = 3;
const OUTPUT_DIMS = INPUT_DIMS + MAX_RANK;
const SLOT_CELLS = OUTPUT_DIMS + MAX_OUTPUTS * MAX_RANK;

/** States of a slot. */
const FREE = 0;
const WAITING = 1;
const DONE = 2;
const FAILED = 3;

/** Memory that the threads share with the thread of the device; structured-cloneable. */
export interface DeviceMemory {
  /** Provider of the device, for errors. */
  provider: string;
  control: Int32Array;
  /** One slot after another. */
  inputs: Float32Array;
  outputs: Float32Array;
  /** Values per slot. */
  inputLength: number;
  outputLength: number;
  /** Of each network that the device runs. */
  ports: Partial<Record<NetworkName, { inputs: Port[]; outputs: Port[] }>>;
}

/** A picture that waits for the device. */
export interface Waiting {
  slot: number;
  network: NetworkName;
  /** With 1 as the first. */
  dims: number[];
}

/** Memory for as many pictures as there are threads, since each waits for its own. */
export function allocate(
  slots: number,
  { inputLength, outputLength, ...rest }: Omit<DeviceMemory, 'control' | 'inputs' | 'outputs'>,
): DeviceMemory {
  const shared = (cells: number) => new SharedArrayBuffer(4 * cells);
  return {
    control: new Int32Array(shared(SHARED_CELLS + slots * SLOT_CELLS)),
    inputs: new Float32Array(shared(slots * inputLength)),
    outputs: new Float32Array(shared(slots * outputLength)),
    inputLength,
    outputLength,
    ...rest,
  };
}

/** How often the device has run, and how many pictures it has run. */
export function tally({ control }: DeviceMemory): { runs: number; pictures: number } {
  return { runs: Atomics.load(control, RUNS), pictures: Atomics.load(control, PICTURES) };
}

/** A slot of the memory, as the thread sees it that wants a result. */
export class DeviceSlot {
  readonly #memory: DeviceMemory;
  readonly #slot: number;

  /** Takes the next free slot, for good. */
  constructor(memory: DeviceMemory) {
    this.#memory = memory;
    this.#slot = Atomics.add(memory.control, CLAIMED, 1);
  }

  /**
   * Has the device run a network on one picture, and waits for it.
   *
   * @returns its outputs in the order of the file: memory that is valid until the next request
   * @throws SpotterError compute.failed with what the device says; RangeError when the picture does not fit
   */
  request(network: NetworkName, { data, dims }: Values): Values[] {
    const { control, inputs, inputLength, outputs, outputLength, ports, provider } = this.#memory;
    if (data.length > inputLength || dims.length > MAX_RANK)
      throw new RangeError(`an input of ${dims.join('x')} does not fit into the memory of the device`);
    const cell = cellOf(this.#slot);
    inputs.set(data, this.#slot * inputLength);
    control[cell + NETWORK] = DEVICE_NETWORKS.indexOf(network);
    control[cell + ARRIVED] = Atomics.add(control, ORDER, 1);
    writeDims(control, cell + INPUT_DIMS, dims);
    Atomics.store(control, cell + STATE, WAITING);
    Atomics.add(control, WORK, 1);
    Atomics.notify(control, WORK);
    while (Atomics.load(control, cell + STATE) === WAITING) Atomics.wait(control, cell + STATE, WAITING);
    const state = Atomics.exchange(control, cell + STATE, FREE);
    let at = this.#slot * outputLength;
    if (state === FAILED)
      throw new SpotterError(
        'compute.failed',
        `${provider} failed to run the ${network}: ${readText(outputs.subarray(at, at + outputLength))}`,
      );
    return (ports[network]?.outputs ?? []).map((_, index) => {
      const shape = readDims(control, cell + OUTPUT_DIMS + index * MAX_RANK);
      const values = { data: outputs.subarray(at, at + product(shape)), dims: shape };
      at += values.data.length;
      return values;
    });
  }
}

/** The other side: the thread of the device, which takes pictures and leaves results. */
export class DeviceDesk {
  readonly #memory: DeviceMemory;
  readonly #slots: number;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
    this.#slots = memory.inputs.length / memory.inputLength;
  }

  /**
   * Waits until there is a picture, and takes it with all others that fit into one run: of the same network and size. Whoever has
   * waited longest decides which.
   *
   * @param most pictures of a network in one run
   */
  take(most: (network: NetworkName) => number): Waiting[] {
    const { control } = this.#memory;
    for (;;) {
      const seen = Atomics.load(control, WORK);
      const waiting = this.#waiting();
      const [first] = waiting;
      if (first) {
        const isAlike = ({ network, dims }: Waiting) =>
          network === first.network && dims.join() === first.dims.join();
        return waiting.filter(isAlike).slice(0, most(first.network));
      }
      Atomics.wait(control, WORK, seen);
    }
  }

  /** The input of a picture. */
  input({ slot, dims }: Waiting): Float32Array {
    const start = slot * this.#memory.inputLength;
    return this.#memory.inputs.subarray(start, start + product(dims));
  }

  /** Hands over the outputs of one picture, in the order of the file. */
  finish({ slot }: Waiting, outputs: readonly Values[]): void {
    const { control, outputs: memory, outputLength } = this.#memory;
    const cell = cellOf(slot);
    let at = slot * outputLength;
    for (const [index, { data, dims }] of outputs.entries()) {
      memory.set(data, at);
      writeDims(control, cell + OUTPUT_DIMS + index * MAX_RANK, dims);
      at += data.length;
    }
    this.#end(slot, DONE);
  }

  /** Reports to whoever waits for a picture that there is no result. */
  fail({ slot }: Pick<Waiting, 'slot'>, why: string): void {
    const { outputs, outputLength } = this.#memory;
    writeText(outputs.subarray(slot * outputLength, (slot + 1) * outputLength), why);
    this.#end(slot, FAILED);
  }

  /** Notes a run of that many pictures. */
  note(pictures: number): void {
    Atomics.add(this.#memory.control, RUNS, 1);
    Atomics.add(this.#memory.control, PICTURES, pictures);
  }

  /** All pictures that wait, in the order in which they came. */
  #waiting(): Waiting[] {
    const { control } = this.#memory;
    return Array.from({ length: this.#slots }, (_, slot) => slot)
      .filter((slot) => Atomics.load(control, cellOf(slot) + STATE) === WAITING)
      .sort((a, b) => control[cellOf(a) + ARRIVED] - control[cellOf(b) + ARRIVED])
      .map((slot) => ({
        slot,
        network: DEVICE_NETWORKS[control[cellOf(slot) + NETWORK]],
        dims: readDims(control, cellOf(slot) + INPUT_DIMS),
      }));
  }

  #end(slot: number, state: number): void {
    const { control } = this.#memory;
    Atomics.store(control, cellOf(slot) + STATE, state);
    Atomics.notify(control, cellOf(slot) + STATE);
  }
}

function cellOf(slot: number): number {
  return SHARED_CELLS + slot * SLOT_CELLS;
}

function product(dims: readonly number[]): number {
  return dims.reduce((all, size) => all * size, 1);
}

function writeDims(control: Int32Array, at: number, dims: readonly number[]): void {
  for (let axis = 0; axis < MAX_RANK; axis++) control[at + axis] = dims[axis] ?? -1;
}

function readDims(control: Int32Array, at: number): number[] {
  return [...control.subarray(at, at + MAX_RANK)].filter((size) => size >= 0);
}

/** Text as one character per value. */
function writeText(memory: Float32Array, text: string): void {
  memory.fill(0);
  for (let i = 0; i < Math.min(text.length, memory.length); i++) memory[i] = text.charCodeAt(i);
}

function readText(memory: Float32Array): string {
  const end = memory.indexOf(0);
  return String.fromCharCode(...memory.subarray(0, end < 0 ? memory.length : end));
}
