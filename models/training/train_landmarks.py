#!/usr/bin/env python3
"""Train the landmark network: where the five landmarks of a face are that was aligned by landmarks that are off.

Needs the faces of "prepare_data.py landmarks" and the backgrounds of "compose". Writes out/landmarks.pt and
out/spotter-landmarks.onnx every few minutes. Waits while the file PAUSE is in the root folder.

  train_landmarks.py --minutes 45
  train_landmarks.py --minutes 40 --resume train/out/landmarks.pt --rate 3e-3
"""
import time

import torch
from torch import Tensor

import losses
from datasets import load_batches
from export import export_landmarks
from landmark_batches import LandmarkBatches
from networks import LANDMARK_INPUT, LandmarkNetwork, cost, face_input
from training import Recipe, Run, run_arguments

RECIPE = Recipe(weight_decay=0.02, largest_gradient=5, warm_up=200, last_rate=0.005,
                memory_format=torch.channels_last)


def main() -> None:
    options = run_arguments(__doc__, rate=4e-3, batch=64, checkpoint='landmarks.pt', starts=False).parse_args()
    workspace = options.workspace

    def create(saved: dict | None) -> LandmarkNetwork:
        network = LandmarkNetwork()
        if saved:
            network.load_state_dict(saved)
        return network

    run = Run(options, RECIPE, create)
    print(cost(run.average, (1, 3, LANDMARK_INPUT, LANDMARK_INPUT)), flush=True)

    def loss_of(pixels: Tensor, wanted: Tensor, progress: float) -> losses.Loss:
        return losses.landmarks(run.weights(face_input(pixels)), wanted)

    def report() -> None:
        export_landmarks(run.average, workspace.out('spotter-landmarks.onnx'))
        print(f'{time.strftime("%H:%M")}  step {run.step}  exported', flush=True)

    batches = load_batches(LandmarkBatches(workspace, options.batch, run.seed), options.workers)
    run.train(batches, loss_of, workspace.out('landmarks.pt'), report)


if __name__ == '__main__':
    main()
