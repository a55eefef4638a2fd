"""Backgrounds of composed scenes: parts of photos without a face, and drawn textures."""
import math
from itertools import pairwise

import cv2
import numpy as np
from numpy.random import Generator

from augmentation import log_uniform
from photo_bank import PhotoBank
from workspace import Workspace

SIDE = 320
"""Side of a composed scene, px."""
STORED = 900
"""Backgrounds that are composed once; each use turns, mirrors or crops one of them."""


def build_backgrounds(workspace: Workspace, bank: PhotoBank) -> None:
    """Writes backgrounds.npy, uint8 [900, 320, 320, 3]."""
    rng = np.random.default_rng(700)
    free = [(photo, *part) for photo in bank.cutouts for part in photo.free_rectangles()]
    large = [part for part in free if (part[3] - part[1]) * (part[4] - part[2]) > 80 * 80]

    def scenery() -> np.ndarray:
        parts = large if rng.random() < 0.6 else free
        photo, left, top, right, bottom = parts[rng.integers(len(parts))]
        image = photo.image()[top:bottom, left:right]
        height, width = image.shape[:2]
        share = log_uniform(0.5, 1, rng)
        crop_width, crop_height = max(24, int(width * share)), max(24, int(height * share))
        x, y = rng.integers(0, max(1, width - crop_width)), rng.integers(0, max(1, height - crop_height))
        return image[y:y + crop_height, x:x + crop_width]

    def collage() -> np.ndarray:
        image = np.empty((SIDE, SIDE, 3), np.uint8)
        columns, rows = rng.integers(1, 4, 2)
        xs, ys = (np.linspace(0, SIDE, count + 1).astype(int) for count in (columns, rows))
        for top, bottom in pairwise(ys):
            for left, right in pairwise(xs):
                part = scenery() if rng.random() < 0.8 else texture(rng)
                image[top:bottom, left:right] = cv2.resize(part, (int(right - left), int(bottom - top)))
        return image

    def background() -> np.ndarray:
        kind = rng.random()
        if kind < 0.3:
            return texture(rng)
        return cv2.resize(scenery(), (SIDE, SIDE)) if kind < 0.65 else collage()

    np.save(workspace.work('backgrounds.npy'), np.stack([background() for _ in range(STORED)]))


def load_backgrounds(workspace: Workspace) -> np.ndarray:
    return np.load(workspace.work('backgrounds.npy'), mmap_mode='r')


def vary(background: np.ndarray, rng: Generator) -> np.ndarray:
    """The background mirrored, turned or cropped at random."""
    if rng.random() < 0.5:
        background = background[:, ::-1]
    if rng.random() < 0.3:
        background = background.transpose(1, 0, 2)[:, ::-1]
    if rng.random() < 0.5:
        side = int(rng.integers(SIDE // 3, SIDE))
        x, y = rng.integers(0, SIDE - side + 1, 2)
        background = cv2.resize(np.ascontiguousarray(background[y:y + side, x:x + side]), (SIDE, SIDE))
    return np.array(background, order='C')


def texture(rng: Generator) -> np.ndarray:
    """A drawn picture, 320x320: noise of several scales, waves, shapes, or a gradient."""
    kind = rng.integers(8)
    image = _clouds(rng) if kind <= 2 else _waves(rng) if kind == 3 else _shapes(rng) if kind <= 6 else _gradient(rng)
    image = np.clip(image, 0, 255).astype(np.uint8)
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 3)) if rng.random() < 0.4 else image


def _clouds(rng: Generator) -> np.ndarray:
    image = np.zeros((SIDE, SIDE, 3), np.float32)
    for cells in (3, 6, 16, 48, 160)[:rng.integers(1, 6)]:
        values = rng.normal(0, 1, (cells, cells, 3 if rng.random() < 0.5 else 1)).astype(np.float32)
        layer = cv2.resize(values, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC).reshape(SIDE, SIDE, -1)
        image += layer * rng.uniform(5, 60)
    return image + rng.uniform(20, 230, 3)


def _waves(rng: Generator) -> np.ndarray:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    angle = rng.uniform(0, math.pi)
    wave = np.sin((x * math.cos(angle) + y * math.sin(angle)) * rng.uniform(0.03, 1.2))
    if rng.random() < 0.5:
        wave = wave * np.sin((y * math.cos(angle) - x * math.sin(angle)) * rng.uniform(0.03, 1.2))
    return rng.uniform(30, 220, 3) + wave[..., None] * rng.normal(0, 40, 3)


def _gradient(rng: Generator) -> np.ndarray:
    ramp = np.linspace(-1, 1, SIDE, dtype=np.float32)[:, None, None] * rng.normal(0, 60, 3)
    return np.full((SIDE, SIDE, 3), rng.uniform(0, 255, 3)) + ramp


def _shapes(rng: Generator) -> np.ndarray:
    """Discs, rectangles, lines, letters and groups of dots: what a face could be mistaken for."""
    image = np.empty((SIDE, SIDE, 3), np.uint8)
    image[:] = rng.integers(0, 256, 3)
    for _ in range(rng.integers(5, 40)):
        colour = [float(value) for value in rng.uniform(0, 255, 3)]
        x, y = (int(value) for value in rng.integers(0, SIDE, 2))
        kind, size = rng.integers(5), int(rng.integers(3, 70))
        if kind == 0:
            axes = (size, int(size * rng.uniform(0.4, 1.6)))
            cv2.ellipse(image, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(image, (x, y), (x + size, y + int(rng.integers(3, 120))), colour, -1)
        elif kind == 2:
            end = tuple(int(value) for value in rng.integers(0, SIDE, 2))
            cv2.line(image, (x, y), end, colour, int(rng.integers(1, 6)), cv2.LINE_AA)
        elif kind == 3:
            letters = ''.join(chr(code) for code in rng.integers(33, 126, rng.integers(1, 9)))
            cv2.putText(image, letters, (x, y), int(rng.integers(0, 7)), float(rng.uniform(0.3, 3)), colour,
                        int(rng.integers(1, 5)), cv2.LINE_AA)
        else:
            for dot in range(rng.integers(2, 7)):
                centre = (x + dot * size // 2, y + int(rng.integers(-size, size)))
                cv2.circle(image, centre, max(1, size // 5), colour, -1, cv2.LINE_AA)
    return image
