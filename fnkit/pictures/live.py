"""What a picture says under the mouse and after a click, by style sheets alone: nothing runs in it."""

from dataclasses import replace
from html import escape

from fnkit.pictures.lettering import begun, fitted, width
from fnkit.pictures.palette import COLOURS
from fnkit.pictures.scene import Scene, Spot

SIZE, LINE, PAD, GAP = 11.0, 16.0, 9.0, 12.0
WIDEST = 420.0
PANEL = (460.0, 300.0)
"""Width and height in pixels of what a click opens, where the picture is as large."""
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


def _colours(scheme: int) -> str:
    def of(name: str) -> str:
        return COLOURS[name][scheme]

    return (
        f".tip rect{{fill:{of('ink')}}}.tip text{{fill:{of('paper')}}}"
        f".panel div{{background:{of('paper')};color:{of('ink')};border:1px solid {of('idle.line')}}}"
        f".spot:focus>.hit{{stroke:{COLOURS['running.line'].dark}}}"
    )


STYLE = (
    ".hit{fill:transparent;cursor:pointer;stroke-width:2}.spot{outline:none}"
    ".tip,.panel{visibility:hidden;pointer-events:none}"
    ".spot:hover>.tip{visibility:visible}.spot:focus>.tip{visibility:hidden}"
    ".spot:focus>.panel,.spot:focus-within>.panel{visibility:visible;pointer-events:auto}"
    # An open panel lies under the spots that follow it: they let the mouse through.
    ".spots:has(.spot:focus-within) .spot:not(:focus-within){pointer-events:none}"
    f".panel div{{box-sizing:border-box;height:100%;overflow:auto;margin:0;padding:10px 12px;border-radius:8px;"
    f"font:11px/1.45 {MONO};white-space:pre-wrap;overflow-wrap:anywhere}}"
    f"{_colours(0)}@media(prefers-color-scheme:dark){{{_colours(1)}}}"
)


def spots(scene: Scene, beside: float) -> str:
    """The layer that listens, above everything else; panels stand `beside` the picture where there is room."""
    return f'<g class="spots">{"".join(_spot(scene, spot, beside) for spot in scene.spots)}</g>'


def _spot(scene: Scene, spot: Spot, beside: float) -> str:
    place = f'x="{spot.x:.1f}" y="{spot.y:.1f}" width="{spot.width:.1f}" height="{spot.height:.1f}"'
    hit = f'<rect class="hit" {place} rx="8"/>'
    return f'<g class="spot" tabindex="0">{hit}{_tip(scene, spot, beside)}{_panel(scene, spot, beside)}</g>'


def _tip(scene: Scene, spot: Spot, beside: float) -> str:
    page = replace(scene, width=scene.width + beside)
    most = min(WIDEST, page.width - 2 * PAD - 8)
    name, *more = spot.tip
    lines = [fitted(name, SIZE, most), *(begun(line, SIZE, most) for line in more)]
    wide = max(width(line, SIZE) for line in lines) + 2 * PAD
    high = LINE * len(lines) + PAD
    x, y = _inside(page, spot, wide, high)
    text = "".join(
        f'<text x="{x + PAD:.1f}" y="{y + LINE * (n + 1):.1f}" font-size="{SIZE:g}">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    box = f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="6"/>'
    return f'<g class="tip">{box}{text}</g>'


def _panel(scene: Scene, spot: Spot, beside: float) -> str:
    if not spot.detail:
        return ""
    wide, high = min(PANEL[0], scene.width - 8), min(PANEL[1], scene.height - 8)
    x, y = _inside(scene, spot, wide, high)
    if beside:
        x, y, wide, high = scene.width, GAP, beside - GAP, scene.height - 2 * GAP
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    body = f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(spot.detail)}</div>'
    return f'<foreignObject class="panel" {place}>{body}</foreignObject>'


def _inside(scene: Scene, spot: Spot, wide: float, high: float) -> tuple[float, float]:
    """Below the spot, or above it, and within the picture."""
    x = min(max(spot.x, 4), scene.width - wide - 4)
    below = spot.y + spot.height + 6
    y = below if below + high <= scene.height else spot.y - high - 6
    return x, min(max(y, 4), max(scene.height - high - 4, 4))
