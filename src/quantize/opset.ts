import { SpotterError } from '../core/errors.js';
import {
  attribute,
  isStandard,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  opsetOf,
  setOpset,
} from './onnxFile.js';

/** The first version whose QuantizeLinear has a scale per channel, and whose pooling works on bytes. */
const NEEDED = 13;
/** Between this version and {@link NEEDED}, only the operators below have changed. */
const OLDEST = 11;
/** Operators of which an attribute has become an input. */
const MOVED: Record<string, string> = {
  Squeeze: 'axes',
  Unsqueeze: 'axes',
  ReduceSum: 'axes',
  Split: 'split',
};
/** Operators that mean something else since then unless they work on the last axis. */
const LAST_AXIS = new Set(['Softmax', 'LogSoftmax', 'Hardmax']);

/**
 * Raises the operators of a model to a version that can be quantized; a newer one stays.
 *
 * @param name how errors call the model
 * @throws SpotterError model.unfit: too old, or uses an operator whose meaning has changed
 */
export function raiseOpset(model: OnnxModel, name: string): void {
  const version = opsetOf(model);
  if (version >= NEEDED) return;
  if (version < OLDEST)
    throw new SpotterError(
      'model.unfit',
      `${name} uses version ${version} of the ONNX operators; export it with version ${NEEDED} or later to quantize it`,
    );
  for (const [index, node] of model.graph.node.entries()) {
    if (!isStandard(node.domain)) continue;
    if (LAST_AXIS.has(node.opType) && Number(attribute(node, 'axis')?.i ?? 1n) !== -1)
      throw new SpotterError(
        'model.unfit',
        `${name} cannot be quantized: ${node.opType} (node "${node.name}") has changed its meaning since version ${version} of the ONNX operators; export it with version ${NEEDED} or later`,
      );
    const moved = MOVED[node.opType];
    if (moved) moveToInput(model, node, moved, `${moved}_of_${index}`);
  }
  setOpset(model, NEEDED);
}

function moveToInput({ graph }: OnnxModel, node: NodeProto, name: string, constant: string): void {
  const found = attribute(node, name);
  if (!found) return;
  graph.initializer.push(makeTensor(constant, BigInt64Array.from(found.ints), [found.ints.length]));
  node.input.push(constant);
  node.attribute = node.attribute.filter((candidate) => candidate !== found);
}
