"""The action of the bench, as a person would write it: the box between two body parts of a photo."""

import numpy as np

import fnkit.models
from fnkit.models import images
from fnkit.vision import crop, pose

model = fnkit.models.load("movenet-multipose")


def before_snapshot():
    """One inference, so that what it allocates is there in every fork."""
    pose.find(model, np.zeros((pose.SIDE, pose.SIDE, 3), np.uint8))


def main(image: str, upper: str = "eyes", lower: str = "hips"):
    """The box as `{"x", "y", "w", "h"}`."""
    person = pose.person(model, images.open(image))
    return {"box": crop.between(person, upper, lower).to_json()}
