"""Pasting a photo into a scene so that one of its faces has a given size and place."""
import math

import cv2
import numpy as np
from numpy.random import Generator

from boxes import COORDINATES, LANDMARKS, SCORE, SURE
from cells import FINDABLE, VISIBLE
from photo_bank import BankPhoto
from yunet import scaled

Rectangle = tuple[int, int, int, int]
"""Left, upper, right, lower side, px."""
MIRRORED = [1, 0, 2, 4, 3]
"""The landmarks of a mirrored face, by their index before."""
SMALLEST = 9
"""Height below which a face of a scene is ignored, px."""


def paste(scene: np.ndarray, faces: list[np.ndarray], photo: BankPhoto, height: float, centre: tuple[float, float],
          rng: Generator, inside: Rectangle, soft: bool = False) -> None:
    """Pastes `photo` into `scene`, adds its faces to `faces` (see cells.py), and marks earlier ones that it covers.

    One face, drawn from those that are sure, will be `height` px high around `centre`. The photo is rotated (by 12
    degrees, standard deviation; 3 of 20 by up to 50), stretched and mirrored at random, and seen within `inside` only.
    soft: only the face is pasted, with soft edges, and sometimes the shoulders.
    """
    image, found = photo.image(), photo.faces.copy()
    main = found[rng.choice(np.flatnonzero(found[:, SCORE] > SURE))].copy()
    scale = height / max(main[3], 1)
    soft = soft and len(found) == 1
    if scale < 0.7:  # Shrink first: no aliasing.
        shrink = max(scale, 4 / min(image.shape[:2]))
        image = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        found, scale = scaled(found, shrink), scale / shrink
        main[COORDINATES] *= shrink
    angle = rng.normal(0, 12) if rng.random() < 0.85 else rng.uniform(-50, 50)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    stretch = math.exp(rng.normal(0, 0.06))
    is_mirrored = rng.random() < 0.5
    linear = scale * np.array([[stretch * cos, -sin], [stretch * sin, cos]])
    if is_mirrored:
        linear = linear @ np.diag([-1, 1])
    middle = main[:2] + main[2:4] / 2
    offset = np.array(centre) - linear @ middle

    mask = np.full(image.shape[:2], 255, np.uint8)
    reach = np.array([[0, 0], [mask.shape[1], 0], [0, mask.shape[0]], mask.shape[::-1]]) @ linear.T + offset
    low, high = reach.min(0), reach.max(0)
    if soft:
        ellipse = middle + [0, rng.uniform(-0.08, 0.12) * main[3]]
        axes = main[2:4] * [rng.uniform(0.55, 0.8), rng.uniform(0.55, 0.75)]
        mask = _soft_ellipse(mask, ellipse, axes, main[2], rng)
        pasted_at, around = linear @ ellipse + offset, axes.max() * scale * 1.25 + 2
        low, high = np.maximum(low, pasted_at - around), np.minimum(high, pasted_at + around)
    left, top = max(inside[0], int(low[0])), max(inside[1], int(low[1]))
    right, bottom = min(inside[2], math.ceil(high[0])), min(inside[3], math.ceil(high[1]))
    if right - left < 2 or bottom - top < 2:
        return

    matrix = np.column_stack([linear, offset - [left, top]])
    size = (right - left, bottom - top)
    pasted = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    opacity = cv2.warpAffine(mask, matrix, size)[..., None].astype(np.float32) / 255
    region = scene[top:bottom, left:right]
    region[:] = (pasted * opacity + region * (1 - opacity)).astype(np.uint8)
    _mark_covered(faces, opacity, (left, top, right, bottom))

    for face in found:
        if soft and np.abs(face[:4] - main[:4]).max() > 1e-3 * max(1, main[3]):
            continue
        points = face[LANDMARKS].reshape(5, 2) @ linear.T + offset
        half = face[2:4] * scale * [stretch, 1] / 2
        position = linear @ (face[:2] + face[2:4] / 2) + offset
        add_face(faces, np.concatenate([position - half, position + half]),
                 points[MIRRORED] if is_mirrored else points, face[SCORE], (left, top, right, bottom))


def add_face(faces: list[np.ndarray], sides: np.ndarray, points: np.ndarray, score: float, window: Rectangle) -> None:
    """Adds a face of which at least a fifth is in the window; it is to be found if it is sure, not tiny and 60 % of it
    are in the window."""
    width = min(sides[2], window[2]) - max(sides[0], window[0])
    height = min(sides[3], window[3]) - max(sides[1], window[1])
    seen = max(0, width) * max(0, height) / max(1e-6, (sides[2] - sides[0]) * (sides[3] - sides[1]))
    if seen >= 0.2:
        findable = score > SURE and seen > 0.6 and sides[3] - sides[1] >= SMALLEST
        faces.append(np.array([*sides, *points.ravel(), findable, 1], np.float64))


def _soft_ellipse(mask: np.ndarray, centre: np.ndarray, axes: np.ndarray, face_width: float,
                  rng: Generator) -> np.ndarray:
    mask[:] = 0
    radii = (max(1, int(axes[0])), max(1, int(axes[1])))
    cv2.ellipse(mask, (int(centre[0]), int(centre[1])), radii, 0, 0, 360, 255, -1)
    if rng.random() < 0.3:
        mask[int(centre[1]):] = 255
    softness = max(1, int(face_width * rng.uniform(0.03, 0.25)))
    return cv2.blur(mask, (softness, softness))


def _mark_covered(faces: list[np.ndarray], opacity: np.ndarray, window: Rectangle) -> None:
    """A face of which more than 35 % are covered is ignored, above 75 % it is no face any more."""
    for face in faces:
        left, top = max(face[0], window[0]), max(face[1], window[1])
        width, height = min(face[2], window[2]) - left, min(face[3], window[3]) - top
        if width > 0 and height > 0:
            y, x = int(top) - window[1], int(left) - window[0]
            hidden = float(opacity[y:y + math.ceil(height), x:x + math.ceil(width)].sum())
            share = hidden / max(1.0, (face[2] - face[0]) * (face[3] - face[1]))
            if share > 0.75:
                face[VISIBLE] = -1
            elif share > 0.35:
                face[FINDABLE] = 0
