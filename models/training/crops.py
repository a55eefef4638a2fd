"""Face crops of the embedder's training, each with the teacher's embeddings of it and of its mirror image."""
import pickle
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np

from alignment import BORDER, align
from boxes import LANDMARKS, SCORE, main_face
from labels import LabelledPhoto, load_labels
from onnx_models import Embedder, teacher
from photos import load, resized
from sources import NAMED, PHOTOS, is_held_out, person_of
from workspace import Workspace
from yunet import YuNet

RESEMBLES = 0.5
"""Cosine to a held-out face from which a training face is dropped: it may be the same person."""
SAME_PHOTO = 0.985
"""Cosine from which two faces come from copies of one photo."""


@dataclass
class Crop:
    image: np.ndarray
    """Aligned, 144x144, BGR."""
    target: np.ndarray
    """The teacher's embedding, [128]."""
    mirrored: np.ndarray
    """The teacher's embedding of the mirror image, [128]."""
    person: str | None
    photo: LabelledPhoto


_teacher: Embedder


def _start(model: Path) -> None:
    global _teacher
    cv2.setNumThreads(1)
    _teacher = teacher(model)


def _crops_of(photo: LabelledPhoto) -> list[Crop]:
    """The crops of a photo's faces that are sure, at least 36 px wide, and not in strong profile (eyes 9 px apart)."""
    image = load(photo.path, 1600)
    scale = image.shape[0] / photo.shape[0]
    faces = photo.faces[(photo.faces[:, SCORE] > 0.7) & (photo.faces[:, 2] * scale > 36)]
    crops = []
    for number, face in enumerate(faces):
        landmarks = face[LANDMARKS].reshape(5, 2) * scale
        if np.linalg.norm(landmarks[0] - landmarks[1]) < 9:
            continue
        is_main = number == main_face(faces, photo.shape)
        person = person_of(photo.path) if photo.set in NAMED and is_main else None
        crop = align_large(image, landmarks, BORDER)
        middle = crop[BORDER:-BORDER, BORDER:-BORDER]
        crops.append(Crop(crop, _teacher.embed(middle), _teacher.embed(middle[:, ::-1]), person, photo))
    return crops


def align_large(image: np.ndarray, landmarks: np.ndarray, border: int) -> np.ndarray:
    """As align, but a face much larger than its crop is shrunk first: no aliasing. landmarks: [5, 2], px."""
    extent = np.linalg.norm(landmarks.max(0) - landmarks.min(0))
    scale = 112 / (2.6 * extent / 1.414 + 1e-6) * 1.5
    if scale > 0.7:
        return align(image, landmarks, border)
    return align(resized(image, scale), landmarks * scale, border)


def cut_crops(workspace: Workspace, jobs: int, hold_out: Path | None) -> None:
    """Writes crops.npy and crops.pkl. Faces that resemble a held-out person of LFW, or a face in the folder `hold_out`,
    are left out, and all but one copy of a photo."""
    photos = [photo for photo in load_labels(workspace) if photo.split != 'held-back' and photo.source.crops]
    with Pool(jobs, _start, (workspace.teacher,)) as pool:
        crops = [crop for found in pool.imap(_crops_of, photos, 32) for crop in found]
    evaluated = [crop.target for crop in crops if crop.person and is_held_out(crop.person)]
    others = _embeddings_of(workspace, hold_out) if hold_out else []
    usable = [crop for crop in crops if not crop.photo.of_held_out_person]
    # Who a face with a name is, is known: it only has to be unlike the others.
    unlike = [crop for crop in usable if not _resembles(crop, others if crop.person else evaluated + others)]
    kept = _without_copies(unlike)
    print(f'{len(crops)} faces; of held-out people {len(crops) - len(usable)}; like one of those '
          f'{len(usable) - len(unlike)}; copies {len(unlike) - len(kept)}; kept {len(kept)}')
    save_crops(workspace, np.stack([crop.image for crop in kept]),
               CropIndex(np.stack([crop.target for crop in kept]), np.stack([crop.mirrored for crop in kept]),
                         [crop.person for crop in kept], [crop.photo.set for crop in kept]))


def _resembles(crop: Crop, faces: list[np.ndarray]) -> bool:
    return len(faces) > 0 and float((np.stack(faces) @ crop.target).max()) > RESEMBLES


def _without_copies(crops: list[Crop]) -> list[Crop]:
    targets = np.stack([crop.target for crop in crops])
    is_copy = np.zeros(len(crops), bool)
    for i, target in enumerate(targets):
        if not is_copy[i]:
            is_copy[i + 1:] |= targets[i + 1:] @ target > SAME_PHOTO
    return [crop for crop, copy in zip(crops, is_copy) if not copy]


def _embeddings_of(workspace: Workspace, folder: Path) -> list[np.ndarray]:
    """The teacher's embeddings of all faces in the photos of a folder. A border helps with tight portraits."""
    detector, network, found = YuNet(workspace.yunet), teacher(workspace.teacher), []
    for path in sorted(folder.rglob('*')):
        image = load(path) if path.suffix.lower() in PHOTOS else None
        if image is not None:
            image = cv2.copyMakeBorder(image, 75, 75, 75, 75, cv2.BORDER_CONSTANT)
            found += [network.embed(align(image, face[LANDMARKS])) for face in detector.search(image)
                      if face[SCORE] > 0.7]
    return found


@dataclass
class CropIndex:
    """What is known of the crops of crops.npy, in its order."""
    targets: np.ndarray
    """[n, 128]."""
    mirrored: np.ndarray
    """[n, 128]."""
    people: list[str | None]
    sets: list[str]

    def smoothed_targets(self, pull: float) -> np.ndarray:
        """What each crop shall map to, [n, 128], length 1: the mean of the teacher's embeddings of it and of its mirror
        image; where a person has several photos, drawn by `pull` towards their mean."""
        mean = _unit(self.targets + self.mirrored)
        photos_of: dict[str, list[int]] = {}
        for number, person in enumerate(self.people):
            if person:
                photos_of.setdefault(person, []).append(number)
        drawn = mean.copy()
        for numbers in photos_of.values():
            if len(numbers) > 1:
                drawn[numbers] += pull * _unit(mean[numbers].mean(0))
        return _unit(drawn).astype(np.float32)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def save_crops(workspace: Workspace, images: np.ndarray, index: CropIndex) -> None:
    np.save(workspace.work('crops.npy'), images)
    workspace.work('crops.pkl').write_bytes(pickle.dumps(index))


def load_crops(workspace: Workspace) -> tuple[np.ndarray, CropIndex]:
    """The crops, uint8 [n, 144, 144, 3], read from disk as they are used; and what is known of them."""
    images = np.load(workspace.work('crops.npy'), mmap_mode='r')
    return images, pickle.loads(workspace.work('crops.pkl').read_bytes())
