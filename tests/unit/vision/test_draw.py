import io

import numpy as np
import pytest
from PIL import Image

from fnkit.vision import crop, draw, pose

DARK = np.full((300, 200, 3), 20, np.uint8)


def pixels(picture):
    """What a notebook would show, as an array."""
    return np.asarray(Image.open(io.BytesIO(picture._repr_png_())).convert("RGB")).astype(int)


def near(image, colour, within=12):
    """How many pixels have about this colour."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(image - wanted).max(axis=2) <= within).sum())


def test_the_box_is_drawn_where_it_is():
    picture = draw.box(DARK, crop.Box(50, 100, 100, 60))
    shown = pixels(picture)
    rows, columns = np.where(np.abs(shown - [0xE5, 0x44, 0x6D]).max(axis=2) < 12)
    place = picture.axes[0].transData.transform
    left, top = place((50 - 0.5, 100 - 0.5))
    right, bottom = place((150 - 0.5, 160 - 0.5))
    line = 4  # of the frame, on both sides of its edge
    assert (columns.min(), columns.max()) == pytest.approx((left, right), abs=line)
    assert (shown.shape[0] - rows.min(), shown.shape[0] - rows.max()) == pytest.approx((top, bottom), abs=line)


def test_without_a_legend_there_is_no_place_for_one():
    white = (pixels(draw.box(DARK, crop.Box(50, 100, 100, 60))) > 250).all(axis=(1, 2))
    below = len(white) - 1 - np.flatnonzero(~white).max()
    assert below <= draw.MARGIN * draw.DPI + 1


def test_only_found_parts_are_drawn():
    parts = dict.fromkeys(pose.PARTS)
    nobody = pose.Person(dict(parts), 0.5, (50, 75, 100, 150), (200, 300))
    arm = {"RShoulder": pose.Part(50, 100, 0.9), "RElbow": pose.Part(50, 150, 0.9)}
    somebody = pose.Person({**parts, **arm}, 0.5, (50, 75, 100, 150), (200, 300))
    with_arm, without = (near(pixels(draw.people(DARK, one)), draw.SIDES["right"]) for one in (somebody, nobody))
    assert with_arm > without + 50
    assert near(pixels(draw.people(DARK, somebody)), draw.SIDES["left"]) == near(
        pixels(draw.people(DARK, nobody)), draw.SIDES["left"]
    )


def test_the_story_of_a_photo(multipose, photo, tmp_path):
    walking = photo("person-side-walking.jpg")
    person = pose.person(multipose, walking)
    box = crop.between(person, "eyes", "hips")
    picture = draw.story(walking, person, box, multipose.timings.to_json(), "Eyes to hips")
    said = [text.get_text() for text in picture.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert "18 of 18 parts" in said
    assert f"x {box.x}   y {box.y}   w {box.w}   h {box.h}" in said
    assert f"{box.w} × {box.h} pixels" in said
    assert any("inference" in text and "total" in text for text in said)
    shown = picture.axes[2].images[0].get_array()
    assert np.array_equal(shown, walking[box.y : box.y + box.h, box.x : box.x + box.w])
    picture.savefig(tmp_path / "story.png")
    with Image.open(tmp_path / "story.png") as saved:
        assert saved.width > 1000


def test_missing_parts_are_named(multipose, photo):
    hidden = photo("person-half-hidden.jpg")
    picture = draw.people(hidden, pose.find(multipose, hidden))
    said = [text.get_text() for text in picture.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert "14 of 18 parts" in said
    assert "not found: LElbow, LWrist, LKnee, LAnkle" in said


@pytest.mark.parametrize("shape", [(4, 900, 3), (900, 4, 3), (1, 1, 3)])
def test_odd_shapes_are_drawn(shape):
    photo = np.zeros(shape, np.uint8)
    nobody = pose.Person(dict.fromkeys(pose.PARTS), 0.5, (0, 0, *shape[1::-1]), (shape[1], shape[0]))
    assert draw.story(photo, nobody, crop.Box(0, 0, 1, 1))._repr_png_()


def test_nobody_is_said(photo):
    picture = draw.people(photo("nobody-park.jpg"), ())
    said = [text.get_text() for text in picture.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert "Nobody" in said
