import { SpotterError } from '../core/errors.js';
import {
  floatConstants,
  type OnnxModel,
  opsetOf,
  readOnnx,
  setOpset,
  withOutputs,
  writeOnnx,
} from './onnxFile.js';
import { raiseOpset } from './opset.js';
import { type Plan, planQuantization } from './plan.js';
import { ValueHistogram } from './ranges.js';
import { quantizedModel } from './rewrite.js';
import { checkSupported } from './support.js';

/** Computes what is constant in a network, so that batch norms, for example, become part of the weights; gives a standard model again. */
export type Fold = (model: Uint8Array) => Promise<Uint8Array>;

/** Makes the quantized version of a network: run {@link watched} on typical inputs, {@link observe} each result, then {@link write}. */
export class Quantizer {
  /** The float network, which also returns the tensors whose values must be known. */
  readonly watched: Uint8Array;
  readonly #model: OnnxModel;
  readonly #plan: Plan;
  readonly #name: string;
  readonly #values: ReadonlyMap<string, ValueHistogram>;

  private constructor(model: OnnxModel, plan: Plan, name: string) {
    this.#model = model;
    this.#plan = plan;
    this.#name = name;
    this.#values = new Map(plan.observed.map((tensor) => [tensor, new ValueHistogram()]));
    this.watched = writeOnnx(withOutputs(model, plan.observed));
  }

  /**
   * Reads a float network.
   *
   * @param name how errors call it
   * @throws SpotterError model.unreadable; model.unfit for a network that cannot be quantized
   */
  static async read(bytes: Uint8Array, name: string, fold: Fold): Promise<Quantizer> {
    const raw = readOnnx(bytes, name);
    checkSupported(raw, name);
    raiseOpset(raw, name);
    const model = readOnnx(await fold(writeOnnx(raw)), name);
    setOpset(model, opsetOf(model));
    const plan = planQuantization(model.graph, floatConstants(model.graph));
    if (!plan.nodes.some(({ isLayer }) => isLayer))
      throw new SpotterError(
        'model.unfit',
        `${name} cannot be quantized: of its ${plan.layers} layers with constant weights (Conv, Gemm, MatMul), none lies between the first and the last`,
      );
    return new Quantizer(model, plan, name);
  }

  /** Layers with weights, and how many of them are quantized. */
  get layers(): { all: number; quantized: number } {
    return { all: this.#plan.layers, quantized: this.#plan.nodes.filter(({ isLayer }) => isLayer).length };
  }

  /** Notes the values of one run of {@link watched}. @throws SpotterError model.unfit when one is infinite */
  observe(outputs: Readonly<Record<string, { data: Float32Array }>>): void {
    for (const [tensor, histogram] of this.#values) {
      try {
        histogram.add(outputs[tensor].data);
      } catch (cause) {
        throw new SpotterError(
          'model.unfit',
          `${this.#name} cannot be quantized: its tensor "${tensor}" becomes infinite; use another file`,
          { cause },
        );
      }
    }
  }

  /** The quantized network. @param reduceRange for processors on which products of bytes overflow */
  write(reduceRange: boolean): Uint8Array {
    const scales = new Map([...this.#values].map(([tensor, histogram]) => [tensor, histogram.bestScale()]));
    return writeOnnx(quantizedModel(this.#model, { plan: this.#plan, scales, reduceRange }));
  }
}
