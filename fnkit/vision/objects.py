"""The objects on a photo, by SSD MobileNet v2. Takes a loaded model, imports no runtime.

In TensorFlow the network itself drops boxes that show the same object (non-maximum suppression); what was
converted for LiteRT gives all 1917 candidates, and they are dropped here by the same rule.
Source: ssd_mobilenet_v2_coco.config of TensorFlow's model zoo.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.models import images
from fnkit.models.images import Photo

SIDE = 300
SCORE = 0.3
OVERLAP = 0.6
"""Of two boxes of one kind that share more than this of their union, the surer one stays."""

Network = Callable[..., tuple[NDArray[Any], ...]]
Candidates = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]
"""Boxes (n, 4), kinds (n,), scores (n,)."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object: its kind by COCO's number (1 is a person), how sure the model is, and where it is."""

    kind: int
    score: float
    box: tuple[float, float, float, float]
    """x, y, width and height in pixels of the photo."""


def find(model: Network, photo: Photo) -> tuple[Found, ...]:
    """The objects on a photo (height, width, 3), the surest first."""
    results = model(images.resize(photo, SIDE, SIDE)[None])
    boxes, kinds, scores = _dropped(*results) if len(results) == 4 else _suppressed(*results)
    height, width = photo.shape[:2]
    found = [
        Found(int(kind), float(score), (x * width, y * height, (x_end - x) * width, (y_end - y) * height))
        for (y, x, y_end, x_end), kind, score in zip(boxes.tolist(), kinds, scores, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: one.score, reverse=True))


def _dropped(boxes: NDArray[Any], kinds: NDArray[Any], scores: NDArray[Any], count: NDArray[Any]) -> Candidates:
    """What TensorFlow's graph gives, without the empty rows."""
    several = int(count[0])
    return boxes[0, :several], kinds[0, :several].astype(np.int64), scores[0, :several]


def _suppressed(boxes: NDArray[Any], scores: NDArray[Any]) -> Candidates:
    """What is left of all candidates, kind by kind. Column 0 of `scores` is the background."""
    clipped = boxes[0].clip(0, 1)
    rows: list[int] = []
    kinds: list[int] = []
    for kind in range(1, scores.shape[2]):
        kept = _surest(clipped, scores[0, :, kind])
        rows += kept
        kinds += [kind] * len(kept)
    return clipped[rows], np.array(kinds, np.int64), scores[0, rows, kinds]


def _surest(boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> list[int]:
    """The rows of one kind that stay: greedily from the surest, each that overlaps no earlier one too much."""
    kept: list[int] = []
    for row in np.argsort(-scores, kind="stable"):
        if scores[row] <= SCORE:
            break
        if all(_overlap(boxes[row], boxes[other]) <= OVERLAP for other in kept):
            kept.append(int(row))
    return kept


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The area that both share as a share of the area that they cover."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(sides.clip(min=0)))
    both = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]))
    return shared / (both - shared) if both > shared else 0.0
