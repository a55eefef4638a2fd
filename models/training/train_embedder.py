#!/usr/bin/env python3
"""Train the embedder: a small network learns the embeddings of a larger one (distillation) from degraded face crops.

Needs the crops of "prepare_data.py crop" or "unpack"; blends are used if they are there. Writes out/embedder.pt and
out/spotter-embed.onnx every few minutes. With --lfw it also prints how well held-out people are told apart. Waits while
the file PAUSE is in the root folder.

  train_embedder.py --minutes 600
  train_embedder.py --minutes 120 --start train/out/spotter-embed.onnx --rate 1e-3
  train_embedder.py --minutes 60 --resume train/out/embedder.pt --rate 1e-3
"""
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import losses
from alignment import BORDER
from crops import load_crops
from datasets import FaceBatches, load_batches
from export import export_embedder
from lfw import HeldOutPeople
from networks import Embedder, cost, face_input
from training import Recipe, Run, mixed_precision, run_arguments
from warm_start import exported_embedder

RECIPE = Recipe(weight_decay=0.03, largest_gradient=5, warm_up=150, last_rate=0.003,
                memory_format=torch.channels_last)
BANK = 16_000
"""Training faces whose resemblance to a face the student learns."""


def main() -> None:
    parser = run_arguments(__doc__, rate=2e-3, batch=64, checkpoint='embedder.pt')
    parser.add_argument('--lfw', type=Path, metavar='FOLDER', help='LFW with its pairs.txt, for the evaluation')
    parser.add_argument('--frozen', type=int, default=0, metavar='N',
                        help='first parts of the network that keep their weights, 0 to 16 (default: 0)')
    options = parser.parse_args()
    workspace = options.workspace
    crops, index = load_crops(workspace)

    def create(saved: dict | None) -> Embedder:
        if options.start:
            faces = crops[:128, BORDER:-BORDER, BORDER:-BORDER, ::-1].copy()
            return exported_embedder(options.start, face_input(torch.from_numpy(faces)))
        network = Embedder()
        if saved:
            network.load_state_dict(saved)
        return network

    run = Run(options, RECIPE, create)
    frozen = run.weights.parts[:options.frozen].requires_grad_(False)
    print(cost(run.average, (1, 3, 112, 112)), flush=True)
    targets = index.smoothed_targets(0)
    bank = torch.from_numpy(targets[np.random.default_rng(0).permutation(len(targets))[:BANK]])
    people = HeldOutPeople(options.lfw, workspace) if options.lfw else None

    def loss_of(pixels: Tensor, wanted: Tensor, _: float) -> losses.Loss:
        frozen.eval()
        with mixed_precision():
            embeddings = run.weights(face_input(pixels))
        return losses.distillation(embeddings, wanted, bank)

    def report() -> None:
        export_embedder(run.average, workspace.out('spotter-embed.onnx'))
        result = people.evaluate_network(run.average) if people else 'exported'
        print(f'{time.strftime("%H:%M")}  step {run.step}  {result}', flush=True)

    batches = load_batches(FaceBatches(workspace, options.batch, run.seed), options.workers)
    run.train(batches, loss_of, workspace.out('embedder.pt'), report)


if __name__ == '__main__':
    main()
