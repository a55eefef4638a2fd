"""Endless batches for the landmark network: faces as they are seen when they are aligned by landmarks that are off."""
import math
from collections.abc import Iterator

import cv2
import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

import backgrounds
from alignment import STORED
from augmentation import FACE_TONE, compress, cover, grey, log_uniform, motion_blur, noise, side_light
from datasets import Batches
from landmark_faces import SIDE, load_landmark_faces, mirrored
from networks import LANDMARK_INPUT

TURNED, TURNED_BY = 0.3, 0.18
"""Share of faces that are drawn from those turned aside, and from where on they are."""
MIDDLE = np.full(2, SIDE / 2)


class LandmarkBatches(Batches):
    """uint8 RGB [n, 64, 64, 3], and x, y of the five landmarks as shares of the side, float32 [n, 10]."""

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng([self._seed, self.begin()])
        faces = load_landmark_faces(self._workspace)
        turned = faces.turned(TURNED_BY)
        around = backgrounds.load_backgrounds(self._workspace)
        while True:
            pixels = np.empty((self._size, LANDMARK_INPUT, LANDMARK_INPUT, 3), np.uint8)
            wanted = np.empty((self._size, 10), np.float32)
            for i in range(self._size):
                number = turned[rng.integers(len(turned))] if rng.random() < TURNED else rng.integers(len(faces.images))
                image, points = faces.images[number], faces.points[number]
                if rng.random() < 0.5:
                    image, points = image[:, ::-1], mirrored(points, SIDE)
                view, wanted[i] = _view(np.ascontiguousarray(image), points, float(faces.shown[number]), around, rng)
                pixels[i] = view[..., ::-1]
            yield torch.from_numpy(pixels), torch.from_numpy(wanted)


def _view(image: np.ndarray, points: np.ndarray, shown: float, around: np.ndarray,
          rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """The face rotated, scaled, stretched and shifted as wrong landmarks do, 35 of 100 grossly, at the resolution of
    some camera, and degraded; with its landmarks, shares of the side, [10]."""
    is_gross = rng.random() < 0.35
    angle = math.radians(rng.uniform(-60, 60) if is_gross else rng.normal(0, 10))
    side = LANDMARK_INPUT if rng.random() < 0.45 else round(log_uniform(14, LANDMARK_INPUT, rng))
    scale = math.exp(rng.normal(0, 0.22 if is_gross else 0.09)) * side / STORED
    stretch = math.exp(rng.normal(0, 0.05))
    cos, sin = math.cos(angle), math.sin(angle)
    linear = scale * np.array([[cos * stretch, -sin], [sin * stretch, cos]])
    offset = side / 2 + rng.normal(0, 9 if is_gross else 4, 2) * side / STORED - linear @ MIDDLE

    view = _warped(image, linear, offset, side, shrink=scale < 0.6 and rng.random() < 0.6)
    if shown < SIDE * 0.68 and rng.random() < 0.85:
        middle = linear @ (MIDDLE + rng.normal(0, 4, 2)) + offset
        view = _surrounded(view, middle, min(shown * rng.uniform(0.8, 1.1), SIDE / 2) * scale, around, rng)
    if rng.random() < 0.12:
        _cut_off(view, rng)
    view = _degraded(view, rng)
    if side != LANDMARK_INPUT:
        view = cv2.resize(view, (LANDMARK_INPUT, LANDMARK_INPUT), interpolation=cv2.INTER_LINEAR)
    # Enlarging keeps the borders of the picture where they are, not the middles of its pixels.
    places = (points @ linear.T + offset + 0.5) / side - 0.5 / LANDMARK_INPUT
    return view, places.astype(np.float32).ravel()


def _warped(image: np.ndarray, linear: np.ndarray, offset: np.ndarray, side: int, shrink: bool) -> np.ndarray:
    """shrink: first, so that there is no aliasing; spotter does not."""
    if shrink:
        factor = max(math.sqrt(abs(np.linalg.det(linear))) * 1.2, 0.08)
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        offset = offset + linear @ np.full(2, 0.5 / factor - 0.5)
        linear = linear / factor
    return cv2.warpAffine(image, np.column_stack([linear, offset]), (side, side), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REFLECT_101)


def _surrounded(view: np.ndarray, middle: np.ndarray, radius: float, around: np.ndarray, rng: Generator) -> np.ndarray:
    """The face in a disc on another background: the border of a stored face must not tell what is upright."""
    side = view.shape[0]
    if rng.random() < 0.7:
        x, y = rng.integers(0, backgrounds.SIDE - side + 1, 2)
        background = around[rng.integers(len(around)), y:y + side, x:x + side]
    else:
        background = np.full((side, side, 3), rng.integers(0, 256, 3), np.uint8)
    x, y = (np.arange(side, dtype=np.float32) - np.float32(value) for value in middle)
    distance = np.sqrt(x[None]**2 + y[:, None]**2)
    softness = max(1.0, side * rng.uniform(0.01, 0.15))
    opacity = np.clip((radius - distance) / softness + 0.5, 0, 1)[..., None].astype(np.float32)
    return (view * opacity + background * (1 - opacity)).astype(np.uint8)


def _cut_off(view: np.ndarray, rng: Generator) -> None:
    """At the edge of a picture, a part of the view is black."""
    count = int(view.shape[0] * rng.uniform(0.02, 0.3))
    if count:
        (view[:count], view[-count:], view[:, :count], view[:, -count:])[rng.integers(4)][:] = 0


def _degraded(view: np.ndarray, rng: Generator) -> np.ndarray:
    if rng.random() < 0.05:
        view = side_light(view, rng)
    if rng.random() < 0.6:
        view = FACE_TONE.applied(view, rng)
    if rng.random() < 0.15:
        view = grey(view)
    if rng.random() < 0.08 and view.shape[0] > 48:
        view = cover(view, rng)
    kind = rng.random()
    if kind < 0.1:
        view = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.4, 2.0))
    elif kind < 0.16:
        view = motion_blur(view, rng, 8)
    if rng.random() < 0.15:
        view = noise(view, rng, 14)
    if rng.random() < 0.25:
        view = compress(view, int(rng.integers(25, 88)))
    return view
