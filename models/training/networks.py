"""The three networks, in PyTorch."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alignment import BORDER, STORED, TEMPLATE

STRIDES = (8, 16, 32)
"""Pixels of the input per cell of the detector's three outputs."""
EMBEDDING = 128
LANDMARK_INPUT = 64
"""Side of the landmark network's input, px: an aligned face and the border of a stored crop."""
LARGEST = 4.0
"""Logarithm of the largest side of a box, in cells."""


def face_input(pixels: Tensor) -> Tensor:
    """uint8 RGB [n, side, side, 3] -> float32 [n, 3, side, side], -1..1."""
    return ((pixels.permute(0, 3, 1, 2).float() - 127.5) / 127.5).contiguous(memory_format=torch.channels_last)


def detector_input(pixels: Tensor) -> Tensor:
    """uint8 RGB [n, H, W, 3] -> float32 [n, 3, H, W], just within -1..1."""
    return ((pixels.permute(0, 3, 1, 2).float() - 127.5) / 128).contiguous()


def _convolution(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, padding: int | None = None,
                 activated: bool = True) -> nn.Sequential:
    padding = kernel // 2 if padding is None else padding
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if activated else nn.Sequential(*layers)


class InvertedBottleneck(nn.Module):
    """1x1 convolution to more channels, depthwise 3x3, linear 1x1 to fewer (Sandler et al. 2018)."""

    def __init__(self, inputs: int, hidden: int, outputs: int, stride: int = 1):
        super().__init__()
        self.body = nn.Sequential(_convolution(inputs, hidden, 1),
                                  _convolution(hidden, hidden, 3, stride, groups=hidden),
                                  _convolution(hidden, outputs, 1, activated=False))
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.has_shortcut else self.body(x)


class Embedder(nn.Module):
    """MobileFaceNet (Chen et al. 2018): [n, 3, 112, 112] -> embeddings [n, 128] of length 1.

    Its parts have the shapes of the teacher's, so that each can learn by itself (see train_parts.py).
    """

    def __init__(self):
        super().__init__()
        narrow, wide = 64, 128
        stem = nn.Sequential(_convolution(3, narrow, 3, 2), _convolution(narrow, narrow, 3, groups=narrow),
                             _convolution(narrow, narrow, 1), InvertedBottleneck(narrow, 2 * narrow, narrow, 2))
        head = nn.Sequential(_convolution(wide, 4 * wide, 1),
                             _convolution(4 * wide, 4 * wide, 7, groups=4 * wide, padding=0, activated=False),
                             nn.Conv2d(4 * wide, EMBEDDING, 1), nn.Flatten())
        self.parts = nn.Sequential(
            stem,
            *(InvertedBottleneck(narrow, 2 * narrow, narrow) for _ in range(4)),
            InvertedBottleneck(narrow, 4 * narrow, wide, 2),
            *(InvertedBottleneck(wide, 2 * wide, wide) for _ in range(6)),
            InvertedBottleneck(wide, 4 * wide, wide, 2),
            *(InvertedBottleneck(wide, 2 * wide, wide) for _ in range(2)),
            head)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_in', nonlinearity='relu')

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(self.parts(x).float(), dim=1)


class LandmarkNetwork(nn.Module):
    """A face aligned by landmarks that may be off, [n, 3, 64, 64] -> x, y of its landmarks as shares of the side
    [n, 10].

    Fully connected layers at the end see which part of the face is where.
    """

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            _convolution(3, 24, 3, 2), InvertedBottleneck(24, 48, 24),
            InvertedBottleneck(24, 96, 40, 2), *(InvertedBottleneck(40, 96, 40) for _ in range(2)),
            InvertedBottleneck(40, 160, 80, 2), *(InvertedBottleneck(80, 192, 80) for _ in range(2)),
            _convolution(80, 32, 1))
        cells = (LANDMARK_INPUT // 8)**2
        self.places = nn.Sequential(nn.Flatten(), nn.Linear(32 * cells, 128), nn.ReLU(inplace=True),
                                    nn.Linear(128, 10))
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight, mode='fan_in', nonlinearity='relu')
        nn.init.normal_(self.places[-1].weight, std=0.001)  # At first the landmarks are right.
        nn.init.constant_(self.places[-1].bias, 0)
        self.register_buffer('template', torch.tensor(((TEMPLATE + BORDER) / STORED).reshape(1, 10)))

    def forward(self, x: Tensor) -> Tensor:
        return self.template + self.places(self.body(x)).float()


class SeparableBlock(nn.Module):
    """Pointwise 1x1, then depthwise 3x3 convolution, in YuNet's order (Wu et al. 2023)."""

    def __init__(self, inputs: int, outputs: int, activated: bool = True, shortcut: int = 0):
        """shortcut: dilation of a block with a shortcut, through which alone all passes at first; 0: none."""
        super().__init__()
        dilation = shortcut or 1
        self.pw = nn.Conv2d(inputs, outputs, 1)
        self.dw = nn.Conv2d(outputs, outputs, 3, 1, dilation, dilation, groups=outputs, bias=not activated)
        self.bn = nn.BatchNorm2d(outputs) if activated else None
        self.has_shortcut = shortcut > 0
        if self.has_shortcut:
            nn.init.constant_(self.bn.weight, 0)

    def forward(self, x: Tensor) -> Tensor:
        y = self.dw(self.pw(x))
        if self.bn is None:
            return y
        return F.relu(x + self.bn(y) if self.has_shortcut else self.bn(y))


class Detector(nn.Module):
    """[n, 3, H, W], H and W multiples of 32 -> per stride: score logits [n, 1, H/s, W/s], distances of the left, upper,
    right and lower side of the box [n, 4, ...], and landmark offsets x, y [n, 10, ...], both divided by the stride.

    Its parts have the shapes of YuNet's, so that each can learn by itself (see train_parts.py). The features of the
    strides are added from the top down (Lin et al. 2017). Two things are its own: `context` between stages and sums,
    whose dilated blocks let a cell of stride 32 see a whole face of 500 px, and `details` before each head.
    """

    def __init__(self):
        super().__init__()
        block, channels = SeparableBlock, 64

        def halved(inputs: int, outputs: int) -> nn.Sequential:
            return nn.Sequential(nn.MaxPool2d(2), block(inputs, inputs), block(inputs, outputs))

        self.stem = nn.Sequential(_convolution(3, 16, 3, 2), block(16, 16))
        self.stage4 = nn.Sequential(halved(16, 32), nn.Sequential(block(32, 32), block(32, channels)))
        self.stages = nn.ModuleList([halved(channels, channels) for _ in STRIDES])
        self.context = nn.Sequential(*(block(channels, channels, shortcut=dilation) for dilation in (2, 3)))
        self.sums = nn.ModuleList([block(channels, channels) for _ in STRIDES])
        self.details = nn.ModuleList([block(channels, channels, shortcut=1) for _ in STRIDES])
        self.heads = nn.ModuleList([block(channels, 15, activated=False) for _ in STRIDES])
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_in', nonlinearity='relu')
        for head in self.heads:
            nn.init.constant_(head.dw.bias[:1], -4.0)  # At first nearly every cell is background (Lin et al. 2017).

    def forward(self, x: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        return self.readings(self.features(x))

    def features(self, x: Tensor) -> dict[str, Tensor]:
        """What its parts make up to the sums, under the names of teacher_features.YuNetFeatures."""
        features = {'stem': self.stem(x)}
        features['half4'] = self.stage4[0](features['stem'])
        x = features['stage4'] = self.stage4[1](features['half4'])
        for stride, stage in zip(STRIDES, self.stages):
            x = features[f'stage{stride}'] = stage(x)
        x = self.context(x)
        for stride, block in reversed(list(zip(STRIDES, self.sums))):
            if stride < STRIDES[-1]:
                x = features[f'stage{stride}'] + F.interpolate(x, scale_factor=2.0, mode='nearest')
            x = features[f'sum{stride}'] = block(x)
        return features

    def readings(self, features: dict[str, Tensor]) -> list[tuple[Tensor, Tensor, Tensor]]:
        """What the heads say of the features."""
        return [_readings(head(detail(features[f'sum{stride}'])))
                for stride, detail, head in zip(STRIDES, self.details, self.heads)]


def _readings(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """YuNet's 15 values of a cell [n, 15, ...] (logit of the score, place and logarithm of the size of the box, both
    divided by the stride, and landmarks) as a score, the distances of the box's sides, and landmarks."""
    score, middle, size, points = values.split((1, 2, 2, 10), 1)
    half = size.clamp(max=LARGEST).exp() / 2
    return score, torch.cat([half - middle, half + middle], 1), points


def cost(network: nn.Module, shape: tuple[int, ...]) -> str:
    """Parameters, and multiply-adds for an input of this shape."""
    total = 0

    def add(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal total
        per_value = module.in_features if isinstance(module, nn.Linear) else module.weight[0].numel()
        total += output[0].numel() * per_value

    hooks = [module.register_forward_hook(add) for module in network.modules()
             if isinstance(module, (nn.Conv2d, nn.Linear))]
    network.eval()
    with torch.no_grad():
        network(torch.zeros(shape))
    for hook in hooks:
        hook.remove()
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return f'{parameters:,} parameters, {total / 1e9:.3f} G multiply-adds at {shape[3]}x{shape[2]}'
