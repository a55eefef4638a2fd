"""Scenes of 320x320 px for the detector, natural and composed, with the faces in them."""
import math
import pickle
from itertools import pairwise

import cv2
import numpy as np

from augmentation import degrade_scene, log_uniform
from backgrounds import SIDE, load_backgrounds, vary
from boxes import LANDMARKS, SCORE
from cells import VISIBLE
from cutouts import MIRRORED, add_face, paste
from photo_bank import BankPhoto, load_photo_bank
from workspace import Workspace

WHOLE = (0, 0, SIDE, SIDE)
Faces = list[np.ndarray]
"""Rows as cells.py defines them."""


class SceneComposer:
    """An endless supply: half natural scenes; of the others 10 % without a face, 40 % with faces pasted into a
    background, 30 % mosaics of photos, 20 % one large photo."""

    def __init__(self, workspace: Workspace, seed: int):
        self.rng = np.random.default_rng(seed)
        self._backgrounds = load_backgrounds(workspace)
        bank = load_photo_bank(workspace)
        with_face = [photo for photo in bank.cutouts if len(photo.sure)]
        self._turned = [photo for photo in with_face if photo.is_turned()] or with_face
        self._masked = [photo for photo in with_face if photo.is_masked()] or with_face
        self._plain = [photo for photo in with_face if not photo.is_masked()] or with_face
        self._scenes = bank.scenes
        # Scenes with several faces are drawn more often.
        self._often = np.cumsum([min(4, 1 + len(scene.sure)) for scene in bank.scenes])
        mined = workspace.work('hard_negatives.pkl')
        self._hard_negatives = pickle.loads(mined.read_bytes()) if mined.exists() else []

    def compose(self) -> tuple[np.ndarray, Faces]:
        faces: Faces = []
        kind = self.rng.random()
        if kind < 0.5:
            scene = self._natural(faces)
        elif kind < 0.55:
            scene = self._empty()
        elif kind < 0.75:
            scene = self._pasted(faces)
        elif kind < 0.9:
            scene = self._mosaic(faces)
        else:
            scene = self._portrait(faces)
        return degrade_scene(scene, self.rng), [face for face in faces if face[VISIBLE] > 0]

    def _natural(self, faces: Faces) -> np.ndarray:
        """A window of a photo with the faces that it happens to hold, at a scale of 0.4 to 2.2; in 60 % around one of
        its faces; 40 % are around a hard negative, if these were mined."""
        rng = self.rng
        if self._hard_negatives and rng.random() < 0.4:
            number, x, y, scale = self._hard_negatives[rng.integers(len(self._hard_negatives))]
            photo, scale = self._scenes[number], scale * math.exp(rng.normal(0, 0.2))
            at = rng.uniform(0.15, 0.85, 2) * SIDE
        else:
            photo = self._scenes[int(np.searchsorted(self._often, rng.random() * self._often[-1]))]
            x, y = rng.uniform(0, photo.shape[1]), rng.uniform(0, photo.shape[0])
            scale = log_uniform(0.4, 2.2, rng)
            if len(photo.faces) and rng.random() < 0.6:
                face = photo.faces[rng.integers(len(photo.faces))]
                scale = min(3.0, max(0.3, self._size(12, 200) / max(8, face[3])))
                x, y = face[:2] + face[2:4] * rng.uniform(-0.5, 1.5, 2)
            at = rng.uniform(0.3, 0.7, 2) * SIDE
        offset = np.array([self._offset(at[0] - x * scale, photo.shape[1] * scale),
                           self._offset(at[1] - y * scale, photo.shape[0] * scale)])
        scene = self._window(photo.image(), scale, offset)
        is_mirrored = rng.random() < 0.5
        if is_mirrored:
            scene = np.ascontiguousarray(scene[:, ::-1])
        for face in photo.faces:
            sides = np.concatenate([face[:2], face[:2] + face[2:4]]) * scale + np.tile(offset, 2)
            points = face[LANDMARKS].reshape(5, 2) * scale + offset
            if is_mirrored:
                sides = np.array([SIDE - sides[2], sides[1], SIDE - sides[0], sides[3]])
                points = np.stack([SIDE - points[:, 0], points[:, 1]], 1)[MIRRORED]
            add_face(faces, sides, points, face[SCORE], WHOLE)
        return scene

    def _offset(self, wanted: float, length: float) -> float:
        """Where a photo of this length begins in the window: the window stays on the photo if the photo is larger."""
        if length >= SIDE:
            return min(0, max(SIDE - length, wanted))
        return self.rng.uniform(0, SIDE - length)

    def _window(self, image: np.ndarray, scale: float, offset: np.ndarray) -> np.ndarray:
        x0, y0 = (max(0, int(-value / scale)) for value in offset)
        x1, y1 = (int((SIDE - value) / scale) + 2 for value in offset)
        part, origin = image[y0:y1, x0:x1], offset + np.array([x0, y0]) * scale
        if scale < 0.7:  # Shrink first: no aliasing.
            part, scale = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), 1.0
        scene = self._background() if self.rng.random() < 0.3 else self._plain_colour()
        matrix = np.array([[scale, 0, origin[0]], [0, scale, origin[1]]])
        cv2.warpAffine(part, matrix, (SIDE, SIDE), dst=scene, flags=cv2.INTER_LINEAR,
                       borderMode=cv2.BORDER_TRANSPARENT)
        return scene

    def _empty(self) -> np.ndarray:
        """A background; in 30 % with shuffled blocks of a portrait, which are no face either."""
        scene = self._background()
        if self.rng.random() < 0.3:
            portrait = cv2.resize(self._photo().image(), (SIDE, SIDE))
            count = int(self.rng.integers(4, 8))
            side = SIDE // count
            for place, block in enumerate(self.rng.permutation(count * count)):
                if self.rng.random() < 0.6:
                    y, x, v, u = (side * index for index in (*divmod(place, count), *divmod(int(block), count)))
                    scene[y:y + side, x:x + side] = portrait[v:v + side, u:u + side]
        return scene

    def _pasted(self, faces: Faces) -> np.ndarray:
        """One to eight faces in a background, apart from each other; the more, the smaller."""
        rng, scene = self.rng, self._background()
        count = int(rng.integers(1, 9))
        largest = 260 if count < 3 else 140 if count < 6 else 70
        taken: list[tuple[float, float, float]] = []
        for size in sorted((self._size(10, largest) for _ in range(count)), reverse=True):
            for _ in range(12):
                x, y = rng.uniform(size * 0.3, SIDE - size * 0.3, 2)
                if all(abs(x - u) > 0.375 * (size + other) or abs(y - v) > 0.425 * (size + other)
                       for u, v, other in taken):
                    taken.append((x, y, size))
                    paste(scene, faces, self._photo(), size, (x, y), rng, WHOLE, soft=rng.random() < 0.6)
                    break
        return scene

    def _mosaic(self, faces: Faces) -> np.ndarray:
        """Up to 4x4 photos side by side."""
        rng, scene = self.rng, self._background()
        columns, rows = (int(count) for count in rng.integers(1, 5, 2))
        if columns * rows == 1:
            columns = rows = 2
        xs, ys = (self._cuts(count) for count in (columns, rows))
        for top, bottom in pairwise(ys):
            for left, right in pairwise(xs):
                width, height = right - left, bottom - top
                if width < 12 or height < 12:
                    continue
                if rng.random() < 0.15:
                    scene[top:bottom, left:right] = self._background()[:height, :width]
                    continue
                shorter = min(width, height)
                size = self._size(max(10, shorter * 0.2), shorter * 1.1)
                x, y = left + width * rng.uniform(0.3, 0.7), top + height * rng.uniform(0.3, 0.7)
                paste(scene, faces, self._photo(), size, (x, y), rng, (left, top, right, bottom))
        return scene

    def _cuts(self, count: int) -> list[int]:
        inner = np.linspace(0, SIDE, count + 1)[1:-1] + self.rng.normal(0, SIDE * 0.05, count - 1)
        return [0, *(int(cut) for cut in np.sort(inner)), SIDE]

    def _portrait(self, faces: Faces) -> np.ndarray:
        scene = self._background() if self.rng.random() < 0.5 else self._plain_colour()
        centre = (SIDE * self.rng.uniform(0.3, 0.7), SIDE * self.rng.uniform(0.35, 0.65))
        paste(scene, faces, self._photo(), self._size(60, 340), centre, self.rng, WHOLE)
        return scene

    def _background(self) -> np.ndarray:
        return vary(self._backgrounds[self.rng.integers(len(self._backgrounds))], self.rng)

    def _plain_colour(self) -> np.ndarray:
        return np.full((SIDE, SIDE, 3), self.rng.integers(0, 256, 3), np.uint8)

    def _photo(self) -> BankPhoto:
        """A photo to cut from: in 20 % with a face turned aside, in 12 % with a mask."""
        kind = self.rng.random()
        photos = self._turned if kind < 0.2 else self._plain if kind < 0.88 else self._masked
        return photos[self.rng.integers(len(photos))]

    def _size(self, smallest: float, largest: float) -> float:
        """A height of a face, px; small ones are as frequent as large ones (log-uniform)."""
        return log_uniform(smallest, largest, self.rng)
