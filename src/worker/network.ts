import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { describeError, SpotterError } from '../core/errors.js';
import type { Device } from './protocol.js';

/** Version of onnxruntime. */
export const runtimeVersion = env.versions.node ?? env.versions.common;

/** Name and shape of an input or output; a dimension is null where the network accepts any size. */
export interface Port {
  name: string;
  shape: (number | null)[];
}

/** A float tensor: row-major data and its dimensions. */
export interface Values {
  data: Float32Array;
  dims: readonly number[];
}

/** How a network is opened. */
export interface NetworkOptions {
  /** What runs it; default: the CPU, on the thread that calls. Operators that a device lacks run on the CPU. */
  device?: Device | null;
  /** Threads that share the work of a run, the calling one among them; default: 1. */
  threads?: number;
  /** Records which provider ran each operator into a file whose name begins with this; see {@link Network.endProfile}. */
  profilePrefix?: string;
}

/** A network that is ready to run, wherever it does. */
export interface Runnable {
  /** Inputs in the order of the file. */
  readonly inputs: Port[];
  /** Outputs in the order of the file. */
  readonly outputs: Port[];
  /** @returns every output by name; the memory is valid until the next run */
  run(feeds: Record<string, Values>): Promise<Record<string, Values>>;
}

/**
 * Threads that wait for their share of the work sleep. By default they spin, also between runs, which takes more than twice the
 * CPU time. The typings call `extra` an option of WebAssembly, but onnxruntime-node passes it on; values are strings.
 */
const NO_SPINNING = { session: { intra_op: { allow_spinning: '0' } } };

/** Opens the network of a file; see {@link Network.open}. */
export type OpenNetwork = (file: string, name: string) => Promise<Runnable>;

/** Input shapes whose output memory is kept: cameras of this many sizes share a worker without allocating per frame. */
const KEPT_SHAPES = 4;

/** An ONNX network that runs on the worker's own thread. Open it once and keep it: reopening leaks memory. */
export class Network implements Runnable {
  readonly #session: InferenceSession;
  readonly #name: string;
  readonly #device: Device | null;
  readonly #outputs = new Map<string, Record<string, Tensor>>();

  private constructor(session: InferenceSession, name: string, device: Device | null) {
    this.#session = session;
    this.#name = name;
    this.#device = device;
  }

  /**
   * Loads a network.
   *
   * @param source path of an ONNX file, or its bytes
   * @param name the network's name in errors
   * @throws SpotterError model.unreadable, model.unfit (an input or output is not float32), compute.failed (the device)
   */
  static async open(
    source: string | Uint8Array,
    name: string,
    { device = null, threads = 1, profilePrefix }: NetworkOptions = {},
  ): Promise<Network> {
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Memory patterns are kept per input shape: no faster here, and tens of MB per thread.
      enableMemPattern: false,
      // A device that cannot be had is an error of ours, in one sentence.
      logSeverityLevel: device ? 4 : 3,
      ...(threads > 1 && { extra: NO_SPINNING }),
      ...(device && { executionProviders: [providerOf(device)] }),
      ...(profilePrefix && { enableProfiling: true, profileFilePrefix: profilePrefix }),
    };
    let session: InferenceSession;
    try {
      session =
        typeof source === 'string'
          ? await InferenceSession.create(source, options)
          : await InferenceSession.create(source, options);
    } catch (cause) {
      if (device) throw new SpotterError('compute.failed', describeError(cause), { cause });
      throw unreadable(name, cause);
    }
    for (const port of [...session.inputMetadata, ...session.outputMetadata]) {
      if (!port.isTensor || port.type !== 'float32') {
        const type = port.isTensor ? port.type : 'not a tensor';
        throw new SpotterError(
          'model.unfit',
          `${name} has "${port.name}" of type ${type}; use a float32 network`,
        );
      }
    }
    return new Network(session, name, device);
  }

  /** Inputs in the order of the file. */
  get inputs(): Port[] {
    return this.#session.inputMetadata.map(toPort);
  }

  /** Outputs in the order of the file. */
  get outputs(): Port[] {
    return this.#session.outputMetadata.map(toPort);
  }

  /**
   * Runs the network. Blocks this thread; cannot be aborted.
   *
   * @returns every output by name. The memory is reused: it is valid until the next run with inputs of the same shapes.
   * @throws SpotterError compute.failed for a device; model.unfit when the first run fails, as of a network that wants more memory
   * than there is; later whatever onnxruntime throws
   */
  async run(feeds: Record<string, Values>): Promise<Record<string, Values>> {
    const tensors: Record<string, Tensor> = {};
    for (const [name, { data, dims }] of Object.entries(feeds))
      tensors[name] = new Tensor('float32', data, dims);
    const shapes = Object.values(feeds)
      .map(({ dims }) => dims.join('x'))
      .join();
    const known = this.#outputs.get(shapes);
    const running = known ? this.#session.run(tensors, known) : this.#session.run(tensors);
    const results = await running.catch((cause: unknown) => this.#fail(cause));
    if (!known) this.#keep(shapes, { ...results });
    return results as Record<string, Values>;
  }

  /** Writes the profile. */
  endProfile(): void {
    this.#session.endProfiling();
  }

  #fail(cause: unknown): never {
    if (this.#device) throw new SpotterError('compute.failed', describeError(cause), { cause });
    // It has run before.
    if (this.#outputs.size > 0) throw cause;
    const why = runtimeReason(cause);
    throw new SpotterError('model.unfit', `${this.#name} cannot be run (${why}); use another file or model`, {
      cause,
    });
  }

  #keep(shapes: string, outputs: Record<string, Tensor>): void {
    const oldest = this.#outputs.keys().next();
    if (this.#outputs.size >= KEPT_SHAPES && !oldest.done) this.#outputs.delete(oldest.value);
    this.#outputs.set(shapes, outputs);
  }
}

function providerOf({ backend, number }: Device): { name: string; deviceId?: number } {
  return { name: backend, ...(number !== null && { deviceId: number }) };
}

/**
 * Computes what is constant in a network and joins operators that need not be two, such as a convolution and its batch norm. The
 * result has standard operators only, since what onnxruntime would do for this processor alone is left out.
 *
 * @param target the file to write
 * @param name the network's name in errors
 * @throws SpotterError model.unreadable
 */
export async function foldConstants(model: Uint8Array, target: string, name: string): Promise<void> {
  try {
    const session = await InferenceSession.create(model, {
      graphOptimizationLevel: 'basic',
      optimizedModelFilePath: target,
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    await session.release();
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause: unknown): SpotterError {
  const message = `${name} cannot be loaded (${runtimeReason(cause)}); check that it is an ONNX file`;
  return new SpotterError('model.unreadable', message, { cause });
}

/** Why onnxruntime refuses a network, without its names of files and functions. */
function runtimeReason(cause: unknown): string {
  return describeError(cause)
    .replace(/^(Load model from .* failed: ?|.*Status Message: )/, '')
    .replace(/^\S+\.cc:\d+ .*?\) (?=[A-Z])/, '')
    .replace(/\.$/, '');
}

function toPort(port: InferenceSession.ValueMetadata): Port {
  if (!port.isTensor) return { name: port.name, shape: [] };
  return {
    name: port.name,
    shape: port.shape.map((size) => (typeof size === 'number' && size > 0 ? size : null)),
  };
}
