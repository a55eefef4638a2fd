"""The training loop of the networks: schedule, moving average of the weights, checkpoints."""
import argparse
import copy
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, distributed, nn

from losses import Loss
from workspace import Workspace, add_workspace_argument

AVERAGE = 0.998
"""Decay per step of the moving average of the weights, which is what is exported."""
PRINTED = 50
"""Steps between two printed lines."""


@dataclass(frozen=True)
class Recipe:
    weight_decay: float
    """Of convolutions and linear layers, not of biases and batch normalisation (AdamW, Loshchilov and Hutter 2019)."""
    largest_gradient: float
    """Gradients are clipped to this norm."""
    warm_up: int
    """Steps in which the learning rate rises, from random weights; from trained ones it takes a fifth."""
    last_rate: float
    """Learning rate at the end, as a share of the first."""
    memory_format: torch.memory_format
    """Order of the values in memory with which the network is the quickest."""


def mixed_precision() -> torch.autocast:
    """bfloat16 in the forward pass where the processor computes with it. Elsewhere it would be emulated, at a
    quarter of the speed of float32 or less."""
    is_fast = torch.backends.cpu.get_cpu_capability().startswith('AVX512')
    return torch.autocast('cpu', torch.bfloat16, enabled=is_fast)


def run_arguments(about: str, rate: float, batch: int, checkpoint: str, starts: bool = True) -> argparse.ArgumentParser:
    """The arguments that all trainers have. starts: whether a run can begin with an exported model."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_workspace_argument(parser)
    parser.add_argument('--minutes', type=float, required=True,
                        help='duration; the learning rate falls to almost 0 over it, pauses included')
    beginning = parser.add_mutually_exclusive_group()
    if starts:
        beginning.add_argument('--start', type=Path, metavar='ONNX',
                               help='begin with the weights of an exported model (default: random weights)')
    else:
        parser.set_defaults(start=None)
    beginning.add_argument('--resume', type=Path, metavar='CHECKPOINT',
                           help='go on from a checkpoint: weights, their average, and the optimiser')
    parser.add_argument('--rate', type=float, default=rate, help=f'highest learning rate (default: {rate})')
    parser.add_argument('--batch', type=int, default=batch, help=f'pictures per step (default: {batch})')
    parser.add_argument('--threads', type=int, default=2, help='threads of PyTorch (default: 2)')
    parser.add_argument('--workers', type=int, default=1, help='processes that make pictures (default: 1)')
    parser.add_argument('--seed', type=int, default=1, help='of the weights and the pictures (default: 1)')
    parser.add_argument('--every', type=float, default=4, metavar='MINUTES',
                        help=f'minutes between two checkpoints, written to out/{checkpoint} (default: 4)')
    return parser


def wait_while_paused(workspace: Workspace) -> None:
    while workspace.pause.exists():
        time.sleep(3)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group['lr'] = rate


def scheduled_rate(highest: float, progress: float, step: int, warm_up: float, last: float) -> float:
    """The learning rate: a linear rise over the first steps, then half a cosine (Loshchilov and Hutter 2017).

    progress: 0..1; last: rate at the end, as a share of the highest.
    """
    return highest * min(1, (step + 1) / warm_up) * max(last, 0.5 * (1 + math.cos(math.pi * progress)))


class Run:
    """One run of a trainer. `weights` is where it is, `average` what would be exported.

    Under torchrun, several processes train the same weights: each has its own batches, and all share their gradients.
    """

    def __init__(self, options: argparse.Namespace, recipe: Recipe, create: Callable[[dict | None], nn.Module]):
        """create: makes the network as the options say, or with the weights of a checkpoint."""
        if distributed.is_torchelastic_launched():
            distributed.init_process_group('gloo')
        self._rank = distributed.get_rank() if distributed.is_initialized() else 0
        torch.set_num_threads(options.threads)
        torch.manual_seed(options.seed)
        saved = torch.load(options.resume, map_location='cpu') if options.resume else None
        self._options, self._recipe = options, recipe
        self.weights = create(saved and saved['model']).to(memory_format=recipe.memory_format)
        self.average = copy.deepcopy(self.weights).eval()
        matrices = [parameter for parameter in self.weights.parameters() if parameter.ndim > 1]
        others = [parameter for parameter in self.weights.parameters() if parameter.ndim <= 1]
        self._optimiser = torch.optim.AdamW([{'params': matrices, 'weight_decay': recipe.weight_decay},
                                             {'params': others, 'weight_decay': 0}], lr=options.rate)
        self.step = 0
        if saved:
            self.average.load_state_dict(saved['ema'])
            self._optimiser.load_state_dict(saved['opt'])
            self.step = saved['step']

    @property
    def seed(self) -> int:
        """Of the pictures: another one for each process, and when a run goes on."""
        return self._options.seed + self.step + 1_000_000 * self._rank

    def train(self, batches: Iterator[tuple[Tensor, Tensor]], loss_of: Callable[[Tensor, Tensor, float], Loss],
              checkpoint: Path, report: Callable[[], None]) -> None:
        """Trains for the given minutes. loss_of: of inputs, targets and progress, 0..1; report: called after each
        checkpoint."""
        workspace: Workspace = self._options.workspace
        began = saved_at = printed_at = time.monotonic()
        steps, pictures, sums = 0, 0, {}
        is_trained = bool(self._options.resume or self._options.start)
        while True:
            wait_while_paused(workspace)
            progress = self._shared(min(1.0, (time.monotonic() - began) / (self._options.minutes * 60)))
            rate = scheduled_rate(self._options.rate, progress, steps,
                                  self._recipe.warm_up / (5 if is_trained else 1), self._recipe.last_rate)
            set_rate(self._optimiser, rate)
            inputs, targets = next(batches)
            self.weights.train()
            loss = loss_of(inputs, targets, progress)
            self._optimiser.zero_grad()
            loss.total.backward()
            self._share_gradients()
            nn.utils.clip_grad_norm_(self.weights.parameters(), self._recipe.largest_gradient)
            self._optimiser.step()
            steps, self.step, pictures = steps + 1, self.step + 1, pictures + len(inputs)
            self._update_average(AVERAGE if is_trained else min(AVERAGE, 1 - 1 / (steps + 1)))
            for name, value in loss.figures.items():
                sums[name] = sums.get(name, 0) + value
            if steps % PRINTED == 0 and self._rank == 0:
                means = '  '.join(f'{name} {value / PRINTED:.4f}' for name, value in sums.items())
                speed = pictures / (time.monotonic() - printed_at)
                print(f'{progress:4.0%}  step {self.step}  rate {rate:.6f}  {means}  {speed:.0f} pictures/s',
                      flush=True)
                pictures, sums, printed_at = 0, {}, time.monotonic()
            is_due = progress == 1 or time.monotonic() - saved_at > self._options.every * 60
            if is_due and self._rank == 0:
                self._save(checkpoint)
                report()
                saved_at = time.monotonic()
            if progress == 1:
                return

    def _shared(self, progress: float) -> float:
        """The progress of the first process: all processes have to take the same steps."""
        if not distributed.is_initialized():
            return progress
        of_first = torch.tensor(progress, dtype=torch.float64)
        distributed.broadcast(of_first, 0)
        return of_first.item()

    def _share_gradients(self) -> None:
        """Replaces the gradients by their mean over all processes."""
        if not distributed.is_initialized():
            return
        gradients = [parameter.grad for parameter in self.weights.parameters() if parameter.grad is not None]
        joined = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(joined)
        joined /= distributed.get_world_size()
        for gradient, mean in zip(gradients, joined.split([gradient.numel() for gradient in gradients])):
            gradient.copy_(mean.view_as(gradient))

    @torch.no_grad()
    def _update_average(self, decay: float) -> None:
        for average, weights in zip(self.average.state_dict().values(), self.weights.state_dict().values()):
            if average.dtype.is_floating_point:
                average.lerp_(weights, 1 - decay)
            else:
                average.copy_(weights)

    def _save(self, path: Path) -> None:
        state = dict(model=self.weights.state_dict(), ema=self.average.state_dict(), opt=self._optimiser.state_dict(),
                     step=self.step)
        partial = path.with_suffix('.partial')
        torch.save(state, partial)
        os.replace(partial, path)
