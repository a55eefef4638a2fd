"""What the embedder's teacher computes between its parts."""
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor

from onnx_models import IMAGENET_MEAN, IMAGENET_STD, session

_STRIDED = (0, 5, 12)
"""Blocks of the teacher that have no shortcut: they end with a convolution, the others with an addition."""
_AFTER_PARTS = (*(f'/features/features.{block}/' + ('conv/conv.2/Conv' if block in _STRIDED else 'Add') + '_output_0'
                  for block in range(15)), '/conv3/Conv_output_0')
"""Names of the teacher's values after each of networks.Embedder.parts."""


class TeacherFeatures:
    """MobileFaceNet of foamliu, with its features after each part."""

    def __init__(self, path: Path):
        model = onnx.load(path)
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = 'n'
        del model.graph.output[:]
        model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in _AFTER_PARTS)
        # The last node flattens the embedding of one picture; here there are several.
        del model.graph.node[-1]
        self._session = session(model.SerializeToString())
        self._input = model.graph.input[0].name

    def of(self, pixels: Tensor) -> list[Tensor]:
        """uint8 RGB [n, 112, 112, 3] -> features after each part, [n, channels, height, width]; the last are the
        embeddings before they are scaled to length 1, [n, 128, 1, 1]."""
        planes = ((pixels.numpy().astype(np.float32) - IMAGENET_MEAN) / IMAGENET_STD).transpose(0, 3, 1, 2)
        return [torch.from_numpy(values)
                for values in self._session.run(None, {self._input: np.ascontiguousarray(planes)})]
