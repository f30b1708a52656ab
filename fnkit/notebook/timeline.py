"""Where the time of a call went, as a small picture: wait, init and run side by side, on one scale."""

import base64
from collections.abc import Iterable

from fnkit.delivery.invocation import Split

COLOURS = {"wait": "#9aa0a6", "init": "#e8710a", "run": "#1a9e77"}
"""Middle tones, so that they can be read on a light page and on a dark one."""
WIDTH, HEIGHT = 460, 16
HAIR = 1.5
"""No part gets thinner than this, in pixels."""


def parts(split: Split) -> list[tuple[str, int]]:
    """(name, ms) of what is known, in order; there is no `init` in a warm call."""
    named = (("wait", split.wait), ("init", split.init), ("run", split.run))
    return [(name, ms) for name, ms in named if ms is not None]


def total(split: Split) -> int:
    """Ms from the request to the answer."""
    return sum(ms for _, ms in parts(split))


def line(split: Split) -> str:
    """`wait 3 + init 812 + run 41 = 856 ms`; empty where nothing is known yet."""
    known = parts(split)
    return " + ".join(f"{name} {ms:,}" for name, ms in known) + f" = {total(split):,} ms" if known else ""


def longest(splits: Iterable[Split]) -> int:
    """The total in ms that fills the width when `splits` are drawn under each other."""
    return max((total(split) for split in splits), default=0)


def bar(split: Split, full: int | None = None) -> str:
    """The bar of one call as an SVG document; `full` ms fill the width, the call's own total by default.

    Bars that are drawn with the same `full` can be compared by eye.
    """
    scale = WIDTH / max(full or total(split), 1)
    x, shapes = 0.0, []
    for name, ms in parts(split):
        width = max(ms * scale, HAIR)
        shapes.append(
            f'<rect x="{x:.1f}" width="{width:.1f}" height="{HEIGHT}" fill="{COLOURS[name]}">'
            f"<title>{name} {ms} ms</title></rect>"
        )
        x += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {max(x, WIDTH):.1f} {HEIGHT}" preserveAspectRatio="none">{"".join(shapes)}</svg>'
    )


def image(svg: str) -> str:
    """`svg` as a `data:` URL: shown in notebooks that are not trusted, too."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
