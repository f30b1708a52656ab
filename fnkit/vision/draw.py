"""Pictures of parts and boxes, by matplotlib. Each is a Figure that a notebook shows and `savefig` writes."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from fnkit.core.errors import MissingPackage
from fnkit.models.images import Photo
from fnkit.vision import crop
from fnkit.vision.body import LIMBS, side
from fnkit.vision.crop import Box
from fnkit.vision.pose import Person

try:
    from matplotlib import patheffects
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle
except ImportError as missing:
    advice = "Install it: pip install 'fnkit[notebook]'"
    raise MissingPackage("Drawing on a photo", "matplotlib is not installed.", advice) from missing

SIDES = {"right": "#ff7a59", "left": "#2bb3c0", "middle": "#ffd166"}
"""Of the person, not of the photo."""
ACCENT = "#e5446d"
INK, GREY = "#1d2433", "#6b7385"
DPI = 144
HEIGHT = 3.7
"""Inches of a photo."""
MARGIN, HEAD, FOOT, GAP = 0.18, 0.52, 0.4, 0.24
FOOT_LINE = 0.2


class Picture(Figure):
    """A matplotlib Figure that a notebook shows by itself, without pyplot and its state."""

    def _repr_png_(self) -> bytes:
        png = io.BytesIO()
        self.savefig(png, format="png")
        return png.getvalue()


def people(photo: Photo, found: Person | Sequence[Person]) -> Picture:
    """The parts and limbs of one or several people on their photo."""
    persons = [found] if isinstance(found, Person) else list(found)
    picture, (axes,) = _panels([photo])
    _photo(axes, photo)
    for one in persons:
        _skeleton(axes, one)
    _title(axes, *_said_of(persons))
    if persons:
        _legend(picture)
    return picture


def box(photo: Photo, box: Box, title: str = "Crop box") -> Picture:
    """The box on its photo; the rest of the photo is dimmed."""
    picture, (axes,) = _panels([photo], foot=MARGIN)
    _photo(axes, photo)
    _frame(axes, photo, box)
    _title(axes, title, _numbers(box))
    return picture


def story(
    photo: Photo,
    person: Person,
    box: Box,
    times: Mapping[str, float | None] | None = None,
    title: str = "Crop box",
) -> Picture:
    """Side by side: the parts on the photo, the box on the photo, the crop; below, the times (seconds by name)."""
    cut = crop.cut(photo, box)
    picture, (left, middle, right) = _panels([photo, photo, cut])
    for axes, shown in ((left, photo), (middle, photo), (right, cut)):
        _photo(axes, shown)
    _skeleton(left, person)
    _title(left, *_said_of([person]))
    _frame(middle, photo, box)
    _title(middle, title, _numbers(box))
    _title(right, "Crop", f"{box.w} × {box.h} pixels")
    _legend(picture)
    _times(picture, times or {})
    return picture


def _panels(photos: Sequence[Photo], foot: float = FOOT) -> tuple[Picture, list[Axes]]:
    """A figure with one place per photo, all of one height, as wide as the photos are."""
    widths = [min(max(photo.shape[1] / photo.shape[0], 0.45), 1.8) * HEIGHT for photo in photos]
    width = sum(widths) + GAP * (len(widths) - 1) + 2 * MARGIN
    height = HEIGHT + HEAD + foot
    picture = Picture(figsize=(width, height), dpi=DPI, facecolor="white")
    places, left = [], MARGIN
    for each in widths:
        places.append(picture.add_axes((left / width, foot / height, each / width, HEIGHT / height)))
        left += each + GAP
    return picture, places


def _photo(axes: Axes, photo: Photo) -> None:
    axes.imshow(photo, interpolation="antialiased")
    axes.set_anchor("N")
    axes.set(xticks=(), yticks=())
    for spine in axes.spines.values():
        spine.set(color=INK, alpha=0.15, linewidth=0.6)


def _title(axes: Axes, title: str, below: str) -> None:
    style: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    axes.annotate(title, (0, 1), (0, 19), color=INK, fontsize=11, fontweight="bold", **style)
    axes.annotate(below, (0, 1), (0, 6), color=GREY, fontsize=8.5, **style)


def _skeleton(axes: Axes, person: Person) -> None:
    """Limbs where both ends were found, a dot on each part that was; dark edges keep both seen on any photo."""
    size = _size(person)
    edge = [patheffects.Stroke(linewidth=4.6 * size, foreground=INK, alpha=0.55), patheffects.Normal()]
    line: dict[str, Any] = {"linewidth": 2.8 * size, "solid_capstyle": "round", "path_effects": edge, "zorder": 2}
    for start, end in LIMBS:
        one, other = person.parts[start], person.parts[end]
        if one and other:
            axes.plot((one.x, other.x), (one.y, other.y), color=SIDES[side(end)], **line)
    dot: dict[str, Any] = {"s": 26 * size**2, "edgecolors": "white", "linewidths": 1.1 * size, "zorder": 3}
    for name, part in person.parts.items():
        if part:
            axes.scatter(part.x, part.y, color=SIDES[side(name)], **dot)


def _size(person: Person) -> float:
    """Of lines and dots: 1 for a person who fills the photo, less for a small one."""
    ys = [part.y for part in person.parts.values() if part]
    share = (max(ys) - min(ys)) / person.photo_size[1] if ys else 0.0
    return min(1.0, max(0.45, 0.3 + share))


def _frame(axes: Axes, photo: Photo, box: Box) -> None:
    height, width = photo.shape[:2]
    veil: dict[str, Any] = {"facecolor": INK, "alpha": 0.55, "linewidth": 0, "zorder": 2}
    right, bottom = box.x + box.w, box.y + box.h
    for x, y, w, h in (
        (0, 0, width, box.y),
        (0, bottom, width, height - bottom),
        (0, box.y, box.x, box.h),
        (right, box.y, width - right, box.h),
    ):
        # Pixel centres are whole numbers, so the photo begins half a pixel before 0.
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), w, h, **veil))
    frame = Rectangle(
        (box.x - 0.5, box.y - 0.5), box.w, box.h, fill=False, edgecolor=ACCENT, linewidth=2.2, zorder=3
    )
    axes.add_patch(frame)


def _said_of(persons: Sequence[Person]) -> tuple[str, str]:
    if not persons:
        return "Nobody", "no person was found"
    if len(persons) > 1:
        return f"{len(persons)} people", f"{sum(len(one.found) for one in persons)} parts"
    found, missing = persons[0].found, persons[0].missing
    title = f"{len(found)} of {len(found) + len(missing)} parts"
    if not missing:
        return title, f"all found, person {persons[0].score:.2f}"
    names = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
    return title, f"not found: {names}"


def _numbers(box: Box) -> str:
    return f"x {box.x}   y {box.y}   w {box.w}   h {box.h}"


def _legend(picture: Picture) -> None:
    """Which colour is which side, at the foot on the left."""
    width, height = picture.get_size_inches()
    for inches, (name, colour) in zip((0.05, 1.16, 1.66), SIDES.items(), strict=True):
        x = (MARGIN + inches) / width
        picture.text(x, FOOT_LINE / height, "●", color=colour, fontsize=8.5, va="center", ha="center")
        picture.text(
            x + 0.1 / width,
            FOOT_LINE / height,
            f"person's {name}" if name == "right" else name,
            color=GREY,
            fontsize=8.5,
            va="center",
        )


def _times(picture: Picture, times: Mapping[str, float | None]) -> None:
    """`load 16 ms · inference 32 ms`, at the foot on the right."""
    width, height = picture.get_size_inches()
    said = "   ·   ".join(f"{name} {_seconds(value)}" for name, value in times.items() if value is not None)
    picture.text(1 - MARGIN / width, FOOT_LINE / height, said, color=GREY, fontsize=8.5, va="center", ha="right")


def _seconds(value: float) -> str:
    return (
        f"{value:.1f} s" if value >= 1 else f"{value * 1000:.0f} ms" if value >= 0.01 else f"{value * 1000:.1f} ms"
    )
