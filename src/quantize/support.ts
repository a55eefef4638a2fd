import { SpotterError } from '../core/errors.js';
import { attribute, floatConstants, isStandard, type NodeProto, type OnnxModel } from './onnxFile.js';

const IN_BYTES = /^(QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QLinear.*|.*Integer)$/;

/**
 * Checks that a network can be quantized: standard operators on float tensors, in one graph.
 *
 * @param name how errors call it
 * @throws SpotterError model.unfit, naming the operator and its node
 */
export function checkSupported(model: OnnxModel, name: string): void {
  const fail = (node: NodeProto, why: string) => {
    const where = node.name || node.output.join(', ');
    throw new SpotterError(
      'model.unfit',
      `${name} cannot be quantized: operator ${node.opType} (node "${where}") ${why}`,
    );
  };
  for (const node of model.graph.node) {
    if (IN_BYTES.test(node.opType))
      fail(node, 'computes in whole numbers already; use the float version of the network');
    if (!isStandard(node.domain))
      fail(node, `is not of the ONNX standard but of "${node.domain}"; export the network without it`);
    if (node.attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0))
      fail(node, 'contains a network of its own (a loop or branch); export the network without it');
    if (node.opType === 'Constant' && attribute(node, 'sparse_value'))
      fail(node, 'holds a sparse tensor; export the network with plain ones');
  }
  const constants = floatConstants(model.graph);
  const layers = model.graph.node.filter(({ opType }) => opType === 'Conv');
  const halves = layers.find(
    ({ input }) =>
      model.graph.initializer.some((tensor) => tensor.name === input[1]) && !constants.has(input[1]),
  );
  if (halves)
    fail(halves, 'has weights that are not 32-bit floats in the same file; export the network with such');
}
