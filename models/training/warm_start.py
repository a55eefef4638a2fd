"""Beginning a training with the weights of an exported model, such as those that come with spotter."""
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from networks import Detector, Embedder

LAYERS = (nn.Conv2d, nn.Linear)


def exported_embedder(path: Path, batch: Tensor) -> Embedder:
    """The embedder in a file of export.py. batch: some input, [n, 3, 112, 112]."""
    network = Embedder()
    _fill(network, _exported_layers(path), batch)
    return network


def exported_detector(path: Path, batch: Tensor) -> Detector:
    """The detector in a file of export.py. batch: some input, [n, 3, H, W]."""
    network = Detector()
    _fill(network, _exported_layers(path), batch)
    return network


def _exported_layers(path: Path) -> list[tuple[Tensor, Tensor]]:
    """Weights and biases of the convolutions and linear layers, in the order in which they run."""
    graph = onnx.load(path).graph
    values = {value.name: torch.tensor(numpy_helper.to_array(value)) for value in graph.initializer}
    # Weights that are equal, such as those of layers that nothing has taught yet, are stored once.
    values |= {node.output[0]: values[node.input[0]] for node in graph.node if node.op_type == 'Identity'}
    return [(values[node.input[1]], values[node.input[2]]) for node in graph.node if node.op_type in ('Conv', 'Gemm')]


@torch.no_grad()
def _fill(network: nn.Module, layers: list[tuple[Tensor, Tensor]], batch: Tensor) -> None:
    """The export has merged each batch normalisation into the convolution before it. Here it takes over the bias, and
    the mean and variance that the convolution has on the batch: the function is the same, and training goes on well."""
    network.eval()
    order = _in_order_of_use(network, batch)
    if [tuple(layer.weight.shape) for layer, _ in order] != [tuple(weight.shape) for weight, _ in layers]:
        raise ValueError('this model is no export of this network: its layers have other shapes')
    for (layer, norm), (weight, bias) in zip(order, layers):
        layer.weight.copy_(weight)
        if norm is None:
            layer.bias.copy_(bias)
        else:
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)
            norm.weight.fill_(1)
            norm.bias.copy_(bias)
    outputs: dict[nn.Module, Tensor] = {}
    hooks = [layer.register_forward_hook(lambda layer, _, output: outputs.update({layer: output.clone()}))
             for layer, norm in order if norm is not None]
    network(batch)
    for hook in hooks:
        hook.remove()
    for layer, norm in order:
        if norm is not None:
            mean, variance = outputs[layer].mean((0, 2, 3)), outputs[layer].var((0, 2, 3))
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.add_(mean)


def _in_order_of_use(network: nn.Module, batch: Tensor) -> list[tuple[nn.Module, nn.BatchNorm2d | None]]:
    """Each convolution and linear layer, with the batch normalisation that follows it."""
    used: list[nn.Module] = []
    hooks = [module.register_forward_hook(lambda module, *_: used.append(module)) for module in network.modules()
             if isinstance(module, (*LAYERS, nn.BatchNorm2d))]
    network(batch)
    for hook in hooks:
        hook.remove()
    following = used[1:] + [None]
    return [(layer, norm if isinstance(norm, nn.BatchNorm2d) else None)
            for layer, norm in zip(used, following) if isinstance(layer, LAYERS)]
