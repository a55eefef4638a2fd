"""Photos in memory: uint8, height x width x 3, BGR as OpenCV has them."""
from pathlib import Path

import cv2
import numpy as np


def load(path: str | Path, longest: int = 800) -> np.ndarray | None:
    """The photo, shrunk to at most `longest` px; None if it cannot be read or is below 48 px."""
    image = cv2.imread(str(path))
    if image is None or min(image.shape[:2]) < 48:
        return None
    return resized(image, min(1.0, longest / max(image.shape[:2])))


def resized(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def letterbox(image: np.ndarray, width: int, height: int) -> tuple[np.ndarray, float]:
    """The photo as large as fits, in the upper left corner of a black picture; and its scale."""
    scale = min(width / image.shape[1], height / image.shape[0])
    small = resized(image, scale)
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[:small.shape[0], :small.shape[1]] = small[:height, :width]
    return canvas, scale


def to_jpeg(image: np.ndarray, quality: int = 92) -> bytes:
    return cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1])[1].tobytes()


def from_jpeg(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def difference_hash(image: np.ndarray) -> int:
    """64 bits, of which near-duplicates share nearly all: is each cell of an 8x9 grid brighter than the last?"""
    grid = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
    bits = (grid[:, 1:] > grid[:, :-1]).ravel()
    return int(''.join('1' if bit else '0' for bit in bits), 2)
