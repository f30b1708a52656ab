"""The picture of lives: every stretch where it belongs, the load above it, nothing too thin to see."""

import re
from itertools import pairwise

import pytest

from fnkit.pictures import svg
from fnkit.pictures.lifelines import HAIR, SPACE, Curve, Lifeline, Part, chart
from fnkit.pictures.picture import Picture
from fnkit.pictures.scene import Rect, Text

PARTS = (Part("start", 0, 50), Part("init", 50, 250), Part("run", 250, 650, ("running",)), Part("kept", 650, 1000))


def scene(*lines):
    return chart(lines, Curve.of([(0, 650)]), Curve.of([(0, 1000)]), 1000, "one life")


def lanes(made):
    """The stretches of the lanes: what is above them is the legend."""
    return [one for one in made.shapes if isinstance(one, Rect) and one.y > 100]


def test_each_stretch_is_as_long_as_it_took():
    rects = lanes(scene(Lifeline("instance 1", PARTS, gone=1000)))
    assert [one.fill for one in rects] == ["start", "init", "run", "kept"]
    assert [round(one.width / SPACE, 3) for one in rects] == [0.05, 0.2, 0.4, 0.35]
    assert all(left.x + left.width == pytest.approx(right.x) for left, right in pairwise(rects))


def test_each_life_has_a_lane_of_its_own():
    made = scene(*(Lifeline(f"instance {number}", PARTS) for number in range(20)))
    assert len({one.y for one in lanes(made) if one.fill == "run"}) == 20
    assert {f"instance {number}" for number in range(20)} <= {
        one.text for one in made.shapes if isinstance(one, Text)
    }


def test_nothing_is_too_thin_to_see():
    assert min(one.width for one in lanes(scene(Lifeline("a", (Part("init", 0, 0),))))) == HAIR


@pytest.mark.parametrize(
    ("spans", "steps"),
    [
        ([], ((0, 0),)),
        ([(0, 10)], ((0, 1), (10, 0))),
        ([(5, 10), (5, 20), (10, 30)], ((0, 0), (5, 2), (10, 2), (20, 1), (30, 0))),
    ],
)
def test_how_many_go_on_at_a_time(spans, steps):
    assert Curve.of(spans).steps == steps


def test_it_can_be_read_on_a_dark_page_and_says_more_under_the_mouse():
    picture = Picture(scene(Lifeline("a <b>", PARTS, told="evicted", marks=(0, 250))))
    assert "prefers-color-scheme:dark" in picture.svg
    assert "running</" in picture.svg
    assert "a &lt;b&gt;" in picture.svg
    assert "evicted" in picture.still
    assert picture.png()[:4] == b"\x89PNG"
    assert not re.search(r"nan|inf", svg.document(chart((), Curve.of([]), Curve.of([]), 0)))
