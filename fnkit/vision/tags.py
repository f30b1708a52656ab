"""What a photo shows, in words, by EfficientNet-Lite3. Takes a loaded model, imports no runtime.

`tags.txt` beside this file has the network's 1000 words: the classes of ImageNet (ILSVRC 2012) in their order, as
WordNet 3.0 names them, with its licence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.core.errors import BadModel
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

    def to_json(self) -> dict[str, str | float]:
        """`{"name", "score"}`, the score to a thousandth."""
        return {"name": self.name, "score": round(self.score, 3)}


def words() -> tuple[str, ...]:
    """The 1000 words in the order of the network's output; synonyms of one are joined by commas."""
    lines = Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


def find(
    model: Callable[..., tuple[NDArray[Any], ...]],
    photo: Photo,
    count: int = 5,
    least: float = 0.1,
    names: Sequence[str] = (),
) -> tuple[Tag, ...]:
    """The surest tags of a photo (height, width, 3), the surest first: at most `count`, none below `least`.

    The photo is stretched to the network's square, as in its training. `names` are the words of a network of your
    own with the same input. Raises BadModel where they do not fit what the network gives.
    """
    pixels = images.resize(photo, SIDE, SIDE).astype(np.float32)
    levels = np.round((pixels - 127) / 128 / SCALE + ZERO).clip(0, 255).astype(np.uint8)
    names = names or words()
    results = model(levels[None])
    if len(results) != 1 or results[0].shape != (1, len(names)):
        given = getattr(model, "name", "this model")
        raise BadModel("Tagging a photo", f"{given} does not give one score for each of {len(names)} words.")
    scores = results[0][0] / 255
    surest = np.argsort(-scores, kind="stable")[:count]
    return tuple(Tag(names[index], float(scores[index])) for index in surest if scores[index] >= least)
