"""The picture as SVG: well formed, safe, light and dark, and alive without a script."""

import xml.etree.ElementTree as ET

import pytest

from fnkit.pictures import flowchart, svg
from fnkit.pictures.blocks import Card, Leaf, Stack
from fnkit.pictures.palette import COLOURS
from fnkit.pictures.scene import Path, Rect, Scene, Spot, Text, rounded

NAME = "{http://www.w3.org/2000/svg}"
EVIL = "</text><script>alert(\"1\")</script><text onload='x'>&amp;"


def step(title="crop", **more):
    return Leaf(Card("0.1", title, "action", "taken", "12 ms", tip=(title, "output: 1"), detail=title, **more))


def texts(document):
    return ["".join(found.itertext()) for found in ET.fromstring(document).iter(f"{NAME}text")]


@pytest.mark.parametrize("write", [svg.document, svg.alive, lambda scene: svg.overlay(scene, 300)])
def test_what_a_step_says_stays_text(write):
    document = write(flowchart.scene(step(EVIL), EVIL))
    root = ET.fromstring(document)
    assert not list(root.iter(f"{NAME}script"))
    assert "<script" not in document
    assert all(not key.startswith("on") for element in root.iter() for key in element.attrib)


def test_the_title_and_the_note_are_there_to_read():
    assert texts(svg.document(flowchart.scene(step()))) == ["crop", "12 ms"]


def test_nothing_comes_from_elsewhere():
    document = svg.alive(flowchart.scene(Stack((step(), step()))))
    assert "http" not in document.replace("http://www.w3.org/", "")
    assert "url(" not in document


def test_a_picture_knows_a_light_page_and_a_dark_one():
    document = svg.document(flowchart.scene(step()))
    light, _, dark = document.partition("prefers-color-scheme:dark")
    assert COLOURS["taken.line"].light in light
    assert COLOURS["taken.line"].dark in dark


def test_only_the_colours_that_are_used_are_written():
    assert COLOURS["failed.line"].light not in svg.document(flowchart.scene(step()))


def test_a_still_picture_tells_nothing_under_the_mouse():
    scene = flowchart.scene(step())
    assert "tip" not in svg.document(scene)
    assert texts(svg.alive(scene))[-2:] == ["crop", "output: 1"]


def test_details_open_beside_a_small_picture_and_within_it_where_there_is_no_room():
    scene = flowchart.scene(step())

    def panel(document):
        found = next(ET.fromstring(document).iter(f"{NAME}foreignObject"))
        return {key: float(found.get(key)) for key in ("x", "y", "width", "height")}

    beside, inside = panel(svg.overlay(scene, 400)), panel(svg.alive(scene))
    assert beside["x"] >= scene.width
    assert beside["x"] + beside["width"] <= scene.width + 400
    assert inside["x"] >= 0 and inside["x"] + inside["width"] <= scene.width
    assert inside["y"] >= 0 and inside["y"] + inside["height"] <= scene.height


def test_tips_stay_within_the_picture():
    spots = tuple(Spot(x, y, 80, 30, ("a tip that is long enough",) * 3) for x in (0, 320) for y in (0, 170))
    root = ET.fromstring(svg.alive(Scene(400, 200, (), spots)))
    tips = [found.find(f"{NAME}rect") for found in root.iter(f"{NAME}g") if found.get("class") == "tip"]
    assert len(tips) == 4
    for tip in tips:
        x, y, wide, high = (float(tip.get(key)) for key in ("x", "y", "width", "height"))
        assert x >= 0 and x + wide <= 400 and y >= 0 and y + high <= 200


def test_what_runs_moves_unless_the_reader_wants_no_motion():
    running = Leaf(Card("0", "crop", "action", "running"))
    document = svg.document(flowchart.scene(running))
    assert "@keyframes walk" in document and 'class="f-running-fill s-running-line move"' in document
    assert "prefers-reduced-motion" in document
    assert "keyframes" not in svg.document(flowchart.scene(step()))


def test_a_count_stands_at_the_corner():
    assert "×1,000" in texts(svg.document(flowchart.scene(step(count=1000))))


def test_corners_are_rounded_and_ends_are_kept():
    way = rounded(((0, 0), (0, 100), (50, 100)), 10)
    assert way == [((0, 0),), ((0, 90.0),), ((0, 100), (10.0, 100.0)), ((50, 100),)]
    assert rounded(((0, 0), (0, 4), (50, 4)), 10)[1] == ((0, 2.0),)


def test_every_kind_of_shape_is_written():
    shapes = (
        Rect(1, 2, 30, 10, "taken.fill", "taken.line", 4, 2, dashed=True, title="a < b"),
        Path(((0, 0), (5, 5), (9, 0)), "taken.line", closed=True),
        Text(3, 4, "x < y", "ink", 12, "end"),
    )
    root = ET.fromstring(svg.document(Scene(100, 50, shapes, about="one & two")))
    assert [element.tag.removeprefix(NAME) for element in root] == [
        "title",
        "style",
        "rect",
        "rect",
        "path",
        "text",
    ]
    assert root[0].text == "one & two"
    assert root[3][0].text == "a < b"
    assert root[4].get("d").endswith("Z")


def contrast(one, other):
    """By WCAG 2."""

    def light(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("state", ["idle", "skipped", "taken", "failed", "running"])
def test_text_can_be_read_on_its_ground(state, scheme):
    fill, ink, faint = (COLOURS[name][scheme] for name in (f"{state}.fill", f"{state}.ink", "faint"))
    assert contrast(ink, fill) >= 4.5
    assert contrast(faint, fill) >= 4.5
    assert contrast(ink, COLOURS["paper"][scheme]) >= 4.5
