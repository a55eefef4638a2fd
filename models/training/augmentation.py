"""What cameras and codecs do to pictures. Images are uint8 BGR; probabilities and ranges are those of version 2."""
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from alignment import SIZE


@dataclass(frozen=True)
class Tone:
    """Standard deviations of the logarithms of gamma, contrast and each channel's gain, and of the brightness (0..1);
    and how often and how a picture is dark."""
    gamma: float
    contrast: float
    gain: float
    brightness: float
    dark: float
    dark_gamma: float
    dark_contrast: tuple[float, float]
    dark_brightness: tuple[float, float]
    """Factor and offset."""

    def applied(self, image: np.ndarray, rng: Generator) -> np.ndarray:
        gamma, contrast = math.exp(rng.normal(0, self.gamma)), math.exp(rng.normal(0, self.contrast))
        brightness = rng.normal(0, self.brightness)
        if rng.random() < self.dark:
            gamma, contrast = gamma * self.dark_gamma, contrast * rng.uniform(*self.dark_contrast)
            brightness = brightness * self.dark_brightness[0] + self.dark_brightness[1]
        curve = ((np.arange(256) / 255)**gamma - 0.45) * contrast + 0.45 + brightness
        table = curve[:, None] * np.exp(rng.normal(0, self.gain, 3))
        return cv2.LUT(image, np.clip(table * 255, 0, 255).astype(np.uint8).reshape(1, 256, 3))


FACE_TONE = Tone(0.25, 0.18, 0.07, 0.05, 0.1, 1.2, (0.3, 0.7), (1.0, 0.0))
SCENE_TONE = Tone(0.3, 0.2, 0.08, 0.07, 0.12, 1.3, (0.25, 0.6), (0.3, -0.1))


def degrade_face(crop: np.ndarray, rng: Generator) -> np.ndarray:
    """What the embedder is shown of a crop of 128 or 144 px: 112x112, its landmarks a little off, and degraded."""
    face = misalign(crop, rng)
    if rng.random() < 0.05:
        face = side_light(face, rng)
    if rng.random() < 0.55:
        face = FACE_TONE.applied(face, rng)
    if rng.random() < 0.18:
        face = grey(face)
    if rng.random() < 0.10:
        face = cover(face, rng)
    if rng.random() < 0.06:
        face = motion_blur(face, rng, 9)
    kind = rng.random()
    if kind < 0.30:  # A small face, enlarged at the end.
        side = round(log_uniform(24, 100, rng))
        face = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    elif kind < 0.40:
        face = cv2.GaussianBlur(face, (0, 0), rng.uniform(0.4, 2.0))
    if rng.random() < 0.12:
        face = noise(face, rng, 12)
    if rng.random() < 0.22:
        face = compress(face, int(rng.integers(25, 88)))
    if face.shape[0] != SIZE:
        face = cv2.resize(face, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC if rng.random() < 0.3 else cv2.INTER_LINEAR)
    return face


def degrade_scene(scene: np.ndarray, rng: Generator) -> np.ndarray:
    """What the detector is shown of a square scene."""
    side = scene.shape[0]
    if rng.random() < 0.7:
        scene = SCENE_TONE.applied(scene, rng)
    if rng.random() < 0.12:
        scene = grey(scene)
    kind = rng.random()
    if kind < 0.12:
        scene = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.4, 1.6))
    elif kind < 0.17:
        scene = motion_blur(scene, rng, 8)
    elif kind < 0.24:
        scale = rng.uniform(0.4, 0.8)
        small = cv2.resize(scene, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        scene = cv2.resize(small, (side, side))
    if rng.random() < 0.15:
        scene = noise(scene, rng, 14)
    if rng.random() < 0.3:
        scene = compress(scene, int(rng.integers(25, 90)))
    return scene


def log_uniform(smallest: float, largest: float, rng: Generator) -> float:
    """Small values are as frequent as large ones."""
    return math.exp(rng.uniform(math.log(smallest), math.log(largest)))


def misalign(crop: np.ndarray, rng: Generator) -> np.ndarray:
    """The middle 112 px of a crop, rotated, scaled, stretched and shifted as wrong landmarks do; 12 of 100 grossly."""
    is_gross = rng.random() < 0.12
    angle = rng.normal(0, 0.13 if is_gross else 0.05)
    scale = math.exp(rng.normal(0, 0.08 if is_gross else 0.035))
    shift_x, shift_y = rng.normal(0, 3 if is_gross else 1.4, 2)
    stretch = math.exp(rng.normal(0, 0.02))
    linear = np.array([[scale * math.cos(angle) * stretch, -scale * math.sin(angle)],
                       [scale * math.sin(angle) * stretch, scale * math.cos(angle)]])
    middle = np.full(2, crop.shape[0] / 2)
    offset = np.array([SIZE / 2 + shift_x, SIZE / 2 + shift_y]) - linear @ middle
    return cv2.warpAffine(crop, np.column_stack([linear, offset]), (SIZE, SIZE), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REPLICATE)


def side_light(image: np.ndarray, rng: Generator) -> np.ndarray:
    darker, brighter = 1 - rng.random() * 0.6, 1 + rng.random() * 0.5
    light = np.linspace(darker, brighter, image.shape[0], dtype=np.float32)
    if rng.random() < 0.5:
        light = light[::-1]
    light = light[None, :, None] if rng.random() < 0.7 else light[:, None, None]
    return np.clip(image * light, 0, 255).astype(np.uint8)


def grey(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def cover(image: np.ndarray, rng: Generator) -> np.ndarray:
    """A rectangle of 12 to 47 px hides a part: one colour, or noise."""
    side = image.shape[0]
    width, height = rng.integers(12, 48, 2)
    x, y = rng.integers(0, side - width), rng.integers(0, side - height)
    plain = rng.random() < 0.6
    image[y:y + height, x:x + width] = rng.integers(0, 256, 3) if plain else rng.integers(0, 256, (height, width, 3))
    return image


def motion_blur(image: np.ndarray, rng: Generator, below: int) -> np.ndarray:
    """Blurred over 3 to below - 1 px, sideways or diagonally."""
    length = int(rng.integers(3, below))
    kernel = np.zeros((length, length), np.float32)
    if rng.random() < 0.5:
        kernel[length // 2] = 1 / length
    else:
        np.fill_diagonal(kernel, 1 / length)
    return cv2.filter2D(image, -1, kernel)


def noise(image: np.ndarray, rng: Generator, most: float) -> np.ndarray:
    """Gaussian noise with a standard deviation of 2 to `most`, of 255."""
    field = np.empty(image.shape, np.int16)
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(field, 0, rng.uniform(2, most))
    return np.clip(image + field, 0, 255).astype(np.uint8)


def compress(image: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
