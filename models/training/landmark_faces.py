"""Faces with landmarks that several views agree on, for the training of the landmark network."""
import pickle
from dataclasses import dataclass
from multiprocessing import Pool

import cv2
import numpy as np

from alignment import BORDER, EYES, SIZE, TEMPLATE, similarity
from boxes import LANDMARKS, SCORE, main_face
from crops import load_crops
from cutouts import MIRRORED
from labels import LabelledPhoto, load_labels
from photos import load
from workspace import Workspace
from yunet import YuNet

SIDE = 176
"""Side of a stored face, px; the aligned face of 112 px is in its middle."""

VIEWS = ((0.75, False), (0.75, True), (1.0, False), (1.0, True), (1.4, False), (1.4, True))
"""Scale, and whether mirrored: a face's landmarks are the median of what YuNet finds in these views."""
FEWEST_VIEWS = 4
SPREAD = 0.08
"""Mean distance of the views from their median, as a share of EYES, above which a face is left out."""
SMALLEST, LEAST_SCORE, LEAST_SCALE = 28, 0.7, 0.3
"""Of the faces that are cut from scenes: height in px, score, and scale of the cut."""


@dataclass
class LandmarkFaces:
    images: np.ndarray
    """uint8 BGR [n, SIDE, SIDE, 3]."""
    points: np.ndarray
    """float32 [n, 5, 2], px of the image."""
    shown: np.ndarray
    """float32 [n]: around the middle, the radius within which the image is the photo, not its repeated border, px."""

    def turned(self, least: float) -> np.ndarray:
        """Indices of the faces whose nose is off the middle of eyes and mouth by `least` of their width."""
        right_eye, left_eye, nose, right, left = self.points.transpose(1, 0, 2)
        across, middle = (left_eye + left - right_eye - right) / 2, (left_eye + left + right_eye + right) / 4
        width = np.linalg.norm(across, axis=1) + 1e-6
        return np.flatnonzero(np.abs(((nose - middle) * across).sum(1)) / width**2 > least)


_yunet: YuNet
Face = tuple[np.ndarray, np.ndarray, float]
"""A row of LandmarkFaces."""


def _start(workspace: Workspace) -> None:
    global _yunet
    cv2.setNumThreads(1)
    _yunet = YuNet(workspace.yunet, 0.4)


def _agreed(image: np.ndarray) -> np.ndarray | None:
    """The landmarks [5, 2] of the face in the middle, px; None where the views do not agree."""
    found = []
    for scale, is_mirrored in VIEWS:
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        view = cv2.resize(image, None, fx=scale, fy=scale, interpolation=method)
        if is_mirrored:
            view = np.ascontiguousarray(view[:, ::-1])
        faces = _yunet.detect(view)
        if not len(faces):
            continue
        points = faces[main_face(faces, view.shape)][LANDMARKS].reshape(5, 2)
        if is_mirrored:
            points = mirrored(points, view.shape[1])
        found.append(points / scale)
    if len(found) < FEWEST_VIEWS:
        return None
    median = np.median(found, 0)
    is_agreed = np.linalg.norm(found - median, axis=2).mean() < SPREAD * EYES
    is_central = np.linalg.norm(median.mean(0) - SIDE / 2) < SIDE / 6
    return median.astype(np.float32) if is_agreed and is_central else None


def mirrored(points: np.ndarray, width: int) -> np.ndarray:
    """The landmarks of a face whose picture of this width is mirrored."""
    return np.stack([width - 1 - points[:, 0], points[:, 1]], 1)[MIRRORED]


def _of_crop(crop: np.ndarray) -> Face | None:
    image = cv2.copyMakeBorder(crop, *[(SIDE - crop.shape[0]) // 2] * 4, cv2.BORDER_REPLICATE)
    points = _agreed(image)
    # Of a crop that was packed, 8 px at each side are repeated, too.
    return None if points is None else (image, points, SIZE / 2 + BORDER / 2)


def _of_scene(photo: LabelledPhoto) -> list[Face]:
    image, faces = load(photo.path), []
    scale = image.shape[0] / photo.shape[0]
    for face in photo.faces:
        if face[SCORE] < LEAST_SCORE or face[3] * scale < SMALLEST:
            continue
        points = face[LANDMARKS].reshape(5, 2).astype(np.float64) * scale
        matrix = similarity(points, TEMPLATE.astype(np.float64) + (SIDE - SIZE) / 2)
        if not np.hypot(matrix[0, 0], matrix[1, 0]) >= LEAST_SCALE:
            continue
        cut = cv2.warpAffine(image, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        agreed = _agreed(cut)
        if agreed is not None:
            corners = np.array([[0, 0], image.shape[1::-1]]) @ matrix[:, :2].T + matrix[:, 2]
            faces.append((cut, agreed, float(np.abs(corners - SIDE / 2).min())))
    return faces


def find_landmark_faces(workspace: Workspace, jobs: int) -> None:
    """Writes landmark_faces.npy and landmark_faces.pkl: the embedder's crops, and faces of scenes with what is around
    them."""
    crops, _ = load_crops(workspace)
    scenes = [photo for photo in load_labels(workspace) if photo.split == 'train' and photo.source.scenes]
    with Pool(jobs, _start, (workspace,)) as pool:
        faces = [face for face in pool.imap(_of_crop, crops, 64) if face]
        of_crops = len(faces)
        faces += [face for found in pool.imap(_of_scene, scenes, 8) for face in found]
    images, points, shown = zip(*faces)
    np.save(workspace.work('landmark_faces.npy'), np.stack(images))
    workspace.work('landmark_faces.pkl').write_bytes(pickle.dumps((np.stack(points), np.float32(shown))))
    print(f'{of_crops} of {len(crops)} crops, {len(faces) - of_crops} faces of {len(scenes)} scenes')


def load_landmark_faces(workspace: Workspace) -> LandmarkFaces:
    """The images are read from disk as they are used."""
    points, shown = pickle.loads(workspace.work('landmark_faces.pkl').read_bytes())
    return LandmarkFaces(np.load(workspace.work('landmark_faces.npy'), mmap_mode='r'), points, shown)
