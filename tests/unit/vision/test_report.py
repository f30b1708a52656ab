"""Who was on the frames of the test video, and how that is told."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

from fnkit.models import images
from fnkit.vision import report, video, watch
from fnkit.vision.crop import Box
from fnkit.vision.watch import Seen
from tests.unit.vision.conftest import PHOTOS

SOMEBODY = Box(10, 10, 20, 40)
NOBODY = (*range(16), *range(73, 89))
ONE = (*range(22, 63), *range(95, 111))
"""Frames of walk.mkv that were looked at and measured with a margin: notebooks/photos/README.md."""


@pytest.fixture(scope="module")
def walk(multipose):
    """Every third frame of the video by its number: the picture and who was seen, in batches of eight."""
    frames = list(video.frames(PHOTOS / "walk.mkv", rate=5))
    pictures = [images.open(frame.jpeg) for frame in frames]
    seen = []
    for start in range(0, len(frames), 8):
        times = [frame.time for frame in frames[start : start + 8]]
        seen += watch.people(multipose, zip(times, pictures[start : start + 8], strict=True))
    return {frame.number: both for frame, both in zip(frames, zip(pictures, seen, strict=True), strict=True)}


def at(*counts, step=0.5):
    """So many people, frame after frame."""
    return [Seen(index * step, (SOMEBODY,) * count, (0.9,) * count) for index, count in enumerate(counts)]


def test_the_frames_with_and_without_people(walk):
    assert set(walk) & set(NOBODY) and set(walk) & set(ONE)
    for number, (_, seen) in walk.items():
        assert number not in NOBODY or seen.boxes == ()
        assert number not in ONE or len(seen.boxes) == 1
        assert len(seen.boxes) <= 1


def test_the_box_holds_the_person(walk):
    """The woman walks from the right to the left, the man lands on the lawn; looked at on the pictures."""
    walking = [walk[number][1].boxes[0] for number in range(24, 60, 3)]
    middles = [box.x + box.w / 2 for box in walking]
    assert all(later < earlier + 15 for earlier, later in pairwise(middles)), "arms swing"
    assert middles[0] - middles[-1] > 250
    assert all(box.h > 1.5 * box.w and box.h > 200 for box in walking[:6])
    for _, (picture, seen) in walk.items():
        for box in seen.boxes:
            assert 0 <= box.x < box.x + box.w <= picture.shape[1]
            assert 0 <= box.y < box.y + box.h <= picture.shape[0]


def test_the_spells_of_the_video(walk):
    told = report.presence([seen for _, seen in walk.values()])
    assert (told.frames, told.most) == (39, 1)
    assert told.seconds == pytest.approx(7.8)
    assert [spell for start, end in told.spells for spell in (start, end)] == pytest.approx(
        [1.3, 4.5, 6.3, 7.5], abs=0.25
    )
    assert str(told).startswith("1 person in 7.8 s of video: 1.")


def test_a_sentence():
    assert str(report.presence(at(0, 0, 0))) == "Nobody in 1.5 s of video."
    assert str(report.presence(at(0, 1, 1, 0))) == "1 person in 2.0 s of video: 0.5–1.5 s."
    assert str(report.presence(at(1, 3, 0, 2))) == "Up to 3 people in 2.0 s of video: 0.0–1.0 s, 1.5–2.0 s."
    often = report.presence(at(*(1, 0) * 40))
    assert str(often).endswith("3.0–3.5 s, 36 times more.")
    assert len(str(often)) < 160, "the length of an SMS"


def test_batches_in_any_order_are_one_video():
    seen = at(0, 1, 1, 2, 0, 0, 1)
    assert report.presence(seen[4:] + seen[:4]) == report.presence(seen)
    assert report.chart(seen[4:] + seen[:4]) == report.chart(seen)


@pytest.mark.parametrize("seen", [[], at(1), at(0)], ids=["nothing", "one frame", "one empty frame"])
def test_next_to_nothing(seen):
    told = report.presence(seen)
    assert told.frames == len(seen)
    assert ET.fromstring(report.chart(seen)).tag.endswith("svg")


def test_json_there_and_back(walk):
    for _, seen in walk.values():
        again = Seen.from_json(seen.to_json())
        assert (again.time, again.boxes) == (seen.time, seen.boxes)
        assert again.scores == pytest.approx(seen.scores, abs=0.001)
    assert report.presence(at(1, 0)).to_json() == {"frames": 2, "seconds": 1.0, "most": 1, "spells": [[0.0, 0.5]]}


def test_the_chart_shows_what_was_there():
    """The outline is as high as there were people, and as wide as they stayed."""
    drawn = ET.fromstring(report.chart(at(0, 2, 1, 0), title="Cats & <dogs>"))
    paths = [each.get("d") for each in drawn.iter("{http://www.w3.org/2000/svg}path")]
    outline = next(path for path in paths if path.endswith("Z"))
    floor, left, width = report.HEIGHT - report.BOTTOM, report.LEFT, report.WIDTH - report.LEFT - report.RIGHT
    corners = [f"V{floor - count * (floor - report.TOP) / 2:.1f}" for count in (0, 2, 1, 0)]
    sides = [f"H{left + width * share:.1f}" for share in (0.25, 0.5, 0.75, 1)]
    steps = "".join(corner + side for corner, side in zip(corners, sides, strict=True))
    assert outline == f"M{left} {floor}{steps}V{floor}Z"
    said = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "Cats & <dogs>" in said
    assert {"0", "1", "2"} <= set(said)


def test_a_long_video_has_few_marks():
    drawn = ET.fromstring(report.chart(at(*[1] * 2000, step=10.0)))
    said = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert 3 < sum(text.endswith(" s") for text in said) <= 9


def test_the_line_is_around_the_person():
    dark = np.zeros((60, 80, 3), np.uint8)
    drawn = report.annotated(dark, Seen(0.0, (Box(20, 10, 30, 40), Box(0, 0, 2, 2)), (0.9, 0.5)))
    line = (drawn == report.ACCENT).all(axis=2)
    assert line[10:50, 20:50].sum() == 30 * 40 - 24 * 34
    assert line.sum() == 30 * 40 - 24 * 34 + 4
    assert not dark.any(), "the frame itself is as it was"
