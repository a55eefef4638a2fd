"""Aligned face crops: eyes, nose and mouth where the ArcFace template of 112x112 px has them."""
import cv2
import numpy as np

SIZE = 112
"""Side of an aligned crop, px."""
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655],
                     [70.7299, 92.2041]], np.float32)
EYES = float(np.linalg.norm(TEMPLATE[1] - TEMPLATE[0]))
"""Distance of the eyes in an aligned crop, px."""
BORDER = 16
"""Border around a stored crop, px: augmentation shifts and rotates it."""
STORED = SIZE + 2 * BORDER


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The least-squares similarity transform from points [n, 2] to points [n, 2], as a 2x3 matrix (Umeyama 1991)."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    a, b = source - source_mean, target - target_mean
    u, s, vt = np.linalg.svd(b.T @ a)
    signs = np.array([1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ np.diag(signs) @ vt
    scale = (s * signs).sum() / (a**2).sum()
    return np.concatenate([scale * rotation, (target_mean - scale * rotation @ source_mean)[:, None]], 1)


def align(image: np.ndarray, landmarks: np.ndarray, border: int = 0) -> np.ndarray:
    """The aligned crop of a face, 112 px and a border on each side. landmarks: 10 values or [5, 2], px."""
    points = landmarks.reshape(5, 2).astype(np.float64)
    matrix = similarity(points, TEMPLATE.astype(np.float64) + border)
    side = SIZE + 2 * border
    return cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
