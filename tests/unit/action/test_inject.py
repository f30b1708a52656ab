"""The action file: what it says and what it does with OpenWhisk's one object."""

from pathlib import Path
from typing import Any

import pytest

from fnkit.action.cell import from_cells
from fnkit.action.cells import from_history
from fnkit.action.inject import ActionFile, injected
from fnkit.action.spec import Wishes
from fnkit.action.trace import located
from fnkit.core.entities import ModelFile
from fnkit.core.names import ActionName


def made(*cells: str, wishes: Wishes = Wishes()) -> ActionFile:  # noqa: B008
    spec = from_cells(
        ActionName("crop"), from_history(["", *cells], {}, notebook=Path("/nowhere/story.ipynb")), wishes
    )
    return injected(spec, "3.11")


def invoke(file: ActionFile, params: Any) -> Any:
    namespace: dict[str, Any] = {"__name__": "main__", "__file__": "/nowhere/__main__.py"}
    exec(compile(file.text, "__main__.py", "exec"), namespace)
    return namespace[file.main](params)


TYPED = (
    "from typing import Literal\n"
    "def main(image: str, n: int = 1, x: float = 0.5, part: Literal['eyes', 'hips'] = 'eyes', on: bool = False,"
    " tags: list | None = None):\n    return {'got': [image, n, x, part, on, tags]}"
)


def test_names_are_mapped_defaults_hold_and_extras_are_ignored() -> None:
    file = made(TYPED)
    assert invoke(file, {"image": "a", "__ow_method": "post", "left": 1}) == {
        "got": ["a", 1, 0.5, "eyes", False, None]
    }
    assert invoke(file, {"image": "a", "n": 2.0, "x": 3, "tags": None, "on": True})["got"] == [
        "a",
        2,
        3,
        "eyes",
        True,
        None,
    ]
    assert isinstance(invoke(file, {"image": "a", "n": 2.0})["got"][1], int)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, ["'image' is missing", "(string)"]),
        ({"image": 3}, ["'image' must be of type string, not int"]),
        ({"image": None}, ["'image' must be of type string, not NoneType"]),
        ({"image": "a", "n": "3"}, ["'n' must be of type integer"]),
        ({"image": "a", "n": True}, ["'n' must be of type integer, not bool"]),
        ({"image": "a", "n": 1.5}, ["'n' must be of type integer"]),
        ({"image": "a", "x": True}, ["'x' must be of type number"]),
        ({"image": "a", "on": 1}, ["'on' must be of type boolean"]),
        ({"image": "a", "part": "feet"}, ["'part' must be one of 'eyes', 'hips', not 'feet'"]),
        ({"image": "a", "tags": "x"}, ["'tags' must be of type array"]),
        (["a"], ["takes an object"]),
    ],
)
def test_what_is_missing_or_of_the_wrong_type_is_an_error_that_names_it(params: Any, words: list[str]) -> None:
    result = invoke(made(TYPED), params)
    assert list(result) == ["error"]
    for word in words:
        assert word in result["error"]


def test_extras_go_to_rest_where_there_is_one() -> None:
    file = made("def main(x: int, **rest): return {'x': x, 'rest': rest}")
    assert invoke(file, {"x": 1.0, "y": 2}) == {"x": 1, "rest": {"y": 2}}


def test_the_whole_object_is_handed_on() -> None:
    assert invoke(made("def main(args): return {'all': args}"), {"a": 1}) == {"all": {"a": 1}}
    named = from_cells(
        ActionName("x"), from_history(["", "def crop(params): return params"], {}), Wishes(entry="crop")
    )
    file = injected(named, "3.11")
    assert file.main == "main"
    assert invoke(file, {"a": 1}) == {"a": 1}


def test_another_name_is_taken_where_the_slice_uses_main_itself() -> None:
    file = made("def main(n: int): return {'n': n if n < 1 else main(n - 1)['n'] + 1}")
    assert file.main == "openwhisk"
    assert invoke(file, {"n": 3}) == {"n": 3}


def test_the_header_says_what_this_is() -> None:
    model = ModelFile("movenet", "a" * 64, 3, Path("/nowhere"), "https://example.org/m.tflite")
    text = made(
        "import numpy as np\ndef main(x: int = 3): return {'x': int(np.int64(x))}", wishes=Wishes(model=model)
    ).text
    head = text.split("\n\n")[0]
    assert "crop: made by fnkit" in head
    assert "story.ipynb" in head
    assert "main(x: integer = 3)" in head
    assert "numpy==" in head
    assert "python    3.11" in head
    assert "content   sha256 " in head
    assert f"movenet (sha256 {'a' * 64})" in head
    assert 'setdefault("FNKIT_MODEL_URLS"' in text
    assert "https://example.org/m.tflite" in text


def test_future_imports_come_first_and_lines_are_known() -> None:
    file = made(
        "from __future__ import annotations\nN = 1", "def main(x: NoSuchType = 1):\n    return {'n': N / x}"
    )
    lines = file.text.splitlines()
    for number, line in enumerate(lines, start=1):
        if line == "N = 1":
            assert located(file.origins, number) == ("In [1]", 2)
        if line.endswith("{'n': N / x}"):
            assert located(file.origins, number) == ("In [2]", 2)
        if line.startswith("# In [2]"):
            assert located(file.origins, number) is None
    assert invoke(file, {"x": 2}) == {"n": 0.5}


def test_the_users_names_are_not_touched() -> None:
    file = made(
        "kinds = wanted = arguments = [1]\n_call = 5",
        "def main(): return {'all': [kinds, wanted, arguments, _call]}",
    )
    assert invoke(file, {}) == {"all": [[1], [1], [1], 5]}


def test_the_same_cell_gives_the_same_file_without_a_word_of_this_machine() -> None:
    assert made(TYPED).text == made(TYPED).text
    assert "/nowhere" not in made(TYPED).text
