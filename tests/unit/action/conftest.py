"""A notebook in three lines, and a cache of the tests' own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from fnkit.action.cells import Cells, from_history
from fnkit.action.emit import written
from fnkit.action.slice import Slice, sliced
from fnkit.action.statements import run


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def cache(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FNKIT_CACHE", str(cache_folder))
    return cache_folder


Notebook = Callable[..., Cells]


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    """Run cells as a kernel would, without one: `notebook("N = 1", "def main(): …")`."""

    def ran(*sources: str, live: bool = True, **known: Any) -> Cells:
        namespace: dict[str, Any] = {"__name__": "__main__"}
        if live:
            for source in sources:
                body = source.split("\n", 1)[1] if source.startswith("%%") else source
                exec(compile(body, "<cell>", "exec"), namespace)
        path = tmp_path / "story.ipynb"
        return from_history(["", *sources], namespace, notebook=path, **known)

    return ran


def cut(cells: Cells, entry: str = "main", includes: Sequence[str] = ()) -> Slice:
    return sliced(run(cells), entry, frozenset(includes))


def text_of(cells: Cells, entry: str = "main", includes: Sequence[str] = ()) -> str:
    return written(cut(cells, entry, includes))[0]


def call(body: str, *arguments: Any, entry: str = "main") -> Any:
    """Run a slice on its own and call its entry."""
    namespace: dict[str, Any] = {"__name__": "main__"}
    exec(compile(body, "<slice>", "exec"), namespace)
    return namespace[entry](*arguments)
