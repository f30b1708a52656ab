"""The photos and the models, loaded once."""

from pathlib import Path

import pytest

import fnkit
from fnkit.models import images

PHOTOS = Path(__file__).parents[3] / "notebooks" / "photos"


@pytest.fixture(scope="session")
def photo():
    """A photo by its name."""
    return lambda name: images.open(PHOTOS / name)


@pytest.fixture(scope="session")
def multipose():
    return fnkit.models.load("movenet-multipose")


@pytest.fixture(scope="session")
def lightning():
    return fnkit.models.load("movenet-lightning")
