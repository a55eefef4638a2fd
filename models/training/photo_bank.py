"""The photos that scenes are composed of, small and in memory."""
import pickle
from dataclasses import dataclass, field

import numpy as np

from boxes import SCORE, SURE
from labels import LabelledPhoto, load_labels
from photos import from_jpeg, load, resized, to_jpeg
from sources import MASKED
from workspace import Workspace
from yunet import scaled

LARGE_SETS, OF_LARGE, OF_OTHERS = ('aaf', 'lfwcolour', 'caltech'), 3500, 1500
"""Sets of which at most 3,500 photos are used to cut faces from; of the others at most 1,500."""


@dataclass
class BankPhoto:
    jpeg: bytes
    shape: tuple[int, int]
    """Height, width, px."""
    faces: np.ndarray
    """[n, 15], see boxes.py."""
    set: str

    def image(self) -> np.ndarray:
        return from_jpeg(self.jpeg)

    @property
    def sure(self) -> np.ndarray:
        return self.faces[self.faces[:, SCORE] > SURE]

    def is_masked(self) -> bool:
        return self.set in MASKED

    def is_turned(self) -> bool:
        """Whether a face is turned far aside: its eyes are close together for its width."""
        eyes = np.hypot(self.sure[:, 4] - self.sure[:, 6], self.sure[:, 5] - self.sure[:, 7])
        return bool((eyes < 0.3 * self.sure[:, 2]).any())

    def free_rectangles(self) -> list[tuple[int, int, int, int]]:
        """Parts without a face, left, upper, right, lower side: beside, above and below all faces; 40 px at least."""
        height, width = self.shape
        if not len(self.faces):
            return [(0, 0, width, height)]
        border = 0.15 * self.faces[:, 2:4].max(1)
        left, top = (int((self.faces[:, axis] - border).min()) for axis in (0, 1))
        right, bottom = (int((self.faces[:, axis] + self.faces[:, axis + 2] + border).max()) for axis in (0, 1))
        around = ((0, 0, left, height), (right, 0, width, height), (0, 0, width, top), (0, bottom, width, height))
        return [part for part in around if part[2] - part[0] >= 40 and part[3] - part[1] >= 40 and min(part[:2]) >= 0]


@dataclass
class PhotoBank:
    cutouts: list[BankPhoto] = field(default_factory=list)
    """Photos whose faces are pasted, and whose free parts are backgrounds; at most 320 or, with small faces, 480 px."""
    scenes: list[BankPhoto] = field(default_factory=list)
    """Photos that are scenes by themselves: no face takes 30 % of them; at most 720 px."""


def build_photo_bank(workspace: Workspace) -> PhotoBank:
    """Writes bank.pkl, from photos that are for training."""
    photos = [photo for photo in load_labels(workspace) if photo.split == 'train']
    np.random.default_rng(0).shuffle(photos)
    bank, taken = PhotoBank(), {}
    for photo in photos:
        sure = photo.faces[photo.faces[:, SCORE] > SURE]
        area = photo.shape[0] * photo.shape[1]
        share = (sure[:, 2] * sure[:, 3]).max() / area if len(sure) else 0
        is_scene = photo.source.scenes and share < 0.3
        most = OF_LARGE if photo.set in LARGE_SETS else OF_OTHERS
        is_cutout = photo.source.cutouts and taken.get(photo.set, 0) < most
        if not (is_scene or is_cutout):
            continue
        if is_scene:
            bank.scenes.append(_small(photo, 720, 90))
        if is_cutout:
            bank.cutouts.append(_small(photo, 480 if len(sure) and sure[:, 2:4].max() < 160 else 320, 92))
            taken[photo.set] = taken.get(photo.set, 0) + 1
    workspace.work('bank.pkl').write_bytes(pickle.dumps(bank))
    print(f'{len(bank.cutouts)} photos to cut faces from, {len(bank.scenes)} scenes', flush=True)
    return bank


def _small(photo: LabelledPhoto, longest: int, quality: int) -> BankPhoto:
    scale = min(1.0, longest / max(photo.shape))
    image = resized(load(photo.path), scale)
    return BankPhoto(to_jpeg(image, quality), image.shape[:2], scaled(photo.faces, scale), photo.set)


def load_photo_bank(workspace: Workspace) -> PhotoBank:
    return pickle.loads(workspace.work('bank.pkl').read_bytes())
