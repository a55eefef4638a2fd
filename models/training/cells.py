"""Targets of the detector: what each cell of its three outputs shall say of a scene."""
import math

import numpy as np

from networks import STRIDES

# A face of a scene, float64 [16]: left, upper, right, lower side, then x, y of the five landmarks (as boxes.py orders
# them), px; then whether it is to be found (1) or ignored (0); and whether it can be seen at all (-1: covered).
SIDES = slice(0, 4)
FIVE_POINTS = slice(4, 14)
FINDABLE = 14
VISIBLE = 15

# The target of a cell, float32 [17]: weight of its score (0: ignored), whether it shows a face; the distances of the
# left, upper, right and lower side of the face, the offsets x, y of the landmarks, and the face's size, all px.
WEIGHT = 0
IS_FACE = 1
BOX = slice(2, 6)
POINTS = slice(6, 16)
FACE_SIZE = 16

SERVED = ((0, 44), (32, 110), (84, math.inf))
"""Sizes of faces that each stride is for: root of the area, px. They overlap."""


def cell_targets(faces: list[np.ndarray], side: int) -> np.ndarray:
    """The targets of all cells of a square scene of `side` px, [cells, 17], stride 8 first.

    A face is the business of the cells near its middle, of the strides for its size; around them lie cells that are
    ignored. Where faces overlap, the smaller one has the cell.
    """
    levels = []
    for stride, (smallest, largest) in zip(STRIDES, SERVED):
        count = side // stride
        target = np.zeros((count, count, 17), np.float32)
        target[..., WEIGHT] = 1
        owner_size = np.full((count, count), np.inf)
        centres = np.arange(count) * stride
        for face in faces:
            width, height = face[2] - face[0], face[3] - face[1]
            size = math.sqrt(max(width * height, 1))
            dx = np.abs(centres - (face[0] + face[2]) / 2)[None, :]
            dy = np.abs(centres - (face[1] + face[3]) / 2)[:, None]
            distance, radius = np.maximum(dx, dy), max(0.75 * stride, 0.16 * size)
            free = target[..., IS_FACE] == 0
            if face[FINDABLE] < 1:
                target[..., WEIGHT][free & (dx < 0.5 * width) & (dy < 0.5 * height)] = 0
            elif smallest <= size <= largest:
                target[..., WEIGHT][free & (distance <= radius + 0.5 * stride)] = 0
                own = (distance <= radius) & (size < owner_size)
                owner_size[own] = size
                rows, columns = np.where(own)
                x, y = centres[columns], centres[rows]
                target[rows, columns, WEIGHT] = target[rows, columns, IS_FACE] = 1
                target[rows, columns, BOX] = np.stack([x - face[0], y - face[1], face[2] - x, face[3] - y], 1)
                offsets = face[FIVE_POINTS].reshape(1, 5, 2) - np.stack([x, y], 1)[:, None]
                target[rows, columns, POINTS] = offsets.reshape(-1, 10)
                target[rows, columns, FACE_SIZE] = size
            elif smallest * 0.7 <= size <= largest * 1.4:
                target[..., WEIGHT][free & (distance <= radius)] = 0
        levels.append(target.reshape(-1, 17))
    return np.concatenate(levels)
