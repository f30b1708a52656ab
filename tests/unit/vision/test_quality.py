"""The quality of real photos: good ones pass, growing faults cost more and more, and the right score falls."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageFilter

from fnkit.core.errors import BadPhoto
from fnkit.models import images
from fnkit.vision import quality

PASSES = 61
PEOPLE = (
    "person-front-jumping.jpg",
    "person-side-walking.jpg",
    "person-half-hidden.jpg",
    "person-from-behind.jpg",
    "astronaut.png",
    "camera.png",
)
OTHERS = ("coffee.png", "chelsea.png", "nobody-park.jpg", "object-plant-pot.jpg")
SEVERAL = ("person-side-walking.jpg", "person-front-jumping.jpg", "coffee.png", "chelsea.png", "camera.png")


def blurred(photo, radius):
    return np.asarray(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(radius)))


def shaken(photo, pixels, axis=1):
    """The camera moved this far while the shutter was open."""
    return np.mean([np.roll(photo, step, axis) for step in range(pixels)], axis=0).round().astype(np.uint8)


def noisy(photo, deviation):
    added = photo + np.random.default_rng(0).normal(0, deviation, photo.shape)
    return added.round().clip(0, 255).astype(np.uint8)


def compressed(photo, setting):
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=setting)
    return images.open(file.getvalue())


def exposed(photo, factor):
    return (photo * float(factor)).round().clip(0, 255).astype(np.uint8)


def flattened(photo, factor):
    return (photo.mean() + (photo - photo.mean()) * factor).round().clip(0, 255).astype(np.uint8)


FAULTS = {
    "blurred": (blurred, (1, 1.5, 2, 3, 5), "sharpness"),
    "shaken": (shaken, (5, 10, 15, 25), "sharpness"),
    "noisy": (noisy, (3, 6, 10, 20, 40), "noise"),
    "compressed": (compressed, (50, 30, 15, 8, 4), "compression"),
    "dark": (exposed, (0.5, 0.3, 0.15), "exposure"),
}


@pytest.mark.parametrize("name", PEOPLE + OTHERS)
def test_good_photos_pass(photo, name):
    assert quality.measure(photo(name)).total >= PASSES


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", SEVERAL)
def test_a_growing_fault_costs_more_and_more(photo, name, fault):
    """Never more than a point is won back, what should fall falls, and in the end the photo does not pass."""
    spoil, levels, score = FAULTS[fault]
    good = photo(name)
    judged = [quality.measure(good), *(quality.measure(spoil(good, level)) for level in levels)]
    totals = [each.total for each in judged]
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(totals)), totals
    assert totals[-1] < PASSES - 10 < totals[0] - 10
    scores = [getattr(each, score) for each in judged]
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(scores)), scores
    assert scores[-1] < scores[0] - 30
    if fault not in ("noisy", "dark"):  # so much noise, and the dark, hide every edge as well
        assert judged[-1].fault == score


def test_what_the_branches_need(photo):
    """The blurred clock and every spoiled cup of coffee go back to the photographer."""
    assert quality.measure(photo("clock_motion.png")).fault == "sharpness"
    assert quality.measure(photo("clock_motion.png")).total < PASSES
    cup = photo("coffee.png")
    for spoilt in (blurred(cup, 3), shaken(cup, 25), noisy(cup, 40), compressed(cup, 8), exposed(cup, 0.3)):
        assert quality.measure(spoilt).total < PASSES - 10


def test_the_blur_is_measured_in_pixels(photo):
    """Zhuo and Sim's estimate: what a sharp photo was blurred with is found again."""
    for name in ("person-front-jumping.jpg", "coffee.png", "object-plant-pot.jpg"):
        for radius in (2, 3, 4):
            levels = blurred(photo(name), radius)[..., 1].astype(np.float32)
            assert quality.blur_radius(levels) == pytest.approx(radius, rel=0.4)


def test_the_noise_is_measured_in_levels():
    for deviation in (2, 5, 10, 20):
        grey = np.random.default_rng(1).normal(128, deviation, (256, 256)).astype(np.float32)
        assert quality.noise_level(grey) == pytest.approx(deviation, rel=0.15)


def test_the_grid_is_found_wherever_it_begins(photo):
    squeezed = compressed(photo("coffee.png"), 8)
    whole = quality.measure(squeezed)
    moved = quality.measure(squeezed[3:, 5:])
    assert moved.compression == pytest.approx(whole.compression, abs=5)


@pytest.mark.parametrize("axis", [0, 1])
def test_shaking_is_found_in_both_directions(photo, axis):
    assert quality.measure(shaken(photo("person-side-walking.jpg"), 15, axis)).sharpness < PASSES


def test_black_and_white_may_be_meant(photo):
    assert quality.measure(photo("camera.png")).colourfulness == 0
    assert quality.measure(photo("camera.png")).total > 80


def test_colourfulness_is_the_published_one():
    """Two colours, by hand: rg is 255 or -255, yb is 127.5 in both halves."""
    halves = np.zeros((8, 8, 3), np.float32)
    halves[:, :4, 0] = halves[:, 4:, 1] = 255
    assert quality.colourfulness(halves) == pytest.approx(255 + 0.3 * 127.5)


def test_flat_contrast_costs_a_quarter_at_most(photo):
    good = photo("coffee.png")
    totals = [quality.measure(flattened(good, factor)).total for factor in (1, 0.7, 0.5, 0.3)]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] > 0.65 * totals[0]


def test_a_large_photo_is_judged_as_it_is_shown(photo):
    """Four times as large and sharp again: the same verdict; and compression is seen in its full size."""
    large = np.tile(photo("person-side-walking.jpg"), (6, 7, 1))
    assert min(large.shape[:2]) > quality.LARGEST
    assert quality.measure(large).total >= PASSES
    assert quality.measure(compressed(large, 5)).compression < 10


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_surface_is_no_photo(level):
    assert quality.measure(np.full((100, 100, 3), level, np.uint8)).total < 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (47, 500, 3), (500, 47, 3)])
def test_too_few_pixels_tell_nothing(shape):
    with pytest.raises(BadPhoto, match=f"{shape[1]}×{shape[0]} pixels tell nothing"):
        quality.measure(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("shape", [(48, 48, 3), (48, 2000, 3), (3000, 50, 3)])
def test_odd_shapes_are_judged(shape):
    random = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    assert 0 <= quality.measure(random).total <= 100


def test_the_scores_as_json(photo):
    said = quality.measure(photo("person-side-walking.jpg")).to_json()
    assert list(said) == ["total", "sharpness", "noise", "compression", "exposure", "contrast", "colourfulness"]
    assert all(0 <= score <= 100 and round(score, 1) == score for score in said.values())
