#!/usr/bin/env python3
"""Train the embedder: a small network learns the embeddings of a larger one (distillation) from degraded face crops.

Needs the crops of "prepare_data.py crop" or "unpack"; blends are used if they are there. Writes out/embedder.pt and
out/spotter-embed.onnx every few minutes. With --lfw it also prints how well held-out people are told apart. Waits while
the file PAUSE is in the root folder.

  train_embedder.py --minutes 600
  train_embedder.py --minutes 600 --start ../spotter-embed.onnx --rate 1e-3
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
from networks import Embedder, cost, embedder_input
from training import Recipe, Run, mixed_precision, run_arguments
from warm_start import exported_embedder, grown

RECIPE = Recipe(weight_decay=0.03, largest_gradient=5, warm_up=150, last_rate=0.003)
BANK = 16_000
"""Training faces whose resemblance to a face the student learns."""


def main() -> None:
    parser = run_arguments(__doc__, rate=2e-3, batch=64, checkpoint='embedder.pt')
    parser.add_argument('--lfw', type=Path, metavar='FOLDER', help='LFW with its pairs.txt, for the evaluation')
    parser.add_argument('--blocks', type=int, nargs=3, default=(1, 2, 3), metavar='N',
                        help='plain blocks per stage: 1 2 1 is version 1, 1 2 3 version 2 (default). '
                             'A checkpoint has its own; what --start names is enlarged to this')
    options = parser.parse_args()
    workspace = options.workspace
    crops, index = load_crops(workspace)

    def create(saved: dict | None) -> Embedder:
        if saved:
            return Embedder.of(saved)
        if options.start:
            faces = crops[:128, BORDER:-BORDER, BORDER:-BORDER, ::-1].copy()
            return grown(exported_embedder(options.start, embedder_input(torch.from_numpy(faces))), options.blocks)
        return Embedder(options.blocks)

    run = Run(options, RECIPE, create)
    print(cost(run.average, (1, 3, 112, 112)), flush=True)
    targets = index.smoothed_targets(0)
    bank = torch.from_numpy(targets[np.random.default_rng(0).permutation(len(targets))[:BANK]])
    people = HeldOutPeople(options.lfw, workspace) if options.lfw else None

    def loss_of(pixels: Tensor, wanted: Tensor) -> losses.Loss:
        with mixed_precision():
            embeddings = run.weights(embedder_input(pixels))
        return losses.distillation(embeddings, wanted, bank)

    def report() -> None:
        export_embedder(run.average, workspace.out('spotter-embed.onnx'))
        result = people.evaluate_network(run.average) if people else 'exported'
        print(f'{time.strftime("%H:%M")}  step {run.step}  {result}', flush=True)

    batches = load_batches(FaceBatches(workspace, options.batch, options.seed + run.step), options.workers)
    run.train(batches, loss_of, workspace.out('embedder.pt'), report)


if __name__ == '__main__':
    main()
