import { attribute, type GraphProto, intAttribute, type NodeProto, type Tensor } from './onnxFile.js';

/** An operator that is computed in whole numbers. */
export interface QuantizedNode {
  node: NodeProto;
  /** Its input tensors that depend on the picture. */
  inputs: string[];
  /** Its output, behind the activation that it absorbs. */
  output: string;
  /** A Relu or Clip that the limits of the output's numbers replace. */
  activation: NodeProto | null;
  /** A layer with weights. */
  isLayer: boolean;
}

/** Which operators of a network are quantized. */
export interface Plan {
  nodes: QuantizedNode[];
  /** Layers with weights in all. */
  layers: number;
  /** Tensors whose range must be measured. */
  observed: string[];
  /** Tensors with the scale of another one, which must be looked up in turn. */
  sameAs: Map<string, string>;
}

const LAYERS = new Set(['Conv', 'Gemm', 'MatMul']);
/** Operators without weights that onnxruntime computes in whole numbers. */
const JOINS = new Set(['Add', 'Concat', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'Resize']);
/** Of these, those that pass on the numbers as they are. */
const PASS_ON = new Set(['MaxPool', 'Resize']);

/**
 * Chooses what is quantized: layers with constant weights, but not the first and the last ones, and what lies between them and can be
 * computed in whole numbers too. All else stays in float.
 */
export function planQuantization(graph: GraphProto, constants: ReadonlyMap<string, Tensor>): Plan {
  const flow = new Flow(graph, constants);
  const layers = graph.node.filter((node) => isLayer(node, constants));
  const inner = new Set(innerLayers(graph, new Set(layers), flow));
  const nodes: QuantizedNode[] = [];
  const produced = new Set<string>();
  const sameAs = new Map<string, string>();
  for (const node of graph.node) {
    const inputs = flow.varying(node);
    const isInner = inner.has(node);
    if (!isInner && !(isJoin(node, flow) && inputs.every((name) => produced.has(name)))) continue;
    const activation = PASS_ON.has(node.opType) ? null : flow.absorbable(node);
    const output = (activation ?? node).output[0];
    nodes.push({ node, inputs, output, activation, isLayer: isInner });
    produced.add(output);
    if (PASS_ON.has(node.opType)) sameAs.set(output, inputs[0]);
  }
  const tensors = new Set(nodes.flatMap(({ inputs, output }) => [...inputs, output]));
  return { nodes, layers: layers.length, observed: [...tensors].filter((name) => !sameAs.has(name)), sameAs };
}

function isLayer(node: NodeProto, constants: ReadonlyMap<string, Tensor>): boolean {
  if (!LAYERS.has(node.opType)) return false;
  const weights = constants.get(node.input[1]);
  const isBiasKnown = node.input.length < 3 || node.input[2] === '' || constants.has(node.input[2]);
  if (!weights || constants.has(node.input[0]) || !isBiasKnown) return false;
  if (node.opType === 'MatMul') return weights.dims.length === 2;
  if (node.opType === 'Gemm') {
    const factor = (name: string) => attribute(node, name)?.f ?? 1;
    return intAttribute(node, 'transA', 0) === 0 && factor('alpha') === 1 && factor('beta') === 1;
  }
  return true;
}

function isJoin(node: NodeProto, flow: Flow): boolean {
  if (!JOINS.has(node.opType) || node.output.length !== 1) return false;
  const inputs = flow.varying(node);
  if (node.opType === 'Add') return inputs.length === 2 && node.input.length === 2;
  if (node.opType === 'Concat') return inputs.length === node.input.length;
  if (node.opType === 'Resize')
    return Buffer.from(attribute(node, 'mode')?.s ?? 'nearest').toString() === 'nearest';
  return true;
}

/** The layers that have layers before and behind them. */
function innerLayers(graph: GraphProto, layers: ReadonlySet<NodeProto>, flow: Flow): NodeProto[] {
  const behind = new Set<string>();
  const hasBefore = new Set<NodeProto>();
  for (const node of graph.node) {
    const isBehind = node.input.some((name) => behind.has(name));
    if (isBehind) hasBefore.add(node);
    if (isBehind || layers.has(node)) for (const name of node.output) behind.add(name);
  }
  const before = new Set<string>();
  const hasBehind = new Set<NodeProto>();
  for (const node of [...graph.node].reverse()) {
    const isBefore = node.output.some((name) => before.has(name));
    if (isBefore) hasBehind.add(node);
    // Through the shape of a tensor nothing flows that a layer has computed.
    if (isBefore || layers.has(node)) for (const name of flow.varying(node)) before.add(name);
  }
  return [...layers].filter((node) => hasBefore.has(node) && hasBehind.has(node));
}

/** Operators whose output depends on the size of the input alone. */
const SHAPE_ONLY = new Set(['Shape', 'Size']);
/** Operators whose further inputs are sizes. */
const SIZED_BY_REST = new Set(['Resize', 'Reshape', 'Expand', 'Slice', 'Pad', 'Clip', 'Tile']);

/** Where tensors come from and go to. */
class Flow {
  readonly #constants: ReadonlyMap<string, Tensor>;
  readonly #others: ReadonlySet<string>;
  readonly #consumers = new Map<string, NodeProto[]>();
  readonly #outputs: ReadonlySet<string>;

  constructor(graph: GraphProto, constants: ReadonlyMap<string, Tensor>) {
    this.#constants = constants;
    this.#others = new Set(graph.initializer.map(({ name }) => name));
    this.#outputs = new Set(graph.output.map(({ name }) => name));
    for (const node of graph.node)
      for (const name of new Set(node.input)) this.#consumers.set(name, [...this.consumers(name), node]);
  }

  consumers(name: string): NodeProto[] {
    return this.#consumers.get(name) ?? [];
  }

  /** The inputs of a node that carry what the picture shows. */
  varying(node: NodeProto): string[] {
    if (SHAPE_ONLY.has(node.opType)) return [];
    const inputs = SIZED_BY_REST.has(node.opType) ? node.input.slice(0, 1) : node.input;
    return inputs.filter((name) => name !== '' && !this.#others.has(name));
  }

  /** The only consumer of a node's output, if it is an activation that limits of the output's numbers can replace. */
  absorbable(node: NodeProto): NodeProto | null {
    const [output] = node.output;
    const [next, ...more] = this.consumers(output);
    if (!next || more.length > 0 || this.#outputs.has(output)) return null;
    if (next.opType === 'Relu') return next;
    if (next.opType !== 'Clip') return null;
    const bound = (index: number, none: number) => {
      const name = next.input[index];
      return name ? (this.#constants.get(name)?.data[0] ?? Number.NaN) : none;
    };
    return bound(1, -Infinity) <= 0 && bound(2, Infinity) >= 0 ? next : null;
  }
}
