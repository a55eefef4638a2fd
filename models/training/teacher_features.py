"""What the teachers of detector and embedder compute between their parts."""
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor

from onnx_models import IMAGENET_MEAN, IMAGENET_STD, session

_STRIDED = (0, 5, 12)
"""Blocks of MobileFaceNet that have no shortcut: they end with a convolution, the others with an addition."""
_AFTER_PARTS = (*(f'/features/features.{block}/' + ('conv/conv.2/Conv' if block in _STRIDED else 'Add') + '_output_0'
                  for block in range(15)), '/conv3/Conv_output_0')
"""Names of MobileFaceNet's values after each of networks.Embedder.parts."""

_YUNET_FEATURES = {'stem': '188', 'half4': '197', 'stage4': '205', 'stage8': '214', 'stage16': '223', 'stage32': '232',
                   'added8': '252', 'added16': '242', 'sum8': '256', 'sum16': '246', 'sum32': '236'}
_YUNET_HEADS = {8: ('258', '270', '264', '276'), 16: ('260', '272', '266', '278'), 32: ('262', '274', '268', '280')}
"""YuNet's class, object, box and landmarks, before the sigmoid of the first two."""
_LEAST_SCORE = 1e-3
"""Scores below it are not told apart."""


class _Features:
    """A network in ONNX whose values of the given names are its outputs."""

    def __init__(self, path: Path, names: list[str], axes: dict[int, str]):
        """axes: those of the input that may have any length."""
        model = onnx.load(path)
        for axis, name in axes.items():
            model.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = name
        last = max(number for number, node in enumerate(model.graph.node) if set(node.output) & set(names))
        del model.graph.node[last + 1:], model.graph.output[:], model.graph.value_info[:]
        model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
        self._session = session(model.SerializeToString())
        self._input = model.graph.input[0].name

    def of(self, planes: np.ndarray) -> list[Tensor]:
        """float32 [n, 3, height, width] -> the values, [n, channels, ...] each."""
        return [torch.from_numpy(values)
                for values in self._session.run(None, {self._input: np.ascontiguousarray(planes, np.float32)})]


class MobileFaceNetFeatures:
    """MobileFaceNet of foamliu, with its features after each part."""

    def __init__(self, path: Path):
        self._network = _Features(path, list(_AFTER_PARTS), {0: 'n'})

    def of(self, pixels: Tensor) -> list[Tensor]:
        """uint8 RGB [n, 112, 112, 3] -> features after each part, [n, channels, height, width]; the last are the
        embeddings before they are scaled to length 1, [n, 128, 1, 1]."""
        return self._network.of(((pixels.numpy() - IMAGENET_MEAN) / IMAGENET_STD).transpose(0, 3, 1, 2))


class YuNetFeatures:
    """YuNet 2023mar, with its features after each part."""

    def __init__(self, path: Path, names: Iterable[str] = (), heads: bool = True):
        """names: of the features that are wanted; all by default."""
        self._names = list(names) or list(_YUNET_FEATURES)
        self._heads = _YUNET_HEADS if heads else {}
        values = [_YUNET_FEATURES[name] for name in self._names]
        values += [name for names in self._heads.values() for name in names]
        self._network = _Features(path, values, {0: 'n', 2: 'height', 3: 'width'})

    def of(self, pixels: Tensor) -> dict[str, Tensor]:
        """uint8 RGB [n, height, width, 3] -> features by the names of their parts, [n, channels, ...]: after the stem,
        half of stage 4, each stage and each sum, and what is added up; and as head8, head16 and head32 the 15 values of
        each cell, of which the first is the logit of the score."""
        values = self._network.of(pixels.numpy()[..., ::-1].transpose(0, 3, 1, 2))
        features, values = dict(zip(self._names, values)), values[len(self._names):]
        for stride in self._heads:
            (is_face, is_object, box, points), values = values[:4], values[4:]
            score = (is_face.sigmoid() * is_object.sigmoid()).sqrt()
            features[f'head{stride}'] = torch.cat([score.logit(_LEAST_SCORE), box, points], 1)
        return features
