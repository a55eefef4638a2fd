#!/usr/bin/env python3
"""Teach each part of the embedder by itself what the same part of the teacher does (blockwise distillation, Wang et al.
2018): it is given the features that the teacher has before the part, and learns those that it has after.

A part is two to five convolutions deep, so it learns in minutes what the whole network learns in days from embeddings
alone. The parts begin with random weights. They are then assembled, and train_embedder.py goes on with the whole
network:

  train_parts.py --minutes 40
  train_embedder.py --minutes 120 --start train/out/spotter-embed.onnx --rate 1e-3

Needs what train_embedder.py needs. Writes out/spotter-embed.onnx every few minutes. Waits while the file PAUSE is in
the root folder.
"""
import argparse
import multiprocessing
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from datasets import FaceBatches
from export import export_embedder
from networks import Embedder, cost, embedder_input
from teacher_features import TeacherFeatures
from training import scheduled_rate, set_rate, wait_while_paused
from workspace import Workspace, add_workspace_argument

POOL, FRESH = 512, 32
"""Crops whose features are in memory, and how many are replaced at a time."""
STEPS_PER_POOL = 16
"""Steps until crops are replaced: each is used four times or so, since the teacher is slower than one part."""
BATCH = 8
PRINTED = 500


class FeaturePool:
    """Degraded crops and the teacher's features of them, a few of which are replaced now and then."""

    def __init__(self, workspace: Workspace, seed: int, parts: list[int]):
        """parts: those that are trained, of Embedder.parts."""
        self._batches = iter(FaceBatches(workspace, FRESH, seed))
        self._teacher, self._parts, self._oldest = TeacherFeatures(workspace.teacher), parts, 0
        first = [self._features() for _ in range(POOL // FRESH)]
        self._values = {depth: torch.cat([features[depth] for features in first]).contiguous(
            memory_format=torch.channels_last) for depth in first[0]}

    def refresh(self) -> None:
        for depth, features in self._features().items():
            self._values[depth][self._oldest:self._oldest + FRESH] = features
        self._oldest = (self._oldest + FRESH) % POOL

    def pairs(self, part: int, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """What goes into a part and what shall come out."""
        return self._values[part][numbers], self._values[part + 1][numbers]

    def spread(self, part: int, is_residual: bool) -> Tensor:
        """Variance per channel of what a part adds (if it has a shortcut) or makes, [1, channels, 1, 1]."""
        inputs, outputs = self._values[part], self._values[part + 1]
        return (outputs - inputs if is_residual else outputs).var((0, 2, 3), keepdim=True)

    def _features(self) -> dict[int, Tensor]:
        pixels, _ = next(self._batches)
        features = [embedder_input(pixels), *self._teacher.of(pixels)]
        return {depth: features[depth] for part in self._parts for depth in (part, part + 1)}


def train(parts: list[int], options: argparse.Namespace, results: multiprocessing.Queue) -> None:
    """Trains some parts on one thread, and puts their weights into the queue every few minutes."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed + parts[0])
    network = Embedder().to(memory_format=torch.channels_last)
    trained = {part: network.parts[part].train() for part in parts}
    pool = FeaturePool(options.workspace, options.seed * 1000 + parts[0], parts)
    spread = {part: pool.spread(part, getattr(module, 'has_shortcut', False)) for part, module in trained.items()}
    optimiser = torch.optim.AdamW(nn.ModuleList(trained.values()).parameters(), options.rate, weight_decay=0)
    began = sent_at = time.monotonic()
    errors, step = dict.fromkeys(parts, 0.0), 0
    while True:
        wait_while_paused(options.workspace)
        progress = min(1.0, (time.monotonic() - began) / (options.minutes * 60))
        set_rate(optimiser, scheduled_rate(options.rate, progress, step, warm_up=50, last=0.003))
        numbers = torch.randint(0, POOL, (BATCH,))
        optimiser.zero_grad()
        for part, module in trained.items():
            inputs, wanted = pool.pairs(part, numbers)
            loss = ((module(inputs).view(wanted.shape) - wanted)**2 / spread[part]).mean()
            loss.backward()
            errors[part] += loss.item()
        optimiser.step()
        step += 1
        if step % STEPS_PER_POOL == 0:
            pool.refresh()
        if step % PRINTED == 0:
            unexplained = '  '.join(f'{part}: {error / PRINTED:.3f}' for part, error in errors.items())
            print(f'{progress:4.0%}  step {step}  unexplained variance of part {unexplained}', flush=True)
            errors = dict.fromkeys(parts, 0.0)
        if progress == 1 or time.monotonic() - sent_at > options.every * 60:
            results.put(({part: {name: value.numpy().copy() for name, value in module.state_dict().items()}
                          for part, module in trained.items()}, progress == 1))
            sent_at = time.monotonic()
        if progress == 1:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_workspace_argument(parser)
    parser.add_argument('--minutes', type=float, required=True,
                        help='duration; the learning rate falls to almost 0 over it, pauses included')
    parser.add_argument('--rate', type=float, default=1.5e-2, help='highest learning rate (default: 0.015)')
    parser.add_argument('--jobs', type=int, default=2, help='processes, each with some of the parts (default: 2)')
    parser.add_argument('--seed', type=int, default=1, help='of the weights and the pictures (default: 1)')
    parser.add_argument('--every', type=float, default=4, metavar='MINUTES',
                        help='minutes between two exports of out/spotter-embed.onnx (default: 4)')
    options = parser.parse_args()
    network = Embedder().eval()
    print(cost(network, (1, 3, 112, 112)), flush=True)
    context = multiprocessing.get_context('spawn')
    results = context.Queue()
    processes = [context.Process(target=train, args=(list(range(job, len(network.parts), options.jobs)), options,
                                                     results), daemon=True) for job in range(options.jobs)]
    for process in processes:
        process.start()
    trained: set[int] = set()
    running = len(processes)
    while running:
        weights, is_last = results.get()
        for part, values in weights.items():
            network.parts[part].load_state_dict({name: torch.from_numpy(value) for name, value in values.items()})
        trained |= weights.keys()
        running -= is_last
        if len(trained) == len(network.parts):
            path: Path = options.workspace.out('spotter-embed.onnx')
            export_embedder(network, path)
            print(f'{time.strftime("%H:%M")}  {path.name} exported', flush=True)


if __name__ == '__main__':
    main()
