"""The picture of a call's time: all parts in order, one scale, nothing too thin to see."""

import base64
import xml.etree.ElementTree as ET

from fnkit.core.entities import Split
from fnkit.pictures import svg, timeline

SVG = "{http://www.w3.org/2000/svg}"


def widths(split, full=None):
    picture = ET.fromstring(timeline.bar(split, full))
    return [float(shape.get("width")) for shape in picture.iter(f"{SVG}rect")]


def test_parts_stand_side_by_side_in_proportion():
    wait, init, run = widths(Split(100, 300, 600))
    assert (wait, init, run) == (46.0, 138.0, 276.0)


def test_a_warm_call_has_no_init():
    assert len(widths(Split(wait=2, init=None, run=8))) == 2
    assert timeline.line(Split(2, None, 8)) == "wait 2 + run 8 = 10 ms"


def test_two_calls_on_one_scale_can_be_compared_by_eye():
    cold, warm = Split(50, 900, 50), Split(1, None, 49)
    full = timeline.longest([cold, warm])
    assert full == 1000
    assert abs(sum(widths(warm, full)) - timeline.WIDTH * 0.05) < 2


def test_nothing_is_too_thin_to_see():
    assert min(widths(Split(0, 5000, 1))) >= timeline.HAIR


def test_nothing_known_is_an_empty_bar():
    assert timeline.line(Split()) == ""
    assert widths(Split()) == []


def test_the_image_is_a_data_url_that_holds_the_svg():
    picture = timeline.bar(Split(1, 2, 3))
    head, _, content = svg.image(picture).partition(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(content).decode() == picture
