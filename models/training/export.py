#!/usr/bin/env python3
"""Write the weights of a checkpoint as ONNX, as spotter loads them.

  export.py embedder train/out/embedder.pt spotter-embed.onnx
  export.py detector train/out/detector.pt spotter-det.onnx
  export.py landmarks train/out/landmarks.pt spotter-landmarks.onnx
"""
import argparse
import copy
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from networks import LANDMARK_INPUT, STRIDES, Detector, Embedder, LandmarkNetwork

OPSET = 13


class ScrfdOutputs(nn.Module):
    """The detector with the outputs of SCRFD: scores 0..1, boxes and landmarks of three strides, each [n, cells, C]."""

    def __init__(self, detector: Detector):
        super().__init__()
        self.detector = detector

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        levels = self.detector(x)

        def rows(values: Tensor) -> Tensor:
            return values.permute(0, 2, 3, 1).reshape(values.shape[0], -1, values.shape[1])

        return (*(rows(torch.sigmoid(score)) for score, _, _ in levels), *(rows(box) for _, box, _ in levels),
                *(rows(points) for _, _, points in levels))


def export_embedder(network: Embedder, path: Path) -> None:
    """`input` [n, 3, 112, 112] -> `embedding` [n, 128]."""
    _export(network, path, (1, 3, 112, 112), ['embedding'], {'input': {0: 'n'}, 'embedding': {0: 'n'}})


def export_landmarks(network: LandmarkNetwork, path: Path) -> None:
    """`input` [n, 3, 64, 64] -> `landmarks` [n, 10]."""
    shape = (1, 3, LANDMARK_INPUT, LANDMARK_INPUT)
    _export(network, path, shape, ['landmarks'], {'input': {0: 'n'}, 'landmarks': {0: 'n'}})


def export_detector(network: Detector, path: Path) -> None:
    """`input` [n, 3, h, w] -> score_8 ... score_32, bbox_8 ..., kps_8 ..., each [n, cells, C]."""
    names = [f'{kind}_{stride}' for kind in ('score', 'bbox', 'kps') for stride in STRIDES]
    axes = {name: {0: 'n', 1: f'cells_{name.split("_")[1]}'} for name in names}
    axes['input'] = {0: 'n', 2: 'h', 3: 'w'}
    _export(ScrfdOutputs(network), path, (1, 3, 320, 320), names, axes)


def _export(network: nn.Module, path: Path, shape: tuple[int, ...], outputs: list[str], axes: dict) -> None:
    network = copy.deepcopy(network).float().eval().to(memory_format=torch.contiguous_format)
    partial = path.with_suffix('.partial')
    torch.onnx.export(network, torch.zeros(shape), str(partial), input_names=['input'], output_names=outputs,
                      opset_version=OPSET, dynamo=False, dynamic_axes=axes)
    onnx.checker.check_model(onnx.load(partial))
    partial.replace(path)


EXPORTED = {'embedder': (Embedder, export_embedder), 'detector': (Detector, export_detector),
            'landmarks': (LandmarkNetwork, export_landmarks)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', choices=list(EXPORTED))
    parser.add_argument('checkpoint', type=Path, help='file of a trainer; its averaged weights are written')
    parser.add_argument('onnx', type=Path, help='file to write')
    options = parser.parse_args()
    weights = torch.load(options.checkpoint, map_location='cpu')['ema']
    kind, export = EXPORTED[options.network]
    network = kind()
    network.load_state_dict(weights)
    export(network, options.onnx)
    print(f'{options.onnx}: {options.onnx.stat().st_size:,} bytes')


if __name__ == '__main__':
    main()
