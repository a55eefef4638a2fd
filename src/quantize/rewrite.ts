import {
  copyOnnx,
  floatConstants,
  intAttribute,
  makeNode,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  type Tensor,
} from './onnxFile.js';
import type { Plan, QuantizedNode } from './plan.js';
import type { ByteScale } from './ranges.js';
import { quantizeWeights } from './weights.js';

/** What is needed to write a quantized network. */
export interface RewriteOptions {
  plan: Plan;
  /** Of every tensor that the plan observes. */
  scales: ReadonlyMap<string, ByteScale>;
  reduceRange: boolean;
}

/**
 * The quantized network as a standard ONNX model: every quantized tensor goes through QuantizeLinear and DequantizeLinear, which
 * onnxruntime joins with the operators between them into operators on whole numbers.
 */
export function quantizedModel(model: OnnxModel, { plan, scales, reduceRange }: RewriteOptions): OnnxModel {
  const result = copyOnnx(model);
  const { graph } = result;
  const constants = floatConstants(graph);
  const writer = new Writer(plan, scales, constants, reduceRange);
  const planned = new Map(plan.nodes.map((one) => [one.node.output[0], one]));
  const absorbed = new Set(plan.nodes.flatMap(({ activation }) => activation?.output[0] ?? []));
  const inputs = new Set(graph.input.map(({ name }) => name));
  for (const name of writer.before(inputs)) writer.pair(name);
  for (const node of graph.node) {
    if (absorbed.has(node.output[0])) continue;
    const one = planned.get(node.output[0]);
    if (one) writer.quantized(node, one);
    else writer.float(node);
  }
  graph.node = writer.nodes;
  graph.initializer.push(...writer.tensors);
  const used = new Set(graph.node.flatMap(({ input }) => input));
  const outputs = new Set(graph.output.map(({ name }) => name));
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name) || outputs.has(name));
  // What older tools wrote there beside the inputs: constants that may be replaced, and shapes that no longer apply.
  graph.input = graph.input.filter(({ name }) => !constants.has(name));
  graph.valueInfo = [];
  return result;
}

class Writer {
  readonly nodes: NodeProto[] = [];
  readonly tensors: ReturnType<typeof makeTensor>[] = [];
  readonly #plan: Plan;
  readonly #scales: ReadonlyMap<string, ByteScale>;
  readonly #constants: ReadonlyMap<string, Tensor>;
  readonly #reduceRange: boolean;
  /** Tensors that float operators compute and quantized ones read. */
  readonly #toQuantize: ReadonlySet<string>;

  constructor(
    plan: Plan,
    scales: ReadonlyMap<string, ByteScale>,
    constants: ReadonlyMap<string, Tensor>,
    reduceRange: boolean,
  ) {
    this.#plan = plan;
    this.#scales = scales;
    this.#constants = constants;
    this.#reduceRange = reduceRange;
    const made = new Set(plan.nodes.map(({ output }) => output));
    this.#toQuantize = new Set(plan.nodes.flatMap(({ inputs }) => inputs.filter((name) => !made.has(name))));
  }

  /** Those of the tensors that quantized operators read. */
  before(names: ReadonlySet<string>): string[] {
    return [...names].filter((name) => this.#toQuantize.has(name));
  }

  /** Adds an operator that stays as it is. */
  float(node: NodeProto): void {
    this.nodes.push(node);
    for (const name of this.before(new Set(node.output))) this.pair(name);
  }

  /** A tensor as bytes and back, for the quantized operators that read it. */
  pair(name: string): void {
    this.#convert(name, name, rounded(name));
  }

  quantized(node: NodeProto, { output, isLayer }: QuantizedNode): void {
    const read = (name: string) => (this.#toQuantize.has(name) ? rounded(name) : name);
    node.input = node.input.map(read);
    if (isLayer) this.#layer(node);
    node.output = [`${output}_float`];
    this.nodes.push(node);
    // Everybody else reads the same numbers: onnxruntime joins an operator only with the one conversion of its output.
    this.#convert(output, `${output}_float`, output);
  }

  #layer(node: NodeProto): void {
    const [input, weightName, biasName] = node.input;
    const original = input.endsWith(ROUNDED) ? input.slice(0, -ROUNDED.length) : input;
    const weights = this.#constant(weightName);
    const bias = biasName ? this.#constant(biasName).data : null;
    const axis =
      node.opType === 'MatMul' || (node.opType === 'Gemm' && intAttribute(node, 'transB', 0) === 0) ? 1 : 0;
    const inputScale = this.#scaleOf(original).scale;
    const {
      data,
      scales,
      bias: wholeBias,
    } = quantizeWeights(weights, bias, {
      axis,
      inputScale,
      reduceRange: this.#reduceRange,
    });
    const base = `${node.output[0]}_weights`;
    node.input[1] = this.#dequantized(base, data, weights.dims, scales, new Int8Array(scales.length), axis);
    if (!wholeBias) return;
    const biasScales = scales.map((scale) => scale * inputScale);
    const dims = [wholeBias.length];
    node.input[2] = this.#dequantized(`${node.output[0]}_bias`, wholeBias, dims, biasScales, null, 0);
  }

  #dequantized(
    name: string,
    data: Int8Array | Int32Array,
    dims: readonly number[],
    scales: Float32Array,
    zeros: Int8Array | null,
    axis: number,
  ): string {
    const perChannel = [scales.length];
    this.tensors.push(makeTensor(`${name}_int`, data, dims), makeTensor(`${name}_scale`, scales, perChannel));
    const inputs = [`${name}_int`, `${name}_scale`];
    const zeroPoints = zeros ?? new Int32Array(scales.length);
    this.tensors.push(makeTensor(`${name}_zero`, zeroPoints, perChannel));
    inputs.push(`${name}_zero`);
    this.nodes.push(makeNode('DequantizeLinear', `${name}_dequantize`, inputs, [name], { axis }));
    return name;
  }

  #convert(tensor: string, from: string, to: string): void {
    const { scale, zero } = this.#scaleOf(tensor);
    const constants = [`${tensor}_scale`, `${tensor}_zero`];
    this.tensors.push(
      makeTensor(constants[0], Float32Array.of(scale), []),
      makeTensor(constants[1], Uint8Array.of(zero), []),
    );
    const bytes = `${tensor}_bytes`;
    this.nodes.push(
      makeNode('QuantizeLinear', `${tensor}_quantize`, [from, ...constants], [bytes]),
      makeNode('DequantizeLinear', `${tensor}_dequantize`, [bytes, ...constants], [to]),
    );
  }

  #scaleOf(name: string): ByteScale {
    const same = this.#plan.sameAs.get(name);
    if (same !== undefined) return this.#scaleOf(same);
    const scale = this.#scales.get(name);
    if (!scale) throw new Error(`no range of tensor ${name}`);
    return scale;
  }

  #constant(name: string): Tensor {
    const found = this.#constants.get(name);
    if (!found) throw new Error(`no constant ${name}`);
    return found;
  }
}

const ROUNDED = '_rounded';

function rounded(name: string): string {
  return `${name}${ROUNDED}`;
}
