"""Charts of what was measured, by matplotlib: a photo's quality, people over time. They stay at home."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from fnkit.models.images import Photo
from fnkit.vision import report
from fnkit.vision.draw import ACCENT, DPI, GREY, INK, Picture
from fnkit.vision.quality import Quality
from fnkit.vision.watch import Seen

GOOD, BAD = "#2bb3c0", ACCENT
PASSES = 61
"""The score from which a photo is kept, where nobody says another."""
PHOTO, BARS, HEAD = 2.2, 2.3, 0.62
"""Inches: a photo's height, that of its scores, and what stands above it."""
COLUMN, GAP, MARGIN = 2.9, 0.35, 0.18


def quality(photos: Sequence[tuple[str, Photo, Quality]], passes: float = PASSES) -> Picture:
    """Photos side by side, given as name, picture and quality: each with its total and its six scores below."""
    width = len(photos) * COLUMN + (len(photos) - 1) * GAP + 2 * MARGIN
    height = HEAD + PHOTO + BARS + MARGIN
    picture = _picture(width, height)
    for index, (name, photo, judged) in enumerate(photos):
        left = MARGIN + index * (COLUMN + GAP)
        place = (left / width, (BARS + MARGIN) / height, COLUMN / width, PHOTO / height)
        above = picture.add_axes(place, anchor="NW")
        _shown(above, photo)
        good = judged.total >= passes
        words: dict[str, Any] = {"transform": picture.transFigure, "va": "baseline"}
        picture.text(left / width, 1 - 0.26 / height, name, color=INK, fontsize=10, fontweight="bold", **words)
        verdict = "kept" if good else f"back: {judged.fault}"
        colour = GOOD if good else BAD
        picture.text(
            left / width,
            1 - 0.5 / height,
            f"{judged.total:.0f} of 100, {verdict}",
            color=colour,
            fontsize=9.5,
            **words,
        )
        below = (left / width, MARGIN / height, COLUMN / width, (BARS - 0.25) / height)
        _scores(picture.add_axes(below), judged, passes)
    return picture


def people(seen: Sequence[Seen], frames: Sequence[tuple[float, Photo]] = ()) -> Picture:
    """How many people were there when, and above it the frames given as time and picture, each at its time."""
    told = report.presence(seen)
    ordered = sorted(seen, key=lambda each: each.time)
    width, chart = 9.0, 1.1
    across = 0.93 / max(1, len(frames))
    tall = max((across * width * photo.shape[0] / photo.shape[1] for _, photo in frames), default=0.0)
    strip = tall + 0.4 if frames else 0.0
    height = HEAD + strip + chart + 0.35
    picture = _picture(width, height)
    picture.text(0.05, 1 - 0.26 / height, "People over time", color=INK, fontsize=11, fontweight="bold")
    picture.text(0.05, 1 - 0.47 / height, str(told), color=GREY, fontsize=9)
    axes = picture.add_axes((0.05, 0.35 / height, 0.93, chart / height))
    ends = [*(each.time for each in ordered), told.seconds]
    axes.stairs([len(each.boxes) for each in ordered], ends, fill=True, color=ACCENT)
    axes.set(xlim=(0, told.seconds or 1), ylim=(0, max(told.most, 1) * 1.08), yticks=range(max(told.most, 1) + 1))
    axes.xaxis.set_major_formatter("{x:g} s")
    _plain(axes)
    for index, (time, photo) in enumerate(frames):
        place = (0.05 + index * across, (chart + 0.7) / height, across * 0.96, tall / height)
        frame = picture.add_axes(place)
        nearest = min(ordered, key=lambda each: abs(each.time - time))
        _shown(frame, report.annotated(photo, nearest))
        frame.set_xlabel(f"{time:.1f} s", fontsize=8, color=GREY, labelpad=2)
    return picture


def _picture(width: float, height: float) -> Picture:
    return Picture(figsize=(width, height), dpi=DPI, facecolor="white")


def _shown(axes: Axes, photo: Photo) -> None:
    axes.imshow(photo, interpolation="antialiased")
    axes.set(xticks=(), yticks=())
    for spine in axes.spines.values():
        spine.set(color=INK, alpha=0.15, linewidth=0.6)


def _scores(axes: Axes, judged: Quality, passes: float) -> None:
    """A bar for each score, the first one on top; a line where the total has to get to."""
    scores = {name: score for name, score in judged.to_json().items() if name != "total"}
    colours = [BAD if name == judged.fault and judged.total < passes else GOOD for name in scores]
    rows = range(len(scores))[::-1]
    axes.barh(rows, [100] * len(scores), color=INK, alpha=0.07, height=0.28)
    axes.barh(rows, list(scores.values()), color=colours, height=0.28)
    for row, (name, score) in zip(rows, scores.items(), strict=True):
        axes.text(0, row + 0.2, name, fontsize=7.5, color=GREY, va="bottom")
        axes.text(100, row + 0.2, f"{score:.0f}", fontsize=7.5, color=GREY, va="bottom", ha="right")
    axes.set(xlim=(0, 100), ylim=(-0.2, len(scores) - 0.2))
    axes.axis("off")


def _plain(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=GREY, alpha=0.5)
    axes.tick_params(colors=GREY, labelsize=8, length=0)
    axes.grid(axis="y", color=GREY, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
