"""Endless batches for the detector and the embedder, made by worker processes."""
from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from augmentation import degrade_face
from backgrounds import SIDE
from cells import cell_targets
from crops import load_crops
from networks import EMBEDDING
from scenes import SceneComposer
from sources import MASKED
from workspace import Workspace

PULL = 0.3
"""How far targets are drawn towards the mean of their person."""
REAL = 0.6
"""Share of real faces in a batch, if there are blends."""
MASKED_WEIGHT = 0.5
"""Faces behind masks are drawn half as often."""
ENLARGED = 0.2
"""Share of the detector's batches whose scenes are enlarged to 640 px, for faces of up to 600 px."""


class Batches(IterableDataset):
    """size: pictures in a batch; seed: each worker process has random numbers of its own."""

    def __init__(self, workspace: Workspace, size: int, seed: int):
        self._workspace, self._size, self._seed = workspace, size, seed

    def begin(self) -> int:
        """Keeps OpenCV to one thread in this worker process, and returns its number, from 0."""
        cv2.setNumThreads(1)
        worker = get_worker_info()
        return worker.id if worker else 0


class FaceBatches(Batches):
    """Degraded crops, uint8 RGB [n, 112, 112, 3], and what each shall map to, float32 [n, 128]."""

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng([self._seed, self.begin()])
        crops, index = load_crops(self._workspace)
        targets = index.smoothed_targets(PULL)
        weights = np.cumsum([MASKED_WEIGHT if name in MASKED else 1.0 for name in index.sets])
        blends = [(np.load(path, mmap_mode='r'), np.load(path.with_name(f'{path.stem}_t.npy')))
                  for path in sorted(self._workspace.work('').glob('blends_???.npy'))]
        while True:
            pixels = np.empty((self._size, 112, 112, 3), np.uint8)
            wanted = np.empty((self._size, EMBEDDING), np.float32)
            for i in range(self._size):
                if not blends or rng.random() < REAL:
                    number = int(np.searchsorted(weights, rng.random() * weights[-1]))
                    crop, wanted[i] = crops[number], targets[number]
                else:
                    faces, embeddings = blends[rng.integers(len(blends))]
                    number = rng.integers(len(faces))
                    crop, wanted[i] = faces[number], embeddings[number]
                crop = np.ascontiguousarray(crop[:, ::-1] if rng.random() < 0.5 else crop)
                pixels[i] = degrade_face(crop, rng)[..., ::-1]
            yield torch.from_numpy(pixels), torch.from_numpy(wanted)


class SceneBatches(Batches):
    """Scenes, uint8 RGB [n, 320, 320, 3], and the targets of their cells [n, cells, 17]; a share of the batches has a
    quarter as many scenes with large faces, enlarged to 640x640."""

    def __init__(self, workspace: Workspace, size: int, seed: int, enlarged: float = ENLARGED):
        super().__init__(workspace, size, seed)
        self._enlarged = enlarged

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        composer = SceneComposer(self._workspace, self._seed * 100 + self.begin())
        while True:
            scale = 2 if composer.rng.random() < self._enlarged else 1
            pixels, targets = [], []
            while len(pixels) < self._size // scale**2:
                scene, faces = composer.compose()
                if scale > 1:
                    if not any(face[3] - face[1] > 110 for face in faces):
                        continue
                    scene = cv2.resize(scene, (SIDE * scale, SIDE * scale))
                    faces = [np.concatenate([face[:14] * scale, face[14:]]) for face in faces]
                pixels.append(scene[..., ::-1])
                targets.append(cell_targets(faces, SIDE * scale))
            yield torch.from_numpy(np.stack(pixels)), torch.from_numpy(np.stack(targets))


def load_batches(dataset: IterableDataset, workers: int) -> Iterator[tuple[Tensor, Tensor]]:
    # A forked worker would hang in OpenCV if this process has used it: its threads are not forked.
    return iter(DataLoader(dataset, batch_size=None, num_workers=workers, prefetch_factor=4,
                           multiprocessing_context='spawn'))
