#!/usr/bin/env python3
"""Train the detector: boxes and five landmarks in natural and composed scenes, with YuNet's labels.

At first its features are to be those of YuNet, too; less and less, and not at all after half of the time or in scenes
that are enlarged, whose faces are too large for YuNet.

Needs the scenes of "prepare_data.py compose". Writes out/detector.pt and out/spotter-det.onnx every few minutes. Waits
while the file PAUSE is in the root folder.

  train_detector.py --minutes 240 --start train/out/spotter-det.onnx
  train_detector.py --minutes 240 --start ../spotter-det.onnx --rate 1e-3 --imitation 0
  train_detector.py --minutes 40 --resume train/out/detector.pt --rate 1e-3
"""
import time

import numpy as np
import torch
from torch import Tensor

import losses
from backgrounds import SIDE
from datasets import SceneBatches, load_batches
from export import export_detector
from networks import Detector, cost, detector_input
from scenes import SceneComposer
from teacher_features import YuNetFeatures
from training import Recipe, Run, mixed_precision, run_arguments
from warm_start import exported_detector

RECIPE = Recipe(weight_decay=0.01, largest_gradient=10, warm_up=100, last_rate=0.005,
                memory_format=torch.contiguous_format)
IMITATED = ('stage8', 'stage16', 'stage32', 'sum8', 'sum16', 'sum32')
"""Features that are to be those of YuNet. Earlier ones are large: comparing them takes as long as computing them."""


def main() -> None:
    parser = run_arguments(__doc__, rate=3e-3, batch=16, checkpoint='detector.pt')
    parser.add_argument('--imitation', type=float, default=10,
                        help="weight, at first, of the difference to YuNet's features (default: 10)")
    options = parser.parse_args()
    workspace = options.workspace

    def create(saved: dict | None) -> Detector:
        if options.start:
            composer = SceneComposer(workspace, 0)
            scenes = np.stack([composer.compose()[0][..., ::-1] for _ in range(32)])
            return exported_detector(options.start, detector_input(torch.from_numpy(scenes)))
        network = Detector()
        if saved:
            network.load_state_dict(saved)
        return network

    run = Run(options, RECIPE, create)
    print(cost(run.average, (1, 3, 640, 640)), flush=True)

    teacher = YuNetFeatures(workspace.yunet, IMITATED, heads=False)

    def loss_of(pixels: Tensor, wanted: Tensor, progress: float) -> losses.Loss:
        with mixed_precision():
            features = run.weights.features(detector_input(pixels))
            outputs = run.weights.readings(features)
        loss, weight = losses.detection(outputs, wanted), options.imitation * max(0, 1 - 2 * progress)
        if weight and pixels.shape[1] == SIDE:
            difference = losses.imitation(features, teacher.of(pixels))
            return losses.Loss(loss.total + weight * difference, loss.figures | {'imitation': difference.item()})
        return loss

    def report() -> None:
        export_detector(run.average, workspace.out('spotter-det.onnx'))
        print(f'{time.strftime("%H:%M")}  step {run.step}  exported', flush=True)

    batches = load_batches(SceneBatches(workspace, options.batch, run.seed), options.workers)
    run.train(batches, loss_of, workspace.out('detector.pt'), report)


if __name__ == '__main__':
    main()
