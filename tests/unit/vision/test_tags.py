import pytest

import fnkit
from fnkit.models import download
from fnkit.vision import tags


@pytest.mark.parametrize(
    ("name", "word", "score"),
    [
        ("coffee.png", "espresso", 0.87),
        ("chelsea.png", "Egyptian cat", 0.90),
        ("camera.png", "tripod", 0.86),
        ("object-plant-pot.jpg", "pot, flowerpot", 0.43),
    ],
)
def test_the_surest_tag(photo, name, word, score):
    model, labels = fnkit.models.load("efficientnet-lite3"), download.labels("efficientnet-lite3")
    found = tags.find(model, photo(name), labels)
    assert len(found) == 5 and len(labels) == 1000
    assert found[0].name == word
    assert found[0].score == pytest.approx(score, abs=0.06)
    assert [tag.score for tag in found] == sorted((tag.score for tag in found), reverse=True)
