"""What was seen on a video, told: in a sentence, as a chart, on the frames. Ships with actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from fnkit.models.images import Photo
from fnkit.vision.watch import Seen

ACCENT = (229, 68, 109)
SPELLS = 4
"""Named in the sentence."""
LINE = 3
"""Pixels of a frame around a person."""
WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 56, 36
STEPS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between the marks of the chart."""


@dataclass(frozen=True, slots=True)
class Presence:
    """How much was seen: `spells` are when somebody was there, from and to (seconds)."""

    frames: int
    seconds: float
    most: int
    """People at once."""
    spells: tuple[tuple[float, float], ...]

    def to_json(self) -> dict[str, Any]:
        """`{"frames", "seconds", "most", "spells": [[from, to]]}`."""
        spells = [list(spell) for spell in self.spells]
        return {"frames": self.frames, "seconds": self.seconds, "most": self.most, "spells": spells}

    def __str__(self) -> str:
        """One sentence, as short as a message to a telephone has to be."""
        if not self.spells:
            return f"Nobody in {self.seconds:.1f} s of video."
        when = ", ".join(f"{start:.1f}–{end:.1f} s" for start, end in self.spells[:SPELLS])
        more = f", {len(self.spells) - SPELLS} times more" if len(self.spells) > SPELLS else ""
        people = "1 person" if self.most == 1 else f"Up to {self.most} people"
        return f"{people} in {self.seconds:.1f} s of video: {when}{more}."


def presence(seen: Sequence[Seen]) -> Presence:
    """When somebody was there. A frame stands for the time until the next one, the last as long as that before.

    The frames may come in any order, as batches do that were looked at side by side.
    """
    ordered = sorted(seen, key=lambda each: each.time)
    spells: list[tuple[float, float]] = []
    for each, end in zip(ordered, _ends(ordered), strict=True):
        if each.boxes and spells and spells[-1][1] == each.time:
            spells[-1] = (spells[-1][0], end)
        elif each.boxes:
            spells.append((each.time, end))
    seconds = _ends(ordered)[-1] if ordered else 0.0
    return Presence(len(ordered), seconds, max((len(each.boxes) for each in ordered), default=0), tuple(spells))


def annotated(photo: Photo, seen: Seen) -> Photo:
    """A frame (height, width, 3) with a line around each person."""
    drawn = photo.copy()
    for box in seen.boxes:
        inner = drawn[box.y : box.y + box.h, box.x : box.x + box.w]
        edge = np.ones(inner.shape[:2], bool)
        edge[LINE:-LINE, LINE:-LINE] = False
        inner[edge] = ACCENT
    return drawn


def chart(seen: Sequence[Seen], title: str = "People over time") -> str:
    """An SVG of how many people were there when; it stands alone and reads on light and dark pages."""
    ordered = sorted(seen, key=lambda each: each.time)
    told = presence(ordered)
    across, up = (WIDTH - LEFT - RIGHT) / (told.seconds or 1), (HEIGHT - TOP - BOTTOM) / max(told.most, 1)
    floor = HEIGHT - BOTTOM
    steps = "".join(
        f"V{floor - len(each.boxes) * up:.1f}H{LEFT + end * across:.1f}"
        for each, end in zip(ordered, _ends(ordered), strict=True)
    )
    area = f'<path d="M{LEFT} {floor}{steps}V{floor}Z" fill="rgb{ACCENT}"/>'
    parts = [_lines(told, up), area, _marks(told, across), _words(title, told)]
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    style = 'font-family="system-ui, sans-serif" font-size="12" fill="#6b7385"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {style}>{"".join(parts)}</svg>'


def _ends(ordered: Sequence[Seen]) -> list[float]:
    ends = [later.time for _, later in pairwise(ordered)]
    last = ordered[-1].time - ordered[-2].time if len(ordered) > 1 else 0.0
    return [*ends, *(round(each.time + last, 3) for each in ordered[-1:])]


def _lines(told: Presence, up: float) -> str:
    """A line for each number of people, and that number."""
    floor = HEIGHT - BOTTOM
    step = max(1, told.most // 5)
    return "".join(
        f'<path d="M{LEFT} {floor - count * up:.1f}H{WIDTH - RIGHT}" stroke="#6b7385" stroke-opacity=".35"/>'
        f'<text x="{LEFT - 10}" y="{floor - count * up + 4:.1f}" text-anchor="end">{count}</text>'
        for count in range(0, max(told.most, 1) + 1, step)
    )


def _marks(told: Presence, across: float) -> str:
    """The seconds, eight marks at most."""
    step = next((step for step in STEPS if told.seconds / step <= 8), told.seconds / 8)
    return "".join(
        f'<text x="{LEFT + index * step * across:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
        f"{index * step:g} s</text>"
        for index in range(int(told.seconds / step) + 1)
    )


def _words(title: str, told: Presence) -> str:
    safe = title.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<title>{safe}: {told}</title><text x="{LEFT}" y="18" font-size="14" font-weight="600">{safe}</text>'
        f'<text x="{LEFT}" y="36">{told}</text>'
    )
