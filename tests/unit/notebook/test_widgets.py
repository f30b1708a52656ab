"""The panels without a browser: what is chosen is what a plain call would get."""

from datetime import UTC, datetime

import ipywidgets as widgets
import numpy as np
import pytest

from fnkit.core.entities import EntryParameter
from fnkit.core.errors import BadArgument
from fnkit.notebook.widgets import crop_panel, field
from fnkit.vision.body import PARTS
from fnkit.vision.pose import Part, Person

HEIGHTS = {
    "REye": 20,
    "LEye": 20,
    "RShoulder": 40,
    "LShoulder": 40,
    "RHip": 90,
    "LHip": 92,
    "RKnee": 120,
    "LKnee": 120,
}


@pytest.fixture
def panel():
    parts = {
        name: Part(50 + 10 * name.startswith("L"), HEIGHTS[name], 0.9) if name in HEIGHTS else None
        for name in PARTS
    }
    photo = np.full((160, 120, 3), 90, np.uint8)
    return crop_panel(photo, Person(parts, 0.8, (0, 0, 60, 160), (120, 160)))


def test_the_box_is_drawn_again_when_a_part_is_chosen(panel):
    (top, bottom), picture, said = panel.children[0].children, panel.children[1], panel.children[2]
    before = bytes(picture.value)
    assert before.startswith(b"\x89PNG")
    assert "&#x27;eyes&#x27;, &#x27;hips&#x27;" in said.value
    bottom.value = "knees"
    assert bytes(picture.value) != before
    assert "&#x27;eyes&#x27;, &#x27;knees&#x27;" in said.value, "the plain call that does the same"
    assert top.options[0] == "eyes"


def test_where_there_is_no_box_the_panel_says_why_and_goes_on(panel):
    (_, bottom), said = panel.children[0].children, panel.children[2]
    bottom.value = "ankles"
    assert "the ankles were not found" in said.value
    bottom.value = "hips"
    assert "draw.box" in said.value


@pytest.mark.parametrize(
    ("parameter", "kind", "value"),
    [
        (EntryParameter("upper", "string", False, "hips", ("eyes", "hips")), widgets.Dropdown, "hips"),
        (EntryParameter("size", "integer", False, 3), widgets.IntText, 3),
        (EntryParameter("share", "number", False, 0.5), widgets.FloatText, 0.5),
        (EntryParameter("flip", "boolean", False, True), widgets.Checkbox, True),
        (EntryParameter("name", "string", False, "Ada"), widgets.Text, "Ada"),
        (EntryParameter("image", "string"), widgets.HBox, None),
        (EntryParameter("points", "array", False, [1, 2]), widgets.Textarea, [1, 2]),
        (EntryParameter("anything"), widgets.Textarea, None),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_a_parameter_becomes_the_field_that_fits(parameter, kind, value):
    made = field(parameter)
    assert isinstance(made.widget, kind)
    assert made.read() == value


def test_a_chosen_photo_becomes_a_data_url():
    made = field(EntryParameter("photo", "string"))
    address, picker = made.widget.children
    address.value = "https://example.org/me.jpg"
    assert made.read() == "https://example.org/me.jpg"
    picker.value = (
        {"name": "me.png", "type": "image/png", "size": 3, "content": b"abc", "last_modified": datetime.now(UTC)},
    )
    assert made.read() == "data:image/png;base64,YWJj"


def test_what_is_not_json_is_said_with_the_name():
    made = field(EntryParameter("points", "array"))
    made.widget.value = "[1, 2"
    with pytest.raises(BadArgument, match="Reading points"):
        made.read()
