"""Labels of every photo: the faces that YuNet finds, and on which side of the hold-out the photo is."""
import hashlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np

from boxes import SCORE, SURE
from photos import difference_hash, load
from sources import BY_NAME, NAMED, SOURCES, Source, is_held_out, person_of, photos_of
from workspace import Workspace
from yunet import YuNet

NEAR_DUPLICATE = 3
"""Bits of the difference hash by which copies of one photo differ at most."""


@dataclass
class LabelledPhoto:
    path: str
    set: str
    """Name in sources.py."""
    shape: tuple[int, int]
    """Height and width as photos.load returns it, px."""
    faces: np.ndarray
    """[n, 15], see boxes.py."""
    hash: int = 0
    split: str = 'train'
    """train; held-back (1 in 20, for the evaluation of the detector); or left-out (a person of the evaluation, or a
    near-duplicate of such a photo)."""

    @property
    def source(self) -> Source:
        return BY_NAME[self.set]

    @property
    def of_held_out_person(self) -> bool:
        return self.set in NAMED and is_held_out(person_of(self.path))


_yunet: YuNet


def _start(model: Path) -> None:
    global _yunet
    cv2.setNumThreads(1)
    _yunet = YuNet(model)


def _label(item: tuple[str, str]) -> LabelledPhoto | None:
    name, path = item
    image = load(path)
    if image is None:
        return None
    return LabelledPhoto(path, name, image.shape[:2], _yunet.search(image), difference_hash(image))


def labelled(workspace: Workspace, files: list[tuple[str, str]], jobs: int) -> Iterator[LabelledPhoto]:
    """The photos among files (set, path) that can be read, with the faces that YuNet finds."""
    with Pool(jobs, _start, (workspace.yunet,)) as pool:
        for number, photo in enumerate(pool.imap(_label, files, 32), 1):
            if number % 5000 == 0:
                print(f'{number} of {len(files)} photos', flush=True)
            if photo:
                yield photo


def label_photos(workspace: Workspace, jobs: int) -> None:
    """Labels every photo of every set, once."""
    files: dict[bytes, tuple[str, str]] = {}
    for source in SOURCES:
        for path in photos_of(workspace, source):
            files.setdefault(hashlib.sha1(path.read_bytes()).digest(), (source.name, str(path)))
    photos, hashes = [], set()
    for photo in labelled(workspace, list(files.values()), jobs):
        if photo.hash in hashes and not photo.of_held_out_person:
            continue
        hashes.add(photo.hash)
        photos.append(photo)
    split(photos)
    save_labels(workspace, photos)
    for name in ('train', 'held-back', 'left-out'):
        chosen = [photo for photo in photos if photo.split == name]
        faces = sum(int((photo.faces[:, SCORE] > SURE).sum()) for photo in chosen)
        print(f'{name}: {len(chosen)} photos with {faces} faces')


def split(photos: list[LabelledPhoto]) -> None:
    """Sets the split of each photo. It depends on the photo's hash, so that copies are on one side."""
    for photo in photos:
        if photo.of_held_out_person:
            photo.split = 'left-out'
        elif hashlib.sha1(str(photo.hash).encode()).digest()[0] < 13:
            photo.split = 'held-back'
    kept_apart = np.array([photo.hash for photo in photos if photo.split != 'train'], np.uint64)
    for photo in photos:
        if photo.split == 'train' and len(kept_apart):
            differing = np.bitwise_xor(kept_apart, np.uint64(photo.hash))
            if np.unpackbits(differing.view(np.uint8).reshape(-1, 8), axis=1).sum(1).min() <= NEAR_DUPLICATE:
                photo.split = 'left-out'


def save_labels(workspace: Workspace, photos: list[LabelledPhoto]) -> None:
    """Writes labels.pkl, and held-back.txt with the paths of the photos that are held back."""
    workspace.work('labels.pkl').write_bytes(pickle.dumps(photos))
    held_back = [photo.path for photo in photos if photo.split == 'held-back']
    workspace.work('held-back.txt').write_text('\n'.join(held_back) + '\n')


def load_labels(workspace: Workspace) -> list[LabelledPhoto]:
    return pickle.loads(workspace.work('labels.pkl').read_bytes())
