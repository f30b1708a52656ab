"""The people on a photo and their body parts, by MoveNet. Takes loaded models, imports no runtime.

MultiPose sees the photo letterboxed to 256×256, at which it finds people best (close-ups are lost at larger ones).
A person has a score of at least 0.2 and a part one of at least 0.3; what is below is not found, and not guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.core.errors import BadModel, NoPerson
from fnkit.models import images
from fnkit.models.images import Photo
from fnkit.vision.body import COCO, PARTS

SIDE = 256
PERSON = 0.2
PART = 0.3
LIGHTNING_SIDE = 192
MARGIN = 1.25
"""Lightning looks at a person's box, this much larger."""

Network = Callable[..., tuple[NDArray[Any], ...]]
"""A loaded model: arrays in, arrays out."""


@dataclass(frozen=True, slots=True)
class Part:
    """Where a body part is, in pixels of the photo from its top left, and how sure the model is (0..1)."""

    x: float
    y: float
    score: float

    def to_json(self) -> dict[str, float]:
        """`{"x", "y", "score"}`, to a hundredth of a pixel and a thousandth of the score."""
        return {"x": round(self.x, 2), "y": round(self.y, 2), "score": round(self.score, 3)}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a photo: 18 parts by OpenPose's names in its order, None where one was not found."""

    parts: Mapping[str, Part | None]
    score: float
    box: tuple[float, float, float, float]
    """x, y, width and height in pixels of the photo, as far as it is on it."""
    photo_size: tuple[int, int]
    """Width and height of the photo in pixels."""

    @property
    def area(self) -> float:
        """Of the person's box, as a share of the photo."""
        return self.box[2] * self.box[3] / (self.photo_size[0] * self.photo_size[1])

    @property
    def found(self) -> tuple[str, ...]:
        """The names of the parts that were found."""
        return tuple(name for name, part in self.parts.items() if part)

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of those that were not."""
        return tuple(name for name, part in self.parts.items() if not part)

    def to_json(self) -> dict[str, dict[str, float] | None]:
        """Every part as plain JSON: `{"Nose": {"x", "y", "score"}, "Neck": null, …}`."""
        return {name: part.to_json() if part else None for name, part in self.parts.items()}


def find(model: Network, photo: Photo, refine: Network | None = None) -> tuple[Person, ...]:
    """The people on a photo (height, width, 3), the most prominent first: the larger and surer, the earlier.

    `model` is MoveNet MultiPose, which sees six people at most. `refine` may be MoveNet Lightning: it looks at
    each person again and may move parts that were found, but adds none.
    Raises BadModel where one of them is another network.
    """
    return _people(_candidates(model, photo), photo, refine)


def person(model: Network, photo: Photo, index: int = 0, refine: Network | None = None) -> Person:
    """The most prominent person, or the one at `index` of `find`. Raises NoPerson, which says what was found."""
    candidates = _candidates(model, photo)
    people = _people(candidates, photo, refine)
    if -len(people) <= index < len(people):
        return people[index]
    height, width = photo.shape[:2]
    tried = f"Looking for a person on the photo ({width}×{height})"
    if people:
        found = f"there is no number {index}: {len(people)} were found."
        raise NoPerson(tried, found, f"Choose 0 to {len(people) - 1}.")
    best = max(candidate.score for candidate in candidates)
    found = f"nobody was found (the best candidate has {best:.2f}, a person at least {PERSON})."
    raise NoPerson(tried, found, "Try a photo on which a person is larger.")


def _people(candidates: list[Person], photo: Photo, refine: Network | None) -> tuple[Person, ...]:
    people = [candidate for candidate in candidates if candidate.score >= PERSON]
    if refine is not None:
        people = [_refined(one, refine, photo) for one in people]
    return tuple(sorted(people, key=lambda one: one.area * one.score, reverse=True))


def _candidates(model: Network, photo: Photo) -> list[Person]:
    """The six rows that the network gives, whatever their scores."""
    square, scale = images.letterbox(photo, SIDE)
    rows = _only_output(model, square, (1, 6, 56), "MoveNet MultiPose")[0]
    return [_person(row, SIDE * scale, photo) for row in rows]


def _person(row: NDArray[np.float32], back: float, photo: Photo) -> Person:
    """A row: 17 × (y, x, score), ymin, xmin, ymax, xmax, score, as shares of the square.

    `back` is the square's side in pixels of the photo.
    """
    height, width = photo.shape[:2]
    points = row[:51].reshape(17, 3).astype(float)
    corners = (row[51:55].astype(float) * back).tolist()
    top, left, bottom, right = (
        min(max(corner, 0.0), end) for corner, end in zip(corners, (height, width) * 2, strict=True)
    )
    box = (left, top, max(0.0, right - left), max(0.0, bottom - top))
    found = {
        name: Part(x * back, y * back, score)
        for name, (y, x, score) in zip(COCO, points.tolist(), strict=True)
        if score >= PART
    }
    return Person(_eighteen(found), float(row[55]), box, (width, height))


def _eighteen(found: Mapping[str, Part]) -> dict[str, Part | None]:
    """The 17 points and the neck, which is between the shoulders and as sure as the less sure of them."""
    parts: dict[str, Part | None] = {name: found.get(name) for name in PARTS}
    right, left = found.get("RShoulder"), found.get("LShoulder")
    if right and left:
        parts["Neck"] = Part((right.x + left.x) / 2, (right.y + left.y) / 2, min(right.score, left.score))
    return parts


def _refined(person: Person, lightning: Network, photo: Photo) -> Person:
    """The same person with the parts where Lightning sees them, as far as it is sure of them."""
    seen = [part for part in person.parts.values() if part]
    if not seen:
        return person
    left, top, right, bottom = _surroundings(seen, person.photo_size)
    square, scale = images.letterbox(photo[top:bottom, left:right], LIGHTNING_SIDE)
    points = _only_output(lightning, square, (1, 1, 17, 3), "MoveNet Lightning")[0, 0]
    back = LIGHTNING_SIDE * scale
    found = {name: part for name in COCO if (part := person.parts[name])}
    for name, (y, x, score) in zip(COCO, points.astype(float).tolist(), strict=True):
        if name in found and score >= PART:
            found[name] = Part(left + x * back, top + y * back, score)
    return Person(_eighteen(found), person.score, person.box, person.photo_size)


def _surroundings(parts: list[Part], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the square around all parts, larger by the margin, cut at the photo's edges."""
    xs, ys = [part.x for part in parts], [part.y for part in parts]
    half = max(max(xs) - min(xs), max(ys) - min(ys), 16.0) * MARGIN / 2
    x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    width, height = size
    left, top = min(width - 1, max(0, int(x - half))), min(height - 1, max(0, int(y - half)))
    return left, top, max(left + 1, min(width, round(x + half))), max(top + 1, min(height, round(y + half)))


def _only_output(model: Network, square: Photo, shape: tuple[int, ...], wanted: str) -> NDArray[np.float32]:
    results = model(square[None])
    if len(results) != 1 or results[0].shape != shape:
        given = getattr(model, "name", "this model")
        raise BadModel("Looking for people", f"{given} does not answer as {wanted} does.", f"Load {wanted}.")
    return results[0]
