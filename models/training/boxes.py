"""Arithmetic on face boxes, and the layout of a found face."""
import numpy as np

# A face, float32 [15]: x, y, width, height, then x, y of right eye, left eye, nose, right and left corner of the
# mouth (right: the person's own), all in px; then the score, 0..1. The order is that of OpenCV's FaceDetectorYN.
LANDMARKS = slice(4, 14)
COORDINATES = slice(0, 14)
SCORE = 14
SURE = 0.6
"""A face below this score is neither face nor background: training ignores its place."""


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes x, y, width, height."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def suppress(faces: np.ndarray, rank: np.ndarray, limit: float = 0.4) -> np.ndarray:
    """Non-maximum suppression: the indices of faces [n, >= 4] that no face of higher rank overlaps by `limit`."""
    kept: list[int] = []
    for i in np.argsort(-rank):
        if all(overlap(faces[i], faces[j]) < limit for j in kept):
            kept.append(int(i))
    return np.array(kept, np.int64)


def main_face(faces: np.ndarray, shape: tuple[int, ...]) -> int:
    """The face that a photo is about: large and near the middle."""
    dx = faces[:, 0] + faces[:, 2] / 2 - shape[1] / 2
    dy = faces[:, 1] + faces[:, 3] / 2 - shape[0] / 2
    return int(np.argmax(faces[:, 2] * faces[:, 3] - 2 * (dx**2 + dy**2)))
