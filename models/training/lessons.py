"""What each part of detector and embedder learns by itself: which of the teacher's features it is given, and which it
is to make of them."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from datasets import FaceBatches, SceneBatches
from export import export_detector, export_embedder
from networks import STRIDES, Detector, Embedder, detector_input, face_input
from teacher_features import MobileFaceNetFeatures, YuNetFeatures
from workspace import Workspace

IMAGE = 'image'
Features = dict[str, Tensor]
"""By name, [n, channels, height, width] each; the input of the network is among them."""


@dataclass(frozen=True)
class Lesson:
    part: nn.Module
    given: str
    wanted: str
    """Names of features."""
    is_head: bool = False
    """Whether the part makes the detector's readings, of which all but the score matter only where a face is."""

    @property
    def is_residual(self) -> bool:
        return getattr(self.part, 'has_shortcut', False)

    def weights(self, wanted: Tensor) -> Tensor:
        """How much each value counts: about 1 on average."""
        if not self.is_head:
            return torch.ones(1)
        score = wanted[:, :1].sigmoid()
        on_faces = score**2 / ((score**2).mean() + 1e-4)
        return torch.cat([torch.ones_like(score), on_faces.expand(-1, wanted.shape[1] - 1, -1, -1)], 1)

    def spread(self, features: Features) -> Tensor:
        """Variance per channel of what the part makes (if it has a shortcut, adds), [1, channels, 1, 1]."""
        wanted = features[self.wanted]
        values, weights = wanted - features[self.given] if self.is_residual else wanted, self.weights(wanted)
        weights = weights.expand_as(values) / weights.expand_as(values).mean((0, 2, 3), keepdim=True)
        mean = (values * weights).mean((0, 2, 3), keepdim=True)
        return ((values - mean)**2 * weights).mean((0, 2, 3), keepdim=True)

    def pictures(self, features: Features, cells: int) -> int:
        """How many pictures have `cells` values per channel of what the part makes."""
        return max(1, cells // features[self.wanted][0, 0].numel())

    def error(self, given: Tensor, wanted: Tensor, spread: Tensor) -> Tensor:
        """The share of the variance that the part does not explain."""
        return ((self.part(given).view(wanted.shape) - wanted)**2 / spread * self.weights(wanted)).mean()


@dataclass(frozen=True)
class Course:
    """How the parts of one network are taught."""
    create: Callable[[], nn.Module]
    lessons: Callable[[nn.Module], list[Lesson]]
    batches: Callable[[Workspace, int, int], Iterator[Tensor]]
    """Workspace, pictures per batch, seed -> uint8 RGB [n, height, width, 3]."""
    teacher: Callable[[Workspace], Callable[[Tensor], Features]]
    export: Callable[[nn.Module, Path], None]
    file: str
    shape: tuple[int, int, int, int]
    """Of the input for which the cost is stated."""
    pool: int
    fresh: int
    """Pictures whose features are in memory, and how many are replaced at a time."""
    batch: int
    """Pictures of a step."""
    cells: int
    """Of the features of a part, that are enough for a step: of large maps there are fewer pictures, at least one."""
    rate: float
    """Highest learning rate."""


def _embedder_lessons(network: Embedder) -> list[Lesson]:
    names = [IMAGE, *(f'part{number}' for number in range(len(network.parts)))]
    return [Lesson(part, given, wanted) for part, given, wanted in zip(network.parts, names, names[1:])]


def _embedder_teacher(workspace: Workspace) -> Callable[[Tensor], Features]:
    teacher = MobileFaceNetFeatures(workspace.teacher)

    def features(pixels: Tensor) -> Features:
        parts = {f'part{number}': values for number, values in enumerate(teacher.of(pixels))}
        return {IMAGE: face_input(pixels), **parts}

    return features


def _detector_lessons(network: Detector) -> list[Lesson]:
    lessons = [Lesson(network.stem, IMAGE, 'stem'), Lesson(network.stage4[0], 'stem', 'half4'),
               Lesson(network.stage4[1], 'half4', 'stage4')]
    for stride, stage, block, head in zip(STRIDES, network.stages, network.sums, network.heads):
        lessons += [Lesson(stage, f'stage{stride // 2}', f'stage{stride}'),
                    Lesson(block, 'stage32' if stride == 32 else f'added{stride}', f'sum{stride}'),
                    Lesson(head, f'sum{stride}', f'head{stride}', is_head=True)]
    return lessons


def _detector_teacher(workspace: Workspace) -> Callable[[Tensor], Features]:
    teacher = YuNetFeatures(workspace.yunet)
    return lambda pixels: {IMAGE: detector_input(pixels), **teacher.of(pixels)}


def _faces(workspace: Workspace, size: int, seed: int) -> Iterator[Tensor]:
    return (pixels for pixels, _ in FaceBatches(workspace, size, seed))


def _scenes(workspace: Workspace, size: int, seed: int) -> Iterator[Tensor]:
    return (pixels for pixels, _ in SceneBatches(workspace, size, seed, enlarged=0))


COURSES = {
    'embedder': Course(Embedder, _embedder_lessons, _faces, _embedder_teacher, export_embedder, 'spotter-embed.onnx',
                       (1, 3, 112, 112), pool=512, fresh=32, batch=8, cells=25_600, rate=0.015),
    'detector': Course(Detector, _detector_lessons, _scenes, _detector_teacher, export_detector, 'spotter-det.onnx',
                       (1, 3, 384, 640), pool=64, fresh=8, batch=4, cells=12_800, rate=0.015),
}
