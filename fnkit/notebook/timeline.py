"""Where the time of a call went, as a small picture: wait, init and run side by side, on one scale."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS = {"wait": "#9aa0a6", "init": "#e8710a", "run": "#1a9e77"}
"""Middle tones, so that they can be read on a light page and on a dark one."""
WIDTH, HEIGHT = 460, 16


@dataclass(frozen=True, slots=True)
class Split:
    """One call's time in ms: `wait` from the request to the instance, `init` code (0 when warm), `run`."""

    wait: int
    init: int
    run: int

    @property
    def total(self) -> int:
        """Ms from the request to the answer."""
        return self.wait + self.init + self.run

    def parts(self) -> list[tuple[str, int]]:
        """Those that took part in the call, in order."""
        named = (("wait", self.wait), ("init", self.init), ("run", self.run))
        return [(name, ms) for name, ms in named if ms or name != "init"]

    def __str__(self) -> str:
        """`wait 3 + init 812 + run 41 = 856 ms`."""
        return " + ".join(f"{name} {ms:,}" for name, ms in self.parts()) + f" = {self.total:,} ms"


def bar(split: Split, longest: int | None = None) -> str:
    """The bar of one call as an SVG document; `longest` is the total, in ms, that fills the width.

    Bars that are drawn with the same `longest` can be compared by eye. A part never gets thinner than a hair.
    """
    scale = WIDTH / max(longest or split.total, 1)
    x, shapes = 0.0, []
    for name, ms in split.parts():
        width = max(ms * scale, 1.5)
        shapes.append(
            f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="{HEIGHT}" fill="{COLOURS[name]}">'
            f"<title>{escape(name)} {ms} ms</title></rect>"
        )
        x += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {max(x, WIDTH):.1f} {HEIGHT}" preserveAspectRatio="none">{"".join(shapes)}</svg>'
    )


def image(svg: str) -> str:
    """`svg` as a `data:` URL: shown in notebooks that are not trusted, too."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def longest(splits: Sequence[Split]) -> int:
    """The total in ms that fills the width when `splits` are drawn under each other."""
    return max((split.total for split in splits), default=1)
