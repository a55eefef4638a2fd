"""The two networks, in PyTorch."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDES = (8, 16, 32)
"""Pixels of the input per cell of the detector's three outputs."""
EMBEDDING = 128


def embedder_input(pixels: Tensor) -> Tensor:
    """uint8 RGB [n, 112, 112, 3] -> float32 [n, 3, 112, 112], -1..1."""
    return ((pixels.permute(0, 3, 1, 2).float() - 127.5) / 127.5).contiguous(memory_format=torch.channels_last)


def detector_input(pixels: Tensor) -> Tensor:
    """uint8 RGB [n, H, W, 3] -> float32 [n, 3, H, W], just within -1..1."""
    return ((pixels.permute(0, 3, 1, 2).float() - 127.5) / 128).contiguous(memory_format=torch.channels_last)


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


class SeparableBlock(nn.Module):
    """Depthwise 3x3 and pointwise 1x1 convolution (Howard et al. 2017), with a shortcut where the shapes allow it."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1):
        super().__init__()
        self.dw = nn.Sequential(nn.Conv2d(inputs, inputs, 3, stride, dilation, dilation=dilation, groups=inputs,
                                          bias=False), nn.BatchNorm2d(inputs), nn.ReLU(inplace=True))
        self.pw = nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.has_shortcut = stride == 1 and inputs == outputs
        # Small at first, so that the shortcut dominates.
        nn.init.constant_(self.pw[1].weight, 0.3 if dilation == 1 else 0)

    def forward(self, x: Tensor) -> Tensor:
        y = self.pw(self.dw(x))
        return F.relu(y + x if self.has_shortcut else y)


class DetectorHead(nn.Module):
    """Score (logit), distances to the four sides of the box, and offsets of five landmarks, per cell."""

    def __init__(self, channels: int):
        super().__init__()
        self.a, self.b = SeparableBlock(channels, channels), SeparableBlock(channels, channels)
        self.cls = nn.Conv2d(channels, 1, 1)
        self.box = nn.Conv2d(channels, 4, 1)
        self.kps = nn.Conv2d(channels, 10, 1)
        nn.init.constant_(self.cls.bias, -4.0)  # At first nearly every cell is background (Lin et al. 2017).
        nn.init.constant_(self.box.bias, 2.0)
        nn.init.normal_(self.kps.weight, 0, 0.01)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        a, b = self.a(x), self.b(x)
        return self.cls(a), F.softplus(self.box(a)), self.kps(b)


class Detector(nn.Module):
    """[n, 3, H, W], H and W multiples of 32 -> per stride: score logits [n, 1, H/s, W/s], distances of the left, upper,
    right and lower side of the box [n, 4, ...], and landmark offsets x, y [n, 10, ...], both divided by the stride.

    The features of the strides are added from the top down (Lin et al. 2017). The dilated blocks let a cell of
    stride 32 see a whole face of 500 px.
    """

    def __init__(self, channels: int = 48):
        super().__init__()
        block = SeparableBlock
        self.s4 = nn.Sequential(_convolution(3, 8, 3, 2), _convolution(8, 16, 3, 2), block(16, 16))
        self.s8 = nn.Sequential(_convolution(16, channels, 3, 2), block(channels, channels), block(channels, channels))
        self.s16 = nn.Sequential(block(channels, 64, 2), *(block(64, 64) for _ in range(3)))
        self.s32 = nn.Sequential(block(64, 96, 2), *(block(96, 96) for _ in range(3)), block(96, 96, dilation=2),
                                 block(96, 96, dilation=3))
        self.l16, self.l32 = nn.Conv2d(64, channels, 1), nn.Conv2d(96, channels, 1)
        self.heads = nn.ModuleList([DetectorHead(channels) for _ in STRIDES])

    def forward(self, x: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        c8 = self.s8(self.s4(x))
        c16 = self.s16(c8)
        p32 = self.l32(self.s32(c16))
        p16 = self.l16(c16) + F.interpolate(p32, scale_factor=2.0, mode='nearest')
        p8 = c8 + F.interpolate(p16, scale_factor=2.0, mode='nearest')
        return [head(features) for head, features in zip(self.heads, (p8, p16, p32))]


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
