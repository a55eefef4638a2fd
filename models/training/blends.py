"""Faces of people who do not exist: two crops blended, parts exchanged, warped and recoloured. The teacher
embeds each, so that the embedder learns the teacher's space between the few people of the photos."""
from multiprocessing import Pool

import cv2
import numpy as np

from alignment import BORDER, STORED, TEMPLATE
from crops import load_crops
from onnx_models import Embedder, teacher
from workspace import Workspace

MARGIN = 8
"""Taken off each side of a crop of 144 px: blends have 128 px."""


def make_blends(workspace: Workspace, jobs: int, shards: int, size: int) -> None:
    """Writes `shards` files of `size` faces each: blends_000.npy and its targets, blends_000_t.npy."""
    with Pool(jobs, _start, (workspace,)) as pool:
        for number in pool.imap_unordered(_write_shard, [(workspace, number, size) for number in range(shards)]):
            print(f'shard {number}', flush=True)


_crops: np.ndarray
_coloured: np.ndarray
_teacher: Embedder


def _start(workspace: Workspace) -> None:
    global _crops, _coloured, _teacher
    cv2.setNumThreads(1)
    _crops, _ = load_crops(workspace)
    _coloured = np.array([number for number, crop in enumerate(_crops) if not is_grey(crop)])
    _teacher = teacher(workspace.teacher)


def _write_shard(task: tuple[Workspace, int, int]) -> int:
    workspace, number, size = task
    rng = np.random.default_rng(1000 + number)
    images, targets = np.empty((size, 128, 128, 3), np.uint8), np.empty((size, 128), np.float32)
    for i in range(size):
        face = blend(_crops, _coloured, rng)
        images[i] = face[MARGIN:-MARGIN, MARGIN:-MARGIN]
        targets[i] = _teacher.embed(face[BORDER:-BORDER, BORDER:-BORDER])
    np.save(workspace.work(f'blends_{number:03d}_t.npy'), targets)
    partial = workspace.work(f'partial_{number:03d}.npy')
    np.save(partial, images)
    partial.rename(workspace.work(f'blends_{number:03d}.npy'))  # A trainer that runs meanwhile sees whole files only.
    return number


def blend(crops: np.ndarray, coloured: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A face of 144 px: in 35 of 100 a real one, in 55 a blend of two, in 10 a warped one; all are recoloured."""
    face = _drawn(crops, rng)
    if len(coloured) and rng.random() < 0.5 and is_grey(face):
        face = colourise(face, crops[coloured[rng.integers(len(coloured))]], rng)
    kind = rng.random()
    if kind < 0.35:
        face = recolour(face, rng, 0.5)
    else:
        if kind < 0.9:
            other = _drawn(crops, rng)
            if rng.random() < 0.5:
                other = warp(other, rng, 2.0)
            mask = rng.uniform(0.25, 0.75) if rng.random() < 0.4 else soft_mask(rng)
            face = (face * mask + other * (1 - mask)).astype(np.uint8)
        face = recolour(warp(face, rng, rng.uniform(1, 4)), rng, 0.7)
    if rng.random() < 0.15:
        scale = rng.uniform(0.3, 0.8)
        face = cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        face = cv2.resize(face, (STORED, STORED))
    return face


def _drawn(crops: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    crop = crops[rng.integers(len(crops))]
    return np.array(crop[:, ::-1] if rng.random() < 0.5 else crop, order='C')


def is_grey(crop: np.ndarray) -> bool:
    return float(np.abs(crop[::4, ::4, 0].astype(np.int16) - crop[::4, ::4, 2]).mean()) < 4


def colourise(grey: np.ndarray, coloured: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The grey crop with the blurred colours of another: both are aligned, so that skin falls on skin."""
    lab = cv2.cvtColor(grey, cv2.COLOR_BGR2LAB)
    colours = cv2.cvtColor(np.ascontiguousarray(coloured), cv2.COLOR_BGR2LAB)[..., 1:]
    lab[..., 1:] = cv2.GaussianBlur(colours, (0, 0), rng.uniform(1, 5))
    return cv2.cvtColor(lab, cv2.COLOR_LAB2BGR)


def warp(face: np.ndarray, rng: np.random.Generator, amplitude: float) -> np.ndarray:
    """The face with other proportions: a smooth displacement of `amplitude` px (standard deviation), and stretched."""
    side = face.shape[0]
    grid = rng.normal(0, amplitude, (5, 5, 2)).astype(np.float32)
    shift = cv2.resize(grid, (side, side), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    middle = (side - 1) / 2
    stretch_x, stretch_y = rng.normal(1, 0.04, 2).astype(np.float32)
    return cv2.remap(face, (x - middle) * stretch_x + middle + shift[..., 0],
                     (y - middle) * stretch_y + middle + shift[..., 1], cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)


def recolour(face: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Gamma, contrast, brightness, white balance, rarely grey, and light from one side."""
    x = (face.astype(np.float32) / 255)**np.float32(np.exp(rng.normal(0, 0.25 * strength)))
    contrast = np.float32(np.exp(rng.normal(0, 0.2 * strength)))
    x = (x - x.mean()) * contrast + x.mean() + np.float32(rng.normal(0, 0.06 * strength))
    x = x * np.exp(rng.normal(0, 0.06 * strength, 3)).astype(np.float32)
    if rng.random() < 0.08 * strength:
        x[:] = x.mean(2, keepdims=True)
    if rng.random() < 0.25 * strength:
        light = 1 + np.linspace(-1, 1, face.shape[1], dtype=np.float32) * np.float32(rng.normal(0, 0.35))
        x *= light[None, :, None] if rng.random() < 0.7 else light[:, None, None]
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


def soft_mask(rng: np.random.Generator) -> np.ndarray:
    """Where one face of a blend is seen, [144, 144, 1], 0..1: above a line, around a part of the face, or patches."""
    side, kind = STORED, rng.random()
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    if kind < 0.4:
        level = y - (side / 2 + rng.normal(0, side * 0.12)) + (x - side / 2) * rng.normal(0, 0.15)
        logit = level / (side * 0.05)
    elif kind < 0.7:
        part_x, part_y = TEMPLATE[rng.integers(5)] + BORDER
        width, height = side * rng.uniform(0.12, 0.3), side * rng.uniform(0.1, 0.25)
        logit = 4 * (1 - ((x - part_x) / width)**2 - ((y - part_y) / height)**2)
    else:
        logit = cv2.resize(rng.normal(0, 3, (4, 4)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    return (1 / (1 + np.exp(-np.clip(logit, -12, 12))))[..., None]
