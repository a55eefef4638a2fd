#!/usr/bin/env python3
"""Teach each part of a network by itself what the same part of the teacher does (blockwise distillation, Wang et al.
2018): it is given the features that the teacher has before the part, and learns those that it has after.

A part is one to five convolutions deep, so it learns in minutes what the whole network learns in days from the
teacher's answers alone. The parts begin with random weights. They are then assembled, and the other trainer goes on
with the whole network:

  train_parts.py embedder --minutes 40
  train_embedder.py --minutes 120 --start train/out/spotter-embed.onnx --rate 1e-3
  train_parts.py detector --minutes 20
  train_detector.py --minutes 120 --start train/out/spotter-det.onnx --rate 1e-3

Needs what the other trainer needs. Writes out/spotter-embed.onnx or out/spotter-det.onnx every few minutes. Waits while
the file PAUSE is in the root folder.
"""
import argparse
import multiprocessing
import time

import torch
from torch import nn

from lessons import COURSES, Course, Features, Lesson
from networks import cost
from training import scheduled_rate, set_rate, wait_while_paused
from workspace import Workspace, add_workspace_argument

USES = 4
"""How often each picture is used, or so, until it is replaced: the teacher is slower than one part."""
PRINTED = 500


class FeaturePool:
    """The teacher's features of some pictures, a few of which are replaced now and then."""

    def __init__(self, workspace: Workspace, seed: int, course: Course, lessons: list[Lesson]):
        self._batches = course.batches(workspace, course.fresh, seed)
        self._teacher, self._size, self._fresh, self._oldest = course.teacher(workspace), course.pool, course.fresh, 0
        self._names = {name for lesson in lessons for name in (lesson.given, lesson.wanted)}
        first = [self._features() for _ in range(self._size // self._fresh)]
        self.values: Features = {name: torch.cat([features[name] for features in first]).contiguous(
            memory_format=torch.channels_last) for name in self._names}

    def refresh(self) -> None:
        for name, features in self._features().items():
            self.values[name][self._oldest:self._oldest + self._fresh] = features
        self._oldest = (self._oldest + self._fresh) % self._size

    def _features(self) -> Features:
        features = self._teacher(next(self._batches))
        return {name: features[name] for name in self._names}


def train(chosen: list[int], options: argparse.Namespace, results: multiprocessing.Queue) -> None:
    """Trains the parts of some lessons on one thread, and puts their weights into the queue every few minutes."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed + chosen[0])
    course = COURSES[options.network]
    every = course.lessons(course.create().to(memory_format=torch.channels_last).train())
    lessons = {number: every[number] for number in chosen}
    pool = FeaturePool(options.workspace, options.seed * 1000 + chosen[0], course, list(lessons.values()))
    spread = {number: lesson.spread(pool.values) for number, lesson in lessons.items()}
    parts = nn.ModuleList(lesson.part for lesson in lessons.values())
    highest = options.rate or course.rate
    optimiser = torch.optim.AdamW(parts.parameters(), highest, weight_decay=0)
    steps_per_pool = USES * course.fresh // course.batch
    began = sent_at = time.monotonic()
    errors, step = dict.fromkeys(chosen, 0.0), 0
    while True:
        wait_while_paused(options.workspace)
        progress = min(1.0, (time.monotonic() - began) / (options.minutes * 60))
        set_rate(optimiser, scheduled_rate(highest, progress, step, warm_up=50, last=0.003))
        pictures = torch.randint(0, course.pool, (course.batch,))
        optimiser.zero_grad()
        for number, lesson in lessons.items():
            some = pictures[:lesson.pictures(pool.values, course.cells)]
            error = lesson.error(pool.values[lesson.given][some], pool.values[lesson.wanted][some], spread[number])
            error.backward()
            errors[number] += error.item()
        optimiser.step()
        step += 1
        if step % steps_per_pool == 0:
            pool.refresh()
        if step % PRINTED == 0:
            unexplained = '  '.join(f'{lessons[number].wanted}: {error / PRINTED:.3f}'
                                    for number, error in errors.items())
            print(f'{progress:4.0%}  step {step}  unexplained variance of {unexplained}', flush=True)
            errors = dict.fromkeys(chosen, 0.0)
        if progress == 1 or time.monotonic() - sent_at > options.every * 60:
            results.put(({number: {name: value.numpy().copy() for name, value in lesson.part.state_dict().items()}
                          for number, lesson in lessons.items()}, progress == 1))
            sent_at = time.monotonic()
        if progress == 1:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', choices=sorted(COURSES))
    add_workspace_argument(parser)
    parser.add_argument('--minutes', type=float, required=True,
                        help='duration; the learning rate falls to almost 0 over it, pauses included')
    parser.add_argument('--rate', type=float, help='highest learning rate (default: see lessons.py)')
    parser.add_argument('--jobs', type=int, default=2, help='processes, each with some of the parts (default: 2)')
    parser.add_argument('--seed', type=int, default=1, help='of the weights and the pictures (default: 1)')
    parser.add_argument('--every', type=float, default=4, metavar='MINUTES',
                        help='minutes between two exports (default: 4)')
    options = parser.parse_args()
    course = COURSES[options.network]
    network = course.create().eval()
    lessons = course.lessons(network)
    print(cost(network, course.shape), flush=True)
    context = multiprocessing.get_context('spawn')
    results = context.Queue()
    processes = [context.Process(target=train, args=(list(range(job, len(lessons), options.jobs)), options, results),
                                 daemon=True) for job in range(options.jobs)]
    for process in processes:
        process.start()
    trained: set[int] = set()
    running = len(processes)
    while running:
        weights, is_last = results.get()
        for number, values in weights.items():
            lessons[number].part.load_state_dict({name: torch.from_numpy(value) for name, value in values.items()})
        trained |= weights.keys()
        running -= is_last
        if len(trained) == len(lessons):
            course.export(network, options.workspace.out(course.file))
            print(f'{time.strftime("%H:%M")}  {course.file} exported', flush=True)


if __name__ == '__main__':
    main()
