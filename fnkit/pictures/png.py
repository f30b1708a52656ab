"""A scene in pixels, by matplotlib, with the font that it brings: the same picture on every machine."""

import io
from typing import Any

from fnkit.core.errors import MissingPackage
from fnkit.pictures.palette import COLOURS
from fnkit.pictures.scene import Path, Rect, Scene, Shape, Text, rounded

try:
    from matplotlib.figure import Figure
    from matplotlib.patches import Ellipse, FancyBboxPatch, Patch, PathPatch
    from matplotlib.path import Path as Way
except ImportError as missing:
    advice = "Install it: pip install 'fnkit[notebook]'. An .svg needs nothing."
    raise MissingPackage("Drawing a picture in pixels", "matplotlib is not installed.", advice) from missing

DPI = 72.0
"""At which a point, matplotlib's unit, is a pixel of the scene."""


def document(scene: Scene, scale: float = 2.0, dark: bool = False) -> bytes:
    """`scene` as PNG, `scale` pixels for each of its own."""
    figure = Figure(figsize=(scene.width / DPI, scene.height / DPI), dpi=DPI * scale)
    figure.set_facecolor(COLOURS["paper"][dark])
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
    axes.axis("off")
    for order, shape in enumerate(scene.shapes):
        _draw(axes, shape, order + 1, dark)
    png = io.BytesIO()
    figure.savefig(png, format="png", facecolor=figure.get_facecolor())
    return png.getvalue()


def _draw(axes: Any, shape: Shape, order: int, dark: bool) -> None:
    if isinstance(shape, Text):
        align = {"start": "left", "middle": "center", "end": "right"}[shape.anchor]
        axes.text(
            shape.x,
            shape.y,
            shape.text.replace("$", r"\$"),
            color=COLOURS[shape.fill][dark],
            fontsize=shape.size,
            fontfamily="DejaVu Sans",
            ha=align,
            va="baseline",
            zorder=order,
        )
        return
    style: dict[str, Any] = {
        "facecolor": COLOURS[shape.fill][dark] if shape.fill else "none",
        "edgecolor": COLOURS[shape.line][dark] if shape.line else "none",
        "linewidth": shape.thick if shape.line else 0,
        "zorder": order,
    }
    if shape.dashed or shape.moving:
        style["linestyle"] = (0, (5 / shape.thick, 4 / shape.thick))
    axes.add_patch(_rect(shape, style) if isinstance(shape, Rect) else _path(shape, style))


def _rect(shape: Rect, style: dict[str, Any]) -> Patch:
    if 2 * shape.radius >= max(shape.width, shape.height):
        middle = (shape.x + shape.width / 2, shape.y + shape.height / 2)
        return Ellipse(middle, shape.width, shape.height, **style)
    corner = min(shape.radius, shape.width / 2, shape.height / 2)
    box = f"round,pad=0,rounding_size={corner}" if corner else "square,pad=0"
    return FancyBboxPatch((shape.x, shape.y), shape.width, shape.height, boxstyle=box, **style)


def _path(shape: Path, style: dict[str, Any]) -> PathPatch:
    first, *rest = rounded(shape.points, shape.radius, shape.closed)
    points, codes = [first[0]], [Way.MOVETO]
    for step in rest:
        points += step
        codes += [Way.LINETO] if len(step) == 1 else [Way.CURVE3, Way.CURVE3]
    if shape.closed:
        points.append(first[0])
        codes.append(Way.CLOSEPOLY)
    return PathPatch(Way(points, codes), capstyle="round", joinstyle="round", **style)
