"""Exported models in onnxruntime: an SCRFD detector and embedders."""
from pathlib import Path

import numpy as np
import onnxruntime

from boxes import suppress
from photos import letterbox

STRIDES = (8, 16, 32)
IMAGENET_MEAN, IMAGENET_STD = np.float32([123.675, 116.28, 103.53]), np.float32([58.395, 57.12, 57.375])


def session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """A model in a file or in memory, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model), options,
                                        providers=['CPUExecutionProvider'])


class ScrfdDetector:
    """A detector with the outputs of SCRFD, such as spotter-det: scores, boxes and landmarks at strides 8, 16, 32."""

    def __init__(self, path: Path, score: float):
        """score: the lowest score of a face, 0..1."""
        self._session, self._score = session(path), score
        self._input = self._session.get_inputs()[0].name

    def detect(self, image: np.ndarray) -> np.ndarray:
        """The faces of a photo whose sides are multiples of 32, [n, 15] (see boxes.py)."""
        height, width = image.shape[:2]
        pixels = (image[..., ::-1].astype(np.float32) - 127.5) / 128
        outputs = self._session.run(None, {self._input: _planes(pixels)})
        found = []
        for level, stride in enumerate(STRIDES):
            scores, boxes, points = (outputs[level + 3 * kind].reshape(-1, columns)
                                     for kind, columns in ((0, 1), (1, 4), (2, 10)))
            rows, columns = height // stride, width // stride
            cells = np.stack([np.arange(rows * columns) % columns, np.arange(rows * columns) // columns], 1) * stride
            cells = np.repeat(cells, len(scores) // (rows * columns), 0).astype(np.float32)
            sure = scores[:, 0] > self._score
            cell, box, point = cells[sure], boxes[sure] * stride, points[sure] * stride
            found.append(np.concatenate([cell - box[:, :2], box[:, :2] + box[:, 2:], point + np.tile(cell, 5),
                                         scores[sure]], 1))
        faces = np.concatenate(found)
        return faces[suppress(faces, faces[:, 14])]

    def search(self, image: np.ndarray, width: int, height: int) -> np.ndarray:
        """The faces of any photo, searched in an input of this size; px of the photo."""
        canvas, scale = letterbox(image, width, height)
        faces = self.detect(canvas)
        faces[:, :14] /= scale
        return faces


class Embedder:
    """112x112 BGR crops to embeddings of length 1. The default is the input of spotter-embed."""

    def __init__(self, path: Path, mean: np.ndarray | float = 127.5, std: np.ndarray | float = 127.5):
        self._session, self._mean, self._std = session(path), mean, std
        self._input = self._session.get_inputs()[0].name

    def embed(self, crop: np.ndarray) -> np.ndarray:
        pixels = (crop[..., ::-1].astype(np.float32) - self._mean) / self._std
        embedding = self._session.run(None, {self._input: _planes(pixels)})[0][0]
        return (embedding / np.linalg.norm(embedding)).astype(np.float32)


def teacher(path: Path) -> Embedder:
    """MobileFaceNet of foamliu (Apache-2.0): 128 values, whose input is normalised as ImageNet's."""
    return Embedder(path, IMAGENET_MEAN, IMAGENET_STD)


def _planes(pixels: np.ndarray) -> np.ndarray:
    """[height, width, 3] -> [1, 3, height, width]."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)
