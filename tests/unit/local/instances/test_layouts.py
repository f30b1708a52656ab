"""Code on disk: once for each content, never half, compiled where that pays, gone when nobody wants it."""

import base64
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from fnkit.core.errors import BadArgument
from fnkit.local import companions
from fnkit.local.compiled import compile_folder
from fnkit.local.errands import Errands
from fnkit.local.libraries import imports
from fnkit.local.runtime import FEW, SMALL, Layouts, mirror, needed
from fnkit.local.sandbox.system import interpreter
from tests.archives import zipped
from tests.unit.local.instances.bench import KINDS, job


@pytest.fixture
def layouts(tmp_path: Path) -> Layouts:
    return Layouts(tmp_path / "code", tmp_path.joinpath, {"python": lambda: tmp_path / "common"}, KINDS, Errands())


def test_the_same_content_lies_once(layouts: Layouts, tmp_path: Path) -> None:
    first = layouts.get(job("A = 1\n").executable)
    second = layouts.get(job("A = 1\n", of={"name": "other", "revision": "2"}).executable)
    third = layouts.get(job("A = 2\n").executable)
    assert first.code == second.code != third.code
    assert len(list((tmp_path / "code").iterdir())) == 2
    assert (first.code / "main__.py").read_text() == "A = 1\n"


def test_text_and_bytes_of_the_same_letters_are_two(layouts: Layouts) -> None:
    text = base64.b64encode(b"A = 1\n").decode()
    as_text, as_bytes = (layouts.get(job(text, of={"binary": b}).executable) for b in (False, True))
    assert (as_text.code / "main__.py").read_text() == text
    assert (as_bytes.code / "main__.py").read_text() == "A = 1\n"


def test_many_at_once_make_one(layouts: Layouts, tmp_path: Path) -> None:
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(layouts.get(job("B = 1\n").executable))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({layout.code for layout in found}) == 1
    assert len(list((tmp_path / "code").iterdir())) == 1


def test_an_archive_that_is_refused_leaves_nothing(layouts: Layouts, tmp_path: Path) -> None:
    with pytest.raises(BadArgument):
        layouts.get(job(base64.b64encode(b"PK\3\4 no zip").decode(), of={"binary": True}).executable)
    assert not list((tmp_path / "code").iterdir())


def test_tidy(layouts: Layouts, tmp_path: Path) -> None:
    old, new = (layouts.get(job(f"A = {n}\n").executable).code for n in range(2))
    os.utime(old, (0, 0))
    (tmp_path / "code" / ".new-of-a-killed-server").mkdir()
    layouts.tidy(3600)
    assert list((tmp_path / "code").iterdir()) == [new]


@pytest.mark.parametrize("text", ["[]", "{", '{"layers": 5}', '{"layers": [{"kind": "model"}]}', '{"needs": 5}'])
def test_a_manifest_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "fnkit.json").write_text(text)
    with pytest.raises(BadArgument):
        needed(tmp_path)


def test_only_needed_layers_are_asked_for(tmp_path: Path) -> None:
    """A layer that lies in the zip itself is not."""
    manifest = (
        '{"layers": [{"kind": "libraries", "digest": "a"}, {"kind": "model", "digest": "b"}], "needs": ["b"]}'
    )
    (tmp_path / "fnkit.json").write_text(manifest)
    assert needed(tmp_path) == [("model", "b")]


def test_a_mirror(layouts: Layouts, tmp_path: Path) -> None:
    """Small things are copies that can be written to; large ones, and folders of many files, are links."""
    many = {f"many/{n}.txt": "x" for n in range(FEW + 1)}
    files = {"__main__.py": "A = 1\n", "few/one.txt": "1", **many}
    text = zipped({**files, "large.bin": "\0" * (SMALL + 1)})
    layout = layouts.get(job(text, of={"binary": True}).executable)
    code, work = layout.code, tmp_path / "work"
    (code / "few" / "one.txt").chmod(0o444)
    work.mkdir()
    mirror(layout, work)
    assert {entry.name: entry.is_symlink() for entry in work.iterdir()} == {
        **{"main__.py": False, "few": False, "large.bin": True, "many": True}
    }
    (work / "few" / "one.txt").write_text("2")
    assert (code / "few" / "one.txt").read_text() == "1"
    assert (work / "main__.py").stat().st_mtime_ns == (code / "main__.py").stat().st_mtime_ns


NEEDS = json.dumps({"layers": [{"kind": "libraries", "digest": "layer"}], "needs": ["layer"]})


def test_what_travels_of_fnkit_lies_once(layouts: Layouts, tmp_path: Path) -> None:
    """Two actions bring the same: to both it is a library, and they find it where it was."""
    (tmp_path / "layer").mkdir()
    brought = {"fnkit/__init__.py": "", "fnkit/models/data.toml": "a = 1", "fnkit.json": NEEDS}
    first, second = (
        layouts.get(job(zipped({"__main__.py": f"A = {n}\n", **brought}), of={"binary": True}).executable)
        for n in range(2)
    )
    assert first.code != second.code
    assert first.libraries == second.libraries == (first.libraries[0], tmp_path / "layer")
    assert (first.code / "fnkit" / "models" / "data.toml").read_text() == "a = 1"
    assert "fnkit" not in first.modules
    assert (first.copied, first.light) == (True, True)
    (first.code / "main__.py").chmod(0o644)
    (first.code / "main__.py").write_text("import fnkit.models, other")
    assert imports(first.code, first.paths)[:1] == ["fnkit.models"]


def test_what_travels_of_fnkit_comes_back_where_it_is_gone(layouts: Layouts, tmp_path: Path) -> None:
    (tmp_path / "layer").mkdir()
    text = zipped({"__main__.py": "A = 1\n", "fnkit/__init__.py": "B = 2\n", "fnkit.json": NEEDS})
    executable = job(text, of={"binary": True}).executable
    before = layouts.get(executable)
    shutil.rmtree(before.libraries[0])
    assert layouts.known(executable) is None
    assert (layouts.get(executable).code / "fnkit" / "__init__.py").read_text() == "B = 2\n"


@pytest.mark.parametrize(
    "files",
    [
        {"fnkit/data.txt": "no package", "fnkit.json": NEEDS},
        {"fnkit/__init__.py": ""},
    ],
    ids=["no package", "no libraries"],
)
def test_what_only_looks_like_it_stays(layouts: Layouts, tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "layer").mkdir()
    layout = layouts.get(job(zipped({"__main__.py": "A = 1\n", **files}), of={"binary": True}).executable)
    assert not (layout.code / "fnkit").is_symlink()
    assert "fnkit" in layout.modules


def test_what_travels_of_fnkit_is_compiled_where_the_platform_has_the_same(tmp_path: Path) -> None:
    """The interpreter of the actions takes it: the module could say something else, and nobody would notice."""
    code, ours = tmp_path / "code", tmp_path / "ours"
    for folder in (code / "fnkit", ours):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("V = 1\n")
        (folder / "other.py").write_text(f"V = {folder.name!r}\n")
    os.utime(ours / "__init__.py", (1_000_000_000, 1_000_000_000))
    assert compile_folder(Errands(), ours)
    companions.set_apart(code, tmp_path, ours)
    (lies,) = companions.apart(code, tmp_path)
    assert [path.name.partition(".")[0] for path in lies.rglob("*.pyc")] == ["__init__"]
    (lies / "fnkit" / "__init__.py").write_text("V = 2\n")
    os.utime(lies / "fnkit" / "__init__.py", (1_000_000_000, 1_000_000_000))
    shown = (
        f"import sys; sys.path.insert(0, {str(lies)!r}); import fnkit, fnkit.other; print(fnkit.V, fnkit.other.V)"
    )
    done = subprocess.run([interpreter(), "-I", "-S", "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout == "1 fnkit\n"


def test_a_folder_with_links_stays(tmp_path: Path) -> None:
    """What leads out of it would lead elsewhere."""
    (tmp_path / "code" / "fnkit").mkdir(parents=True)
    (tmp_path / "code" / "fnkit" / "__init__.py").touch()
    (tmp_path / "code" / "fnkit" / "link.py").symlink_to("../main__.py")
    companions.set_apart(tmp_path / "code", tmp_path)
    assert companions.apart(tmp_path / "code", tmp_path) == ()
    assert not (tmp_path / "code" / "fnkit").is_symlink()


def test_compiled_for_the_interpreter_of_the_actions(tmp_path: Path) -> None:
    """It takes the compiled form: the source can change and nobody notices, as long as its time does not."""
    module = tmp_path / "thing.py"
    module.write_text("V = 1\n")
    assert compile_folder(Errands(), tmp_path)
    times = module.stat().st_mtime_ns
    module.write_text("V = 2\n")
    os.utime(module, ns=(times, times))
    shown = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import thing; print(thing.V)"
    done = subprocess.run([interpreter(), "-I", "-S", "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
