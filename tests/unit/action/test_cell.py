"""From a cell, a function or a file to a spec: modules, files, requirements and notes that travel."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fnkit.action import build, cell, ships, target
from fnkit.action.cells import from_history, from_notebook
from fnkit.action.imports import parse
from fnkit.action.spec import ActionSpec, Packed, Wishes
from fnkit.core.errors import BadArgument, BadCell, MissingPackage
from fnkit.core.names import ActionName

NAME = ActionName("crop")


def spec_of(*cells: str, folder: Path | None = None, wishes: Wishes = Wishes()) -> ActionSpec:  # noqa: B008
    notebook = (folder or Path("/nowhere")) / "story.ipynb"
    return cell.from_cells(NAME, from_history(["", *cells], {}, notebook=notebook), wishes)


def save(path: Path, sources: Sequence[tuple[str, str]]) -> Path:
    """A notebook file with these (cell id, source) between two pieces of text."""
    code = [
        {"cell_type": "code", "id": key, "source": source.splitlines(keepends=True), "execution_count": None}
        for key, source in sources
    ]
    text = {"cell_type": "markdown", "source": ["# Story"]}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [text, *code, text]}))
    return path


def test_a_module_beside_the_notebook_travels_with_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "geometry.py").write_text(
        "import shapes\nfrom lib import area\n\ndef edge(): return shapes.EDGE\n"
    )
    (tmp_path / "shapes.py").write_text("EDGE = 3\n")
    (tmp_path / "unused.py").write_text("1 / 0\n")
    (tmp_path / "lib" / "__pycache__").mkdir(parents=True)
    (tmp_path / "lib" / "__pycache__" / "x.pyc").write_bytes(b"")
    (tmp_path / "lib" / "__init__.py").write_text("import numpy\nfrom .area import area\n")
    (tmp_path / "lib" / "area.py").write_text("def area(): return 9\n")
    (tmp_path / "lib" / "table.csv").write_text("1,2\n")
    spec = spec_of("import geometry", "def main(): return {'edge': geometry.edge()}", folder=tmp_path)
    paths = [companion.path for companion in spec.companions]
    assert paths == ["geometry.py", "lib/__init__.py", "lib/area.py", "lib/table.csv", "shapes.py"]
    assert [requirement.split("==")[0] for requirement in spec.requirements] == ["numpy"]


def test_included_files_keep_their_place(tmp_path: Path) -> None:
    inside, outside = tmp_path / "nb" / "data", tmp_path / "far"
    inside.mkdir(parents=True)
    outside.mkdir()
    (inside / "labels.txt").write_text("a")
    (outside / "more.txt").write_text("b")
    wishes = Wishes(includes=(Path("data"), outside / "more.txt"))
    spec = spec_of(
        "from pathlib import Path\nLABELS = Path('data/labels.txt').read_text()",
        "def main(): return {'labels': LABELS}",
        folder=tmp_path / "nb",
        wishes=wishes,
    )
    assert [companion.path for companion in spec.companions] == ["data/labels.txt", "more.txt"]
    with pytest.raises(BadArgument, match="no such file"):
        spec_of("def main(): return {}", folder=tmp_path, wishes=Wishes(includes=(Path("absent.txt"),)))


def test_requirements_are_found_by_file_and_pinned() -> None:
    from importlib.metadata import version

    spec = spec_of(
        "import numpy as np\nfrom PIL import Image",
        "def main(): return {'x': np.ones(1).tolist(), 'i': Image.__name__}",
    )
    assert spec.requirements == (f"numpy=={version('numpy')}", f"pillow=={version('pillow')}")
    lazily = spec_of("def main():\n    import requests\n    return {}")
    assert lazily.requirements == (f"requests=={version('requests')}",)
    wished = spec_of(
        "import numpy", "def main(): return {'x': numpy.__name__}", wishes=Wishes(requires=("NumPy>=2", "tqdm"))
    )
    assert wished.requirements == ("NumPy>=2", "tqdm")


def test_a_shared_top_name_is_told_apart_by_its_files() -> None:
    from fnkit.action.installed import owner

    known = {
        "protobuf": "\ngoogle/protobuf/__init__.py,\ngoogle/protobuf/message.py,\n",
        "functions-framework": "\ngoogle/cloud/functions_v1/context.py,\n",
        "solo": "\nsolo.cpython-311-x86_64-linux-gnu.so,\n",
    }
    assert owner("google.protobuf.message", known) == "protobuf"
    assert owner("google.cloud.functions_v1", known) == "functions-framework"
    assert owner("google", known) is None
    assert owner("solo", known) == "solo"
    assert owner("sol", known) is None


def test_what_is_not_installed_is_told_unless_it_is_optional() -> None:
    with pytest.raises(MissingPackage, match=r"`import surely_not_there`.*--require surely_not_there"):
        spec_of("import surely_not_there", "def main(): return surely_not_there.x")
    spec = spec_of(
        "def main():\n    try:\n        import surely_not_there\n"
        "    except ImportError:\n        pass\n    return {}"
    )
    assert spec.requirements == ()


@pytest.mark.parametrize(
    "cells",
    [
        ("import tensorflow as tf", "def main(): return tf.zeros(1)"),
        ("def main():\n    from keras import layers\n    return {}",),
    ],
)
def test_tensorflow_is_refused_with_the_way_out(cells: tuple[str, ...]) -> None:
    with pytest.raises(BadCell, match=r"fnkit\.models\.convert\(model, sample\).*top of the cell.*--model"):
        spec_of(*cells)


def test_the_modules_of_fnkit_travel_with_what_they_need() -> None:
    spec = spec_of(
        "import fnkit\nfrom fnkit import vision\nfrom fnkit.vision import pose",
        "model = fnkit.models.load('movenet-multipose')",
        "def main(image: str): return {'n': len(pose.find(model, fnkit.models.images.open(image)))}",
    )
    paths = {companion.path for companion in spec.companions}
    assert {
        "fnkit/__init__.py",
        "fnkit/core/errors.py",
        "fnkit/core/places.py",
        "fnkit/models/runtime.py",
        "fnkit/models/litert.py",
        "fnkit/models/once.py",
        "fnkit/models/images.py",
        "fnkit/models/catalogue.toml",
        "fnkit/vision/pose.py",
    } <= paths
    assert not any(
        word in path for path in paths for word in ("download", "tf.py", "conversion", "action", "draw")
    )
    assert {requirement.split("==")[0] for requirement in spec.requirements} == {
        "ai-edge-litert",
        "numpy",
        "pillow",
    }
    assert spec.loads == ("movenet-multipose",)


@pytest.mark.parametrize(
    "source",
    [
        "import fnkit\nfnkit.invoke('x')",
        "from fnkit import deploy",
        "from fnkit.models import convert",
        "import fnkit.models as m\nm.fetch('x')",
        "from fnkit.vision import draw\ndraw.parts()",
        "from fnkit.vision import charts\ncharts.people([])",
        "import fnkit.whisk.client",
        "from fnkit.models.tf import open",
    ],
)
def test_other_modules_of_fnkit_stay_at_home(source: str) -> None:
    with pytest.raises(BadCell, match="does not travel with an action"):
        ships.travelling(parse(source, "x"))


def test_frames_bring_pyav_alone() -> None:
    companions, brings = ships.travelling(parse("from fnkit.vision import video\nvideo.frames('x')", "x"))
    assert brings == {"av"}
    assert "fnkit/vision/video.py" in {companion.path for companion in companions}
    assert not {"fnkit/models/images.py", "fnkit/vision/pose.py"} & {companion.path for companion in companions}


def test_tags_bring_their_words() -> None:
    companions, brings = ships.travelling(parse("from fnkit.vision import tags", "x"))
    assert brings == {"numpy", "PIL"}
    assert "fnkit/vision/tags.txt" in {companion.path for companion in companions}


def test_the_cell_is_scanned_for_keys() -> None:
    spec = spec_of("PASSWORD = 'hunter22'", "def main(): return {'n': len(PASSWORD)}")
    assert any(note.startswith("looks like a key:") and "--secret" in note for note in spec.warnings)
    assert not any("hunter22" in note for note in spec.notes)


def test_files_that_travel_are_scanned_for_keys(tmp_path: Path) -> None:
    (tmp_path / "secrets_of_mine.py").write_text("\nPASSWORD = 'hunter22'\n")
    (tmp_path / "other.py").write_text("API_KEY = 'k3jh45kjh34k5jh'\n")
    (tmp_path / "weights.bin").write_bytes(b"\xff\xfe" * 9)
    wishes = Wishes(includes=(Path("other.py"), Path("weights.bin")))
    main = "def main(): return {'n': len(secrets_of_mine.PASSWORD)}"
    spec = spec_of("import secrets_of_mine", main, folder=tmp_path, wishes=wishes)
    assert [warning.split(" has ")[0] for warning in spec.warnings] == [
        "looks like a key: secrets_of_mine.py, line 2",
        "looks like a key: other.py, line 1",
    ]
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "__main__.py").write_text("PASSWORD = 'hunter22'\n")
    packed = cell.from_path(NAME, tmp_path / "made")
    assert packed.warnings[0].startswith("looks like a key: __main__.py, line 1")


def test_what_is_hidden_never_travels(tmp_path: Path) -> None:
    for name in (".env", ".git/config", ".venv/x.py", "__pycache__/x.pyc", "data/.wskprops", "data/a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "__main__.py").write_text("def main(args): return args\n")
    packed = build.build(cell.from_path(NAME, tmp_path), target.remote())
    assert [file.path for file in packed.code.files] == ["__main__.py", "data/a.txt"]
    (tmp_path / "__main__.py").unlink()
    spec = spec_of("def main(): return {}", folder=tmp_path, wishes=Wishes(includes=(Path(), Path("data"))))
    assert [companion.path for companion in spec.companions] == ["data/a.txt"]
    for hidden in (".env", ".git"):
        with pytest.raises(BadArgument, match=r"hidden files.*--secret"):
            spec_of("def main(): return {}", folder=tmp_path, wishes=Wishes(includes=(Path(hidden),)))


def test_an_older_entry_is_told() -> None:
    older = "main is the one of In [1]: In [2] makes none."
    assert older in spec_of("def main(): return {}", "x = 5").warnings
    assert spec_of("x = 5", "def main(): return {}").warnings == ()


def test_only_models_are_taken_for_models() -> None:
    source = "import fnkit, numpy as np\nfrom fnkit.models import load as get\nA = np.load('a.npy')\nB = get('b')"
    assert ships.loads(parse(source, "x")) == ("b",)


def test_a_function_of_an_installed_package_is_refused() -> None:
    import numpy

    with pytest.raises(BadArgument, match=r"installed package numpy.*of your own"):
        cell.from_function(NAME, numpy.sum)


def helper(x: int) -> int:
    return x + OFFSET


OFFSET = 4


def entry_here(x: int = 1) -> dict[str, int]:
    return {"y": helper(x)}


def test_a_function_is_sliced_out_of_its_file() -> None:
    spec = cell.from_function(NAME, entry_here)
    assert spec.entry.name == "entry_here"
    assert "def helper" in spec.body
    assert "OFFSET = 4" in spec.body
    assert "pytest" not in spec.body
    assert spec.notebook == "test_cell.py"


def test_a_function_of_the_notebook_is_sliced_out_of_its_history() -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    sources = ["", "N = 2", "def crop(x): return {'n': N * x}"]
    for source in sources:
        exec(source, namespace)
    function = namespace["crop"]
    spec = cell.from_function(NAME, function, cells=from_history(sources, namespace))  # type: ignore[arg-type]
    assert "N = 2" in spec.body


@pytest.mark.parametrize("function", [lambda: 1, len, str.upper])
def test_what_is_not_a_function_with_a_source_is_refused(function: Callable[..., object]) -> None:
    with pytest.raises(BadArgument):
        cell.from_function(NAME, function)


def test_a_script_and_a_notebook_file(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("N = 3\n\ndef main(x: int):\n    return {'n': N * x}\n")
    spec = cell.from_path(NAME, tmp_path / "tool.py")
    assert isinstance(spec, ActionSpec)
    assert spec.origins[-1].label == "tool.py"
    assert spec.notebook == "tool.py"
    main = "%%deploy_action crop\ndef main(x: int):\n    return {'n': N * x}"
    save(tmp_path / "story.ipynb", [("a", "%pip list\nN = 3"), ("b", "%%bash\nls"), ("c", main)])
    spec = cell.from_path(NAME, tmp_path / "story.ipynb")
    assert isinstance(spec, ActionSpec)
    assert "N = 3" in spec.body
    assert [origin.label for origin in spec.origins] == ["cell 1", "cell 3"]
    assert spec.origins[-1].origin_line == 2


def test_what_is_no_file_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "broken.ipynb").write_text("{}")
    (tmp_path / "broken.py").write_text("def main(:\n")
    (tmp_path / "broken.zip").write_text("x")
    (tmp_path / "empty").mkdir()
    for name, words in {
        "notes.txt": "neither",
        "absent.py": "no such file",
        "broken.ipynb": "not a notebook",
        "broken.zip": "not a zip",
        "empty": "__main__.py",
    }.items():
        with pytest.raises(BadArgument, match=words):
            cell.from_path(NAME, tmp_path / name)
    with pytest.raises(BadCell, match=r"broken\.py.*line 1"):
        cell.from_path(NAME, tmp_path / "broken.py")


def test_a_folder_and_a_zip_travel_as_they_are(tmp_path: Path) -> None:
    import zipfile

    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "__main__.py").write_text("def main(args): return args\n")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("__main__.py", "def main(args): return args\n")
    for name in ("bundle", "b.zip"):
        spec = cell.from_path(NAME, tmp_path / name)
        assert isinstance(spec, Packed)
        assert spec.entry.whole


def test_cells_that_were_edited_or_deleted_are_told(tmp_path: Path) -> None:
    def saved(*sources: tuple[str, str]) -> Path:
        return save(tmp_path / "story.ipynb", sources)

    sources = ["", "N = 1", "M = 2", "K = 3", "def main(): return {'x': N + M + K}"]
    book = saved(("a", "N = 100"), ("b", "M = 2"), ("d", "def main(): return {'x': N + M + K}"))
    ids = {1: "a", 2: "b", 3: "c", 4: "d"}
    notes = cell.from_cells(NAME, from_history(sources, {}, notebook=book, ids=ids)).notes
    assert [note.split(" in the saved")[0].split(" is not")[0] for note in notes] == [
        "In [1] was edited",
        "In [3]",
    ]
    deleted = cell.from_cells(NAME, from_history(sources, {}, ids=ids, deleted=frozenset({"b"}))).notes
    assert deleted == ("In [2] was deleted from the notebook; what it made is still used.",)
    unknown = cell.from_cells(NAME, from_history(sources, {})).notes
    assert len(unknown) == 1
    assert unknown[0].startswith("not checked:")
    without_ids = cell.from_cells(NAME, from_history(sources, {}, notebook=book)).notes
    assert [note.split(" is not")[0] for note in without_ids] == ["In [1]", "In [3]"]
    assert (
        cell.from_cells(NAME, from_notebook(saved(("a", "N = 1"), ("d", "def main(): return {'n': N}")))).notes
        == ()
    )


def test_the_deployed_cell_need_not_be_in_the_history() -> None:
    cells = from_history(["", "N = 2"], {}).with_cell("%%deploy_action crop\ndef main(): return {'n': N}")
    assert cell.from_cells(NAME, cells).origins[-1].label == "In [2]"
    assert cells.with_cell("%%deploy_action crop --test x=1\ndef main(): return {'n': N}") == cells
