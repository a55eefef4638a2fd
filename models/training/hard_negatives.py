"""False alarms of an exported detector in the natural scenes, which its next training then sees more often."""
import pickle
from pathlib import Path

import numpy as np

from onnx_models import ScrfdDetector
from photo_bank import BankPhoto, load_photo_bank
from photos import resized
from workspace import Workspace

SCALES = (0.6, 1.0, 1.6)
SCORE = 0.35
PER_SCENE = 6


def mine(workspace: Workspace, model: Path, most: int) -> None:
    """Writes hard_negatives.pkl: number of the scene, x, y in the scene (px), and the scale at which it was found."""
    scenes, detector, found = load_photo_bank(workspace).scenes, ScrfdDetector(model, SCORE), []
    for number in np.random.default_rng(1).permutation(len(scenes))[:most]:
        alarms = _false_alarms(scenes[number], detector)
        chosen = np.random.default_rng(number).permutation(len(alarms))[:PER_SCENE]
        found += [(int(number), *alarms[i]) for i in chosen]
    workspace.work('hard_negatives.pkl').write_bytes(pickle.dumps(found))
    print(f'{len(found)} false alarms in {min(most, len(scenes))} scenes')


def _false_alarms(scene: BankPhoto, detector: ScrfdDetector) -> list[tuple[float, float, float]]:
    """x, y, scale. Those near a labelled face are left out: the label may be the wrong one."""
    alarms, image = [], scene.image()
    middles, near = scene.faces[:, :2] + scene.faces[:, 2:4] / 2, 0.75 * scene.faces[:, 2:4]
    for scale in SCALES:
        picture = resized(image, scale)
        height, width = picture.shape[:2]
        if max(height, width) > 1000 or min(height, width) < 64:
            continue
        canvas = np.zeros((-(-height // 32) * 32, -(-width // 32) * 32, 3), np.uint8)
        canvas[:height, :width] = picture
        for face in detector.detect(canvas):
            x, y = (face[:2] + face[2:4] / 2) / scale
            if not (np.abs(middles - [x, y]) < near).all(1).any():
                alarms.append((float(x), float(y), scale))
    return alarms
