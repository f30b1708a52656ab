"""What a photo shows, in words, by EfficientNet-Lite3. Takes a loaded model and its labels, imports no runtime."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.models import images
from fnkit.models.images import Photo

SIDE = 280
SCALE, ZERO = 0.012667, 130
"""The network takes (x - 127) / 128 as 8-bit numbers: multiples of the scale, counted from zero."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One of the model's words for a photo, and how sure it is (0..1)."""

    name: str
    score: float


def find(
    model: Callable[..., tuple[NDArray[Any], ...]], photo: Photo, labels: Sequence[str], count: int = 5
) -> tuple[Tag, ...]:
    """The `count` surest tags of a photo (height, width, 3), the surest first."""
    pixels = images.resize(photo, SIDE, SIDE).astype(np.float32)
    levels = np.round((pixels - 127) / 128 / SCALE + ZERO).clip(0, 255).astype(np.uint8)
    scores = model(levels[None])[0][0] / 255
    return tuple(Tag(labels[index], float(scores[index])) for index in np.argsort(-scores, kind="stable")[:count])
