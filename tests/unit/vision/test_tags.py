import pytest

import fnkit
from fnkit.core.errors import BadModel
from fnkit.vision import tags


@pytest.fixture(scope="module")
def lite3():
    return fnkit.models.load("efficientnet-lite3")


@pytest.mark.parametrize(
    ("name", "word", "score"),
    [
        ("coffee.png", "espresso", 0.87),
        ("chelsea.png", "Egyptian cat", 0.90),
        ("camera.png", "tripod", 0.86),
        ("object-plant-pot.jpg", "pot, flowerpot", 0.43),
    ],
)
def test_the_surest_tag(lite3, photo, name, word, score):
    found = tags.find(lite3, photo(name), least=0)
    assert len(found) == 5
    assert found[0].name == word
    assert found[0].score == pytest.approx(score, abs=0.06)
    assert [tag.score for tag in found] == sorted((tag.score for tag in found), reverse=True)


def test_how_many_and_how_sure(lite3, photo):
    pot = photo("object-plant-pot.jpg")
    every = tags.find(lite3, pot, count=1000, least=0)
    assert len({tag.name for tag in every}) > 990, "a few words of ImageNet name two classes"
    assert tags.find(lite3, pot, count=3, least=0) == every[:3]
    sure = tags.find(lite3, pot, count=1000, least=0.1)
    assert sure == tuple(tag for tag in every if tag.score >= 0.1)
    assert 1 < len(sure) < 10
    assert tags.find(lite3, pot, least=1.01) == ()


def test_the_words():
    words = tags.words()
    assert len(words) == 1000
    assert (words[0], words[967], words[999]) == (
        "tench, Tinca tinca",
        "espresso",
        "toilet tissue, toilet paper, bathroom tissue",
    )


def test_words_of_ones_own(lite3, photo):
    names = [f"class {number}" for number in range(1000)]
    assert tags.find(lite3, photo("coffee.png"), 1, names=names)[0].name == "class 967"
    with pytest.raises(BadModel, match="efficientnet-lite3 does not give one score for each of 2 words"):
        tags.find(lite3, photo("coffee.png"), names=["hot dog", "not hot dog"])


def test_another_network_is_told(multipose, photo):
    with pytest.raises(BadModel):
        tags.find(lambda _square: multipose(_square[:, :256, :256]), photo("coffee.png"))


def test_a_tag_as_json(lite3, photo):
    said = tags.find(lite3, photo("coffee.png"), 1)[0].to_json()
    assert said == {"name": "espresso", "score": pytest.approx(0.87, abs=0.06)}
    assert round(said["score"], 3) == said["score"]
