"""A scene as an SVG document: for pages and files, light and dark, and alive where it is opened by itself."""

import base64
from collections.abc import Iterable
from dataclasses import replace
from html import escape

from fnkit.pictures import live
from fnkit.pictures.palette import COLOURS
from fnkit.pictures.scene import Path, Rect, Scene, Shape, Text, rounded

FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif'


def document(scene: Scene) -> str:
    """`scene` as it stands still; what moves in it moves by itself."""
    return _written(scene, "", "")


def alive(scene: Scene) -> str:
    """The same, with what its spots tell under the mouse and after a click. It runs no script."""
    return _written(scene, live.STYLE, live.spots(scene, 0)) if scene.spots else document(scene)


def overlay(scene: Scene, beside: float) -> str:
    """What its spots tell, alone and transparent, to lie on the picture; what a click opens stands `beside` it."""
    page = replace(scene, width=scene.width + beside)
    return f"{_open(page)}<style>{live.STYLE}</style>{live.spots(scene, beside)}</svg>"


def strip(scene: Scene, width: float) -> str:
    """`scene` without a page under it, `width` wide whatever is in it."""
    size = f'width="{_n(width)}" height="{_n(scene.height)}" viewBox="0 0 {_n(scene.width)} {_n(scene.height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} preserveAspectRatio="none">'
    return f"{head}<style>{_style(scene.shapes)}</style>{''.join(map(_shape, scene.shapes))}</svg>"


def _written(scene: Scene, style: str, more: str) -> str:
    return "".join(
        (
            _open(scene),
            f"<style>{_style(scene.shapes)}{style}</style>",
            f'<rect class="f-paper" width="{_n(scene.width)}" height="{_n(scene.height)}" rx="10"/>',
            *map(_shape, scene.shapes),
            more,
            "</svg>",
        )
    )


def image(svg: str) -> str:
    """`svg` as a `data:` URL: shown in notebooks that are not trusted, too."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _open(scene: Scene) -> str:
    size = (
        f'width="{_n(scene.width)}" height="{_n(scene.height)}" viewBox="0 0 {_n(scene.width)} {_n(scene.height)}"'
    )
    title = f"<title>{escape(scene.about)}</title>" if scene.about else ""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{escape(FONT)}">{title}'


def _style(shapes: Iterable[Shape]) -> str:
    """The colours that are used, by the page's scheme."""
    shapes = list(shapes)
    fills = {"paper", *(fill for one in shapes if (fill := one.fill))}
    lines = {line for one in shapes if not isinstance(one, Text) and (line := one.line)}
    light = "".join(_rules(fills, lines, 0))
    dark = "".join(_rules(fills, lines, 1))
    moving = any(getattr(one, "moving", False) for one in shapes)
    walk = (
        ".move{stroke-dasharray:7 4;animation:walk 1s linear infinite}@keyframes walk{to{stroke-dashoffset:-22}}"
        "@media(prefers-reduced-motion:reduce){.move{animation:none}}"
    )
    return f"{light}{walk if moving else ''}@media(prefers-color-scheme:dark){{{dark}}}"


def _rules(fills: Iterable[str], lines: Iterable[str], scheme: int) -> Iterable[str]:
    yield from (f".f-{_name(one)}{{fill:{COLOURS[one][scheme]}}}" for one in sorted(fills))
    yield from (f".s-{_name(one)}{{stroke:{COLOURS[one][scheme]}}}" for one in sorted(lines))


def _shape(shape: Shape) -> str:
    match shape:
        case Text():
            anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
            place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}"{anchor}'
            return f'<text {place} class="f-{_name(shape.fill)}">{escape(shape.text)}</text>'
        case Rect():
            corner = f' rx="{_n(shape.radius)}"' if shape.radius else ""
            place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}"'
            said = f"<title>{escape(shape.title)}</title>" if shape.title else ""
            return (
                f"<rect {place}{corner}{_paint(shape)}>{said}</rect>"
                if said
                else f"<rect {place}{corner}{_paint(shape)}/>"
            )
    return f'<path d="{_way(shape)}"{_paint(shape)}/>'


def _paint(shape: Rect | Path) -> str:
    classes = [f"{kind}-{_name(one)}" for kind, one in (("f", shape.fill), ("s", shape.line)) if one]
    if shape.moving:
        classes.append("move")
    said = f' class="{" ".join(classes)}"' if classes else ""
    if not shape.fill:
        said += ' fill="none"'
    if shape.line and shape.thick != 1:
        said += f' stroke-width="{_n(shape.thick)}"'
    if shape.line and isinstance(shape, Path):
        said += ' stroke-linecap="round" stroke-linejoin="round"'
    return said + (' stroke-dasharray="5 4"' if shape.dashed and not shape.moving else "")


def _way(path: Path) -> str:
    first, *rest = rounded(path.points, path.radius, path.closed)
    steps = [f"M{_p(first[0])}"]
    steps += [f"L{_p(one[0])}" if len(one) == 1 else f"Q{_p(one[0])} {_p(one[1])}" for one in rest]
    return "".join(steps) + ("Z" if path.closed else "")


def _p(point: tuple[float, float]) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _name(colour: str) -> str:
    return colour.replace(".", "-")
