import pytest

from fnkit.core.errors import PartMissing
from fnkit.vision import crop
from fnkit.vision.body import GROUPS, PARTS
from fnkit.vision.crop import Box
from fnkit.vision.pose import Part, Person


def person(size=(400, 400), **where):
    """Somebody with parts at (x, y); the others are not found."""
    parts = {name: Part(*where[name], 0.9) if name in where else None for name in PARTS}
    return Person(parts, 0.9, (0, 0, *size), size)


UPRIGHT = {
    "REye": (190, 50),
    "LEye": (210, 52),
    "Nose": (200, 60),
    "Neck": (200, 100),
    "RShoulder": (160, 100),
    "LShoulder": (240, 100),
    "RElbow": (150, 160),
    "LElbow": (260, 150),
    "RWrist": (100, 180),
    "LWrist": (330, 170),
    "RHip": (180, 250),
    "LHip": (220, 248),
    "RKnee": (175, 320),
    "LKnee": (225, 322),
    "RAnkle": (170, 380),
    "LAnkle": (230, 390),
}


def test_the_rule_on_paper():
    # y from the upper eye (50) to the lower hip (250); x from elbow (150) to elbow (260), each side a tenth of 200
    assert crop.between(person(**UPRIGHT), "eyes", "hips") == Box(130, 50, 150, 200)


def test_wrists_count_only_where_they_are_named():
    # 50 to 180, a tenth is 13: from 100 - 13 to 330 + 13
    assert crop.between(person(**UPRIGHT), "eyes", "wrists") == Box(87, 50, 256, 130)


def test_only_what_lies_between_counts():
    # 320 to 390 (70): from 170 - 7 to 230 + 7
    assert crop.between(person(**UPRIGHT), "knees", "ankles") == Box(163, 320, 74, 70)


def test_one_of_two_is_enough():
    one_eyed = {name: where for name, where in UPRIGHT.items() if name not in ("REye", "LHip")}
    assert crop.between(person(**one_eyed), "eyes", "hips") == Box(130, 52, 150, 198)


def test_the_box_stays_inside_the_photo():
    at_edge = {"Nose": (1, -3), "RHip": (399, 403)}
    assert crop.between(person(**at_edge), "nose", "hips") == Box(0, 0, 400, 400)
    assert crop.between(person((100, 100), **UPRIGHT), "eyes", "hips") == Box(99, 50, 1, 50)


def test_somebody_who_stands_on_the_hands():
    turned = {name: (x, 400 - y) for name, (x, y) in UPRIGHT.items()}
    assert crop.between(person(**turned), "hips", "eyes") == Box(130, 150, 150, 200)


def test_an_unknown_part():
    with pytest.raises(
        PartMissing, match=r"Cropping from eyse to hips: 'eyse' is not a part. Did you mean eyes\?"
    ):
        crop.between(person(**UPRIGHT), "eyse", "hips")


def test_a_part_that_was_not_found_says_what_was():
    head = {name: UPRIGHT[name] for name in ("REye", "Nose", "RShoulder")}
    with pytest.raises(
        PartMissing, match=r"the hips were not found on this photo. Found: eyes, nose, shoulders\."
    ):
        crop.between(person(**head), "eyes", "hips")
    with pytest.raises(PartMissing, match="the neck was not found"):
        crop.between(person(**head), "neck", "shoulders")


def test_upside_down_says_where_both_are():
    with pytest.raises(
        PartMissing, match=r"the hips \(y 248\) are below the eyes \(y 52\).* Crop from eyes to hips"
    ):
        crop.between(person(**UPRIGHT), "hips", "eyes")
    with pytest.raises(PartMissing, match="the same part twice"):
        crop.between(person(**UPRIGHT), "eyes", "eyes")


@pytest.mark.parametrize("upper", GROUPS)
@pytest.mark.parametrize("lower", GROUPS)
def test_every_pair_gives_a_box_inside_or_an_error(upper, lower):
    try:
        box = crop.between(person(**UPRIGHT), upper, lower)
    except PartMissing:
        return
    assert box.x >= 0 and box.y >= 0 and box.w >= 1 and box.h >= 1
    assert box.x + box.w <= 400 and box.y + box.h <= 400
    assert all(isinstance(side, int) for side in box.to_json().values())
