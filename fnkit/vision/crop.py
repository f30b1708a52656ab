"""The box from one body part to another.

The rule: y goes from the uppermost point of the upper part to the lowest point of the lower part. x spans the
points of both parts and of the shoulders, elbows, hips and knees between them (not the wrists: arms swing), and
is widened by a tenth of the height on each side. Then the four numbers are rounded and cut at the photo's edges.
"""

from dataclasses import dataclass

from fnkit.core.errors import PartMissing, did_you_mean
from fnkit.models.images import Photo
from fnkit.vision.body import GROUPS
from fnkit.vision.pose import Part, Person

WIDENED = 0.1
"""Of the height, on each side."""
SPANNING = ("shoulders", "elbows", "hips", "knees", "ankles")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels inside a photo: `x`, `y` is its top left, `w`, `h` its size."""

    x: int
    y: int
    w: int
    h: int

    def to_json(self) -> dict[str, int]:
        """`{"x", "y", "w", "h"}`."""
        return {"x": self.x, "y": self.y, "w": self.w, "h": self.h}


def between(person: Person, upper: str, lower: str) -> Box:
    """The box from `upper` to `lower`, two of: eyes nose neck shoulders elbows wrists hips knees ankles.

    Raises PartMissing where one is unknown or was not found, or where `upper` is not above `lower` on this photo.
    """
    tried = f"Cropping from {upper} to {lower}"
    top, bottom = _points(person, upper, tried), _points(person, lower, tried)
    y, y_end = min(point.y for point in top), max(point.y for point in bottom)
    if upper == lower or y_end <= y:
        raise _upside_down(upper, lower, y, y_end)
    xs = [point.x for name in _spanned(upper, lower) for point in _found(person, name)]
    margin = WIDENED * (y_end - y)
    x, x_end = min(xs) - margin, max(xs) + margin
    return _inside(round(x), round(y), round(x_end - x), round(y_end - y), person.photo_size)


def cut(photo: Photo, box: Box) -> Photo:
    """The pixels in the box, shape (h, w, 3)."""
    return photo[box.y : box.y + box.h, box.x : box.x + box.w]


def _spanned(upper: str, lower: str) -> list[str]:
    """The groups that make the box's width."""
    order = list(GROUPS)
    first, last = sorted((order.index(upper), order.index(lower)))
    return [upper, lower, *(name for name in order[first + 1 : last] if name in SPANNING)]


def _found(person: Person, group: str) -> list[Part]:
    return [part for name in GROUPS[group] if (part := person.parts[name])]


def _points(person: Person, group: str, tried: str) -> list[Part]:
    if group not in GROUPS:
        advice = did_you_mean(group, list(GROUPS))
        raise PartMissing(tried, f"{group!r} is not a part.", advice)
    points = _found(person, group)
    if not points:
        there = [name for name in GROUPS if _found(person, name)]
        found = f"the {group} were not found on this photo. Found: {', '.join(there) or 'none of the parts'}."
        raise PartMissing(tried, found.replace("nose were", "nose was").replace("neck were", "neck was"))
    return points


def _upside_down(upper: str, lower: str, y: float, y_end: float) -> PartMissing:
    tried = f"Cropping from {upper} to {lower}"
    if upper == lower:
        return PartMissing(tried, "that is the same part twice.", "Choose a lower one as the end.")
    found = f"on this photo the {upper} (y {y:.0f}) are below the {lower} (y {y_end:.0f})."
    return PartMissing(tried, found, f"Crop from {lower} to {upper}.")


def _inside(x: int, y: int, w: int, h: int, size: tuple[int, int]) -> Box:
    """The rectangle cut at the photo's edges, of at least one pixel."""
    width, height = size
    left, top = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    right, bottom = min(max(x + w, left + 1), width), min(max(y + h, top + 1), height)
    return Box(left, top, right - left, bottom - top)
