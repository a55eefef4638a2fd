"""The evaluation on people of LFW (Labeled Faces in the Wild) who are in no training set."""
from pathlib import Path

import cv2
import numpy as np
import torch

from alignment import align
from boxes import LANDMARKS, main_face
from networks import Embedder, face_input
from onnx_models import teacher
from sources import is_held_out, person_of
from verification import Verification, all_pairs, fold_accuracy
from workspace import Workspace
from yunet import YuNet


def held_out_pairs(folder: Path) -> list[tuple[str, str, bool]]:
    """The pairs of pairs.txt whose people are both held out: name_0001.jpg, name_0002.jpg, whether it is one person."""
    pairs = []
    for line in (folder / 'pairs.txt').read_text().splitlines():
        fields = line.split('\t')
        if len(fields) not in (3, 4):
            continue
        first, second = fields[0], fields[-2] if len(fields) == 4 else fields[0]
        if is_held_out(first) and is_held_out(second):
            pairs.append((f'{first}_{int(fields[1]):04d}.jpg', f'{second}_{int(fields[-1]):04d}.jpg', first == second))
    return pairs


class HeldOutPeople:
    """Aligned faces of the photos of these pairs. Landmarks are YuNet's; photos without a face are left out."""

    def __init__(self, folder: Path, workspace: Workspace):
        """folder: as lfw.tgz has it, name/name_0001.jpg, and pairs.txt."""
        detector, network, pairs = YuNet(workspace.yunet, 0.6), teacher(workspace.teacher), held_out_pairs(folder)
        crops: dict[str, np.ndarray] = {}
        for name in sorted({name for pair in pairs for name in pair[:2]}):
            image = cv2.imread(str(folder / person_of(name) / name))
            faces = detector.search(image)
            if len(faces):
                crops[name] = align(image, faces[main_face(faces, image.shape)][LANDMARKS])
        self.crops = np.stack(list(crops.values()))
        """uint8 BGR [n, 112, 112, 3]."""
        self.people = [person_of(name) for name in crops]
        numbers = {name: number for number, name in enumerate(crops)}
        known = [pair for pair in pairs if pair[0] in numbers and pair[1] in numbers]
        self._pairs = np.array([(numbers[first], numbers[second]) for first, second, _ in known])
        self._same = np.array([same for _, _, same in known])
        self._teacher = np.stack([network.embed(crop) for crop in self.crops])

    def verification(self, embeddings: np.ndarray) -> Verification:
        """Genuine: LFW's own pairs, so that people with hundreds of photos do not dominate; impostors: all pairs."""
        genuine = (embeddings[self._pairs[:, 0]] * embeddings[self._pairs[:, 1]]).sum(1)[self._same]
        return Verification(genuine, all_pairs(embeddings, self.people).impostors)

    def accuracy(self, embeddings: np.ndarray) -> float:
        return fold_accuracy((embeddings[self._pairs[:, 0]] * embeddings[self._pairs[:, 1]]).sum(1), self._same)

    def cosine_to_teacher(self, embeddings: np.ndarray) -> float:
        return float((embeddings * self._teacher).sum(1).mean())

    @torch.no_grad()
    def evaluate_network(self, network: Embedder) -> str:
        """One line on a network in training."""
        network.eval()
        rgb = torch.from_numpy(self.crops[..., ::-1].copy())
        embeddings = torch.cat([network(face_input(part)) for part in rgb.split(256)]).numpy()
        accepted, threshold = self.verification(embeddings).true_accepts(1e-3)
        return (f'held-out people: TPR {accepted:.4f} at FAR 0.001 (threshold {threshold:.3f}), '
                f'cosine to the teacher {self.cosine_to_teacher(embeddings):.4f}')
