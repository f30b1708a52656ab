"""What the colours of a picture are on a light page and on a dark one. Text has a contrast of 4.5 or more."""

from typing import NamedTuple


class Colour(NamedTuple):
    """One colour on either page."""

    light: str
    dark: str


COLOURS = {
    "paper": Colour("#ffffff", "#0d1117"),
    "ink": Colour("#1f2328", "#e6edf3"),
    "faint": Colour("#59636e", "#9198a1"),
    "rule": Colour("#e4e8ec", "#262c36"),
    "idle.line": Colour("#8c959f", "#656c76"),
    "idle.fill": Colour("#f6f8fa", "#151b23"),
    "idle.ink": Colour("#1f2328", "#e6edf3"),
    "skipped.line": Colour("#d1d9e0", "#3d444d"),
    "skipped.fill": Colour("#fafbfc", "#12161d"),
    "skipped.ink": Colour("#656d76", "#848d97"),
    "taken.line": Colour("#0969da", "#4493f8"),
    "taken.fill": Colour("#eaf4ff", "#101f36"),
    "taken.ink": Colour("#0a3069", "#c2e0ff"),
    "failed.line": Colour("#cf222e", "#f85149"),
    "failed.fill": Colour("#ffefee", "#2d1417"),
    "failed.ink": Colour("#82071e", "#ffc1ba"),
    "running.line": Colour("#9a6700", "#d29922"),
    "running.fill": Colour("#fff8e1", "#272115"),
    "running.ink": Colour("#6b4700", "#f2cc60"),
    "white": Colour("#ffffff", "#ffffff"),
    "wait": Colour("#9aa0a6", "#8b949e"),
    "init": Colour("#e8710a", "#f0883e"),
    "run": Colour("#1a9e77", "#3fb68b"),
    "start": Colour("#8250df", "#a371f7"),
    "kept": Colour("#c8d0d8", "#3a424c"),
}
"""By name. The grey of what was not taken is meant to step back."""
