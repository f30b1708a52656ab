import json

import numpy as np
import pytest

from fnkit.core.errors import BadModel, NoPerson, PartMissing
from fnkit.vision import body, crop, pose

JUMPING, WALKING, HIDDEN = "person-front-jumping.jpg", "person-side-walking.jpg", "person-half-hidden.jpg"
LEGS = {"RKnee", "LKnee", "RAnkle", "LAnkle"}
ARMS = {"RElbow", "LElbow", "RWrist", "LWrist"}
HIPS = {"RHip", "LHip"}

# Boxes from eyes to hips, looked at on the photos: notebooks/photos/README.md.
BOXES = {
    JUMPING: (156, 100, 200, 158),
    WALKING: (168, 80, 134, 167),
    HIDDEN: (212, 110, 109, 169),
    "camera.png": (25, 148, 244, 223),
    "person-from-behind.jpg": (458, 281, 153, 168),
}
NEAR = 4
"""Pixels: LiteRT's versions and processors differ in the last bits of a score, not in where a hip is."""


@pytest.mark.parametrize("name", BOXES)
def test_the_box_from_eyes_to_hips(multipose, photo, name):
    box = crop.between(pose.person(multipose, photo(name)), "eyes", "hips")
    assert np.abs(np.subtract((box.x, box.y, box.w, box.h), BOXES[name])).max() <= NEAR


@pytest.mark.parametrize("name", [JUMPING, WALKING])
def test_all_eighteen_parts_of_a_whole_person(multipose, photo, name):
    person = pose.person(multipose, photo(name))
    assert tuple(person.parts) == body.PARTS
    assert person.found == body.PARTS
    assert all(0.3 <= part.score <= 1 for part in person.parts.values())
    assert person.score == pytest.approx(0.77, abs=0.05)


def test_where_the_jumping_mans_parts_are(multipose, photo):
    parts = pose.person(multipose, photo(JUMPING)).parts
    # His right is the photo's left, his arms are up, and his feet are on the ground at y 440.
    by_eye = {
        "RWrist": (166, 45),
        "LWrist": (338, 58),
        "RShoulder": (218, 138),
        "LAnkle": (337, 433),
        "Nose": (256, 106),
    }
    for name, (x, y) in by_eye.items():
        assert np.hypot(parts[name].x - x, parts[name].y - y) < 15, name


def test_the_neck_is_between_the_shoulders(multipose, photo):
    parts = pose.person(multipose, photo(JUMPING)).parts
    right, left, neck = parts["RShoulder"], parts["LShoulder"], parts["Neck"]
    assert (neck.x, neck.y) == ((right.x + left.x) / 2, (right.y + left.y) / 2)
    assert neck.score == min(right.score, left.score)


def test_what_a_tree_hides_is_missing_and_not_guessed(multipose, photo):
    person = pose.person(multipose, photo(HIDDEN))
    assert set(person.missing) == {"LElbow", "LWrist", "LKnee", "LAnkle"}
    assert all(person.parts[name] is None for name in person.missing)


def test_an_astronaut_has_eyes_but_no_hips(multipose, photo):
    person = pose.person(multipose, photo("astronaut.png"))
    assert set(person.missing) == HIPS | LEGS | ARMS
    with pytest.raises(
        PartMissing, match=r"the hips were not found on this photo. Found: eyes, nose, neck, shoulders"
    ):
        crop.between(person, "eyes", "hips")
    box = crop.between(person, "eyes", "shoulders")
    assert box.y == pytest.approx(100, abs=6) and box.h == pytest.approx(160, abs=8)


def test_a_grey_picture(multipose, photo):
    person = pose.person(multipose, photo("camera.png"))
    assert {"RWrist", "LWrist", "RKnee", "LKnee", "RElbow"} <= set(person.missing)
    assert {"REye", "LEye", "LShoulder", "LHip"} <= set(person.found)
    assert person.parts["Neck"] is None, "one shoulder makes no neck"


@pytest.mark.parametrize(
    "name", ["nobody-park.jpg", "object-plant-pot.jpg", "coffee.png", "chelsea.png", "clock_motion.png"]
)
def test_nobody_is_nobody(multipose, photo, name):
    assert pose.find(multipose, photo(name)) == ()
    with pytest.raises(NoPerson, match="nobody was found"):
        pose.person(multipose, photo(name))


@pytest.fixture(scope="module")
def couple(photo):
    """The walking woman large on the left, the jumping man smaller on the right."""
    woman, man = photo(WALKING), photo(JUMPING)[::2, ::2]
    canvas = np.full((480, 420 + man.shape[1], 3), 128, np.uint8)
    canvas[:, :420] = woman
    canvas[230:, 420:] = man
    return canvas


def test_the_most_prominent_first_and_others_by_index(multipose, couple):
    people = pose.find(multipose, couple)
    assert [person.parts["Nose"].x < 420 for person in people] == [True, False]
    assert people[0].area > people[1].area
    assert pose.person(multipose, couple) == people[0]
    assert pose.person(multipose, couple, 1) == people[1]
    with pytest.raises(NoPerson, match=r"there is no number 2: 2 were found. Choose 0 to 1\."):
        pose.person(multipose, couple, 2)


@pytest.mark.parametrize("name", [JUMPING, HIDDEN, "astronaut.png", "camera.png"])
def test_lightning_moves_parts_and_never_adds_one(multipose, lightning, photo, name):
    plain, refined = (pose.person(multipose, photo(name), refine=model) for model in (None, lightning))
    assert refined.found == plain.found
    moved = [
        np.hypot(refined.parts[part].x - plain.parts[part].x, refined.parts[part].y - plain.parts[part].y)
        for part in plain.found
    ]
    assert 0 < max(moved) < 60


def test_another_network_is_refused(multipose, lightning, photo):
    with pytest.raises(BadModel, match="movenet-lightning does not answer as MoveNet MultiPose does"):
        pose.find(_square(lightning), photo(JUMPING))


def _square(model):
    """Lightning behind a door of MultiPose's size."""

    def call(image):
        return model(np.ascontiguousarray(image[:, :192, :192]))

    call.name = model.name
    return call


def test_parts_are_plain_json(multipose, photo):
    said = json.loads(json.dumps(pose.person(multipose, photo("astronaut.png")).to_json()))
    assert list(said) == list(body.PARTS)
    assert said["RHip"] is None
    assert set(said["Nose"]) == {"x", "y", "score"}


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (500, 1, 3), (3, 2, 3)])
def test_the_smallest_photos_have_nobody(multipose, shape):
    assert pose.find(multipose, np.zeros(shape, np.uint8)) == ()


def test_the_18_parts_are_openposes():
    names = (
        "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist RHip RKnee RAnkle LHip LKnee LAnkle REye LEye"
    )
    assert (*names.split(), "REar", "LEar") == body.PARTS
    assert set(body.COCO) == set(body.PARTS) - {"Neck"}
    assert {end for limb in body.LIMBS for end in limb} == set(body.PARTS)
