"""Faces as YuNet 2023mar (MIT, OpenCV model zoo) sees them: the labels of the detector's training."""
from pathlib import Path

import cv2
import numpy as np

from boxes import COORDINATES, SCORE, suppress

NONE = np.zeros((0, 15), np.float32)


class YuNet:
    def __init__(self, path: Path, score: float = 0.3):
        """score: the lowest score of a face, 0..1."""
        self._network = cv2.FaceDetectorYN.create(str(path), '', (320, 320), score, 0.4, 200)

    def detect(self, image: np.ndarray) -> np.ndarray:
        """The faces of a photo as it is, [n, 15] (see boxes.py)."""
        self._network.setInputSize((image.shape[1], image.shape[0]))
        faces = self._network.detect(image)[1]
        return NONE if faces is None else faces

    def search(self, image: np.ndarray) -> np.ndarray:
        """The faces of a photo, searched at two scales: at most 640 px, and twice that but at most 900 px. A portrait
        that fills a small photo is searched at half the scale instead. Of a face that both scales show, the one of a
        good size remains."""
        height, width = image.shape[:2]
        base = min(1.0, 640 / max(height, width))
        found, scales = [], [base, base * 2]
        while scales:
            scale = min(scales.pop(0), 900 / max(height, width))
            size = (max(32, round(width * scale)), max(32, round(height * scale)))
            interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            faces = self.detect(cv2.resize(image, size, interpolation=interpolation)).copy()
            if not len(faces):
                continue
            faces[:, 0:14:2] *= width / size[0]
            faces[:, 1:14:2] *= height / size[1]
            if scale == base and max(height, width) < 450 and (faces[:, 3] > 0.45 * height).any():
                scales = [base / 2]
            # Boxes and landmarks are best where a face is 20 to 350 px high.
            seen = faces[:, 3] * scale
            rank = faces[:, SCORE] - 0.15 * (seen > 350) - 0.1 * (seen < 20)
            found.append(np.concatenate([faces, rank[:, None]], 1))
        if not found:
            return NONE
        faces = np.concatenate(found)
        return faces[suppress(faces, faces[:, 15])][:, :15]


def scaled(faces: np.ndarray, scale: float) -> np.ndarray:
    """The faces of a photo that was resized by `scale`."""
    faces = faces.astype(np.float32)
    faces[:, COORDINATES] *= scale
    return faces
