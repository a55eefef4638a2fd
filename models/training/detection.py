"""How well a detector finds the faces that a reference finds."""
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from boxes import LANDMARKS, SCORE, SURE, overlap, suppress

Detect = Callable[[np.ndarray], np.ndarray]
"""A picture -> faces [n, 15], see boxes.py."""
FRONTAL = 0.25
"""Distance of the eyes, as a share of the width, from which a face is not in profile."""


def reference_faces(picture: np.ndarray, detect: Detect) -> np.ndarray:
    """The faces of a picture, at its size and at half of it, where faces of 300 px and more are found better. Of two
    overlapping ones, the one that was seen at 20 to 350 px remains."""
    found = []
    for scale in (1.0, 0.5):
        faces = detect(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)).copy()
        seen = faces[:, 3].copy()
        faces[:, :14] /= scale
        found.append(np.column_stack([faces, faces[:, SCORE] - 0.15 * (seen > 350) - 0.1 * (seen < 20)]))
    faces = np.concatenate(found)
    return faces[suppress(faces, faces[:, 15])][:, :15]


@dataclass
class Agreement:
    """Counts over many pictures, of faces of at least `smallest` px of height."""
    smallest: int
    faces: int = 0
    """Faces of which the reference is sure."""
    found: int = 0
    false: int = 0
    """Faces that the reference does not know at all, and second boxes on one face."""
    errors: list[float] = field(default_factory=list)
    """Mean distance of the landmarks of frontal faces, as a share of the distance of the eyes."""

    def add(self, faces: np.ndarray, reference: np.ndarray) -> None:
        wanted = {number for number, face in enumerate(reference)
                  if face[SCORE] > SURE and face[3] >= self.smallest}
        self.faces += len(wanted)
        found: set[int] = set()
        for face in faces[np.argsort(-faces[:, SCORE])]:
            overlaps = [overlap(face, other) for other in reference]
            best = int(np.argmax(overlaps)) if overlaps else -1
            if best < 0 or overlaps[best] < 0.5:
                self.false += int(face[3] >= self.smallest)
            elif best in found:
                self.false += 1
            elif best in wanted:
                found.add(best)
                self._compare(face[LANDMARKS].reshape(5, 2), reference[best])
        self.found += len(found)

    def _compare(self, landmarks: np.ndarray, reference: np.ndarray) -> None:
        points = reference[LANDMARKS].reshape(5, 2)
        eyes = float(np.linalg.norm(points[0] - points[1]))
        if eyes > FRONTAL * reference[2]:
            self.errors.append(float(np.linalg.norm(landmarks - points, axis=1).mean()) / eyes)

    def summary(self) -> str:
        recall, precision = self.found / max(1, self.faces), self.found / max(1, self.found + self.false)
        error = f'{np.mean(self.errors):.3f}' if self.errors else '-'
        return (f'{self.faces} faces of {self.smallest} px and more: recall {recall:.3f}, precision {precision:.3f} '
                f'({self.false} false), landmarks off by {error} of the eye distance')
