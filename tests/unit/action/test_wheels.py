"""What wheels hold goes into a zip as it is: the same deflated bytes, and only where the content is the same."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest

from fnkit.action import wheels
from fnkit.action.archive import Member, packed_once, written_zip
from fnkit.action.spec import Requirement
from fnkit.action.target import Target
from fnkit.action.vendor import vendored
from fnkit.core.canonical import sha256
from fnkit.core.errors import BadArgument

LINUX = Target("python:3.11", "3.11", "x86_64-manylinux_2_28", {})
PIN = Requirement("tqdm", "4.67.1")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A wheel of two modules, kept as if it had been brought for PIN."""
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path / "cache"))
    room = tmp_path / "cache" / "wheels" / sha256(b'["tqdm==4.67.1",["3.11","x86_64-manylinux_2_28"]]')
    room.mkdir(parents=True)
    wheel = room / "tqdm-4.67.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("tqdm/__init__.py", "one = 1\n" * 100)
        archive.writestr("tqdm/other.py", "two = 2\n" * 100)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "tree")
    return wheel, tmp_path / "tree"


def raw(archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    archive.fp.seek(info.header_offset + 26)
    header = archive.fp.read(4)
    archive.fp.seek(int.from_bytes(header[:2], "little") + int.from_bytes(header[2:], "little"), io.SEEK_CUR)
    return archive.fp.read(info.compress_size)


def test_members_go_from_the_wheel_to_the_zip_as_they_are(made) -> None:
    wheel, tree = made
    paths = ["tqdm/__init__.py", "tqdm/other.py"]
    held = wheels.holders([PIN], paths, tree, LINUX)
    assert held == dict.fromkeys(paths, wheel)
    members = [Member(path, tree / path, packed=held[path]) for path in paths]
    content = written_zip(members)
    assert content == written_zip(reversed(members))
    with zipfile.ZipFile(io.BytesIO(content)) as ours, zipfile.ZipFile(wheel) as theirs:
        assert ours.testzip() is None
        for path in paths:
            assert raw(ours, path) == raw(theirs, path)
            assert ours.getinfo(path).date_time == (1980, 1, 1, 0, 0, 0)
            assert ours.read(path) == (tree / path).read_bytes()


def test_a_file_that_is_not_as_in_the_wheel_is_not_held(made) -> None:
    _, tree = made
    content = (tree / "tqdm/other.py").read_bytes()
    (tree / "tqdm/other.py").write_bytes(content.replace(b"2", b"3"))
    (tree / "tqdm/new.py").write_text("three = 3\n")
    held = wheels.holders([PIN], ["tqdm/__init__.py", "tqdm/other.py", "tqdm/new.py"], tree, LINUX)
    assert list(held) == ["tqdm/__init__.py"]


def test_what_is_remembered_is_looked_for_again_where_the_wheel_is_gone(made) -> None:
    wheel, tree = made
    assert wheels.holders([PIN], ["tqdm/other.py"], tree, LINUX)
    wheel.unlink()
    wheel.with_name("tqdm-4.67.1-py2.py3-none-any.whl").write_bytes(_empty())
    assert wheels.holders([PIN], ["tqdm/other.py"], tree, LINUX) == {}


def _empty() -> bytes:
    sink = io.BytesIO()
    zipfile.ZipFile(sink, "w").close()
    return sink.getvalue()


def test_a_pin_without_a_wheel_is_deflated_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path))
    assert wheels.kept([Requirement("fnkit-has-no-such-package", "1.0")], LINUX) == []


def test_a_layer_for_any_openwhisk_knows_its_wheels_and_one_for_the_embedded_platform_needs_none() -> None:
    remote = vendored(("iniconfig==2.1.0",), (), LINUX).layer
    assert {file.packed is not None for file in remote.files} == {True}
    for file in remote.files:
        with zipfile.ZipFile(file.packed) as wheel:
            assert zlib.crc32(file.read()) == wheel.getinfo(file.path).CRC
    here = Target("python:3.11", "3.11", "x86_64-manylinux_2_28", {}, embedded=True)
    assert {file.packed for file in vendored(("iniconfig==2.1.0",), (), here).layer.files} == {None}


def test_libraries_that_cannot_be_kept_are_told_with_what_to_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(BadArgument, match=r"kept in .*below: Not a directory\. .* FNKIT_CACHE"):
        vendored(("iniconfig==2.1.0",), (), LINUX)
    with pytest.raises(BadArgument, match="FNKIT_CACHE"):
        wheels.kept([PIN], LINUX)
    with pytest.raises(BadArgument, match="FNKIT_CACHE"):
        packed_once([Member("a", b"a")], tmp_path / "file" / "below" / "packed.zip")
