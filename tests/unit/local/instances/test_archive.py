"""Archives that want out, or want everything."""

import io
import stat
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from fnkit.core.entities import MIB
from fnkit.core.errors import BadArgument
from fnkit.local import archive
from fnkit.local.archive import unpack


def packed(*members: tuple[str | zipfile.ZipInfo, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, str]:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


def mode(name: str, bits: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | bits) << 16
    return info


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "inside"
    folder.mkdir(parents=True)
    return folder


def test_files_folders_and_modes(inside: Path) -> None:
    content = packed(
        ("a.py", "A = 1"), ("deep/er/b.txt", "b"), ("empty/", ""), (mode("run.sh", 0o4755), "#!/bin/sh\n")
    )
    unpack(content, inside)
    assert (inside / "a.py").read_text() == "A = 1"
    assert (inside / "deep/er/b.txt").read_text() == "b"
    assert (inside / "empty").is_dir()
    assert stat.S_IMODE((inside / "run.sh").stat().st_mode) == 0o555
    assert stat.S_IMODE((inside / "a.py").stat().st_mode) == 0o444


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/evil", "..", "a\\..\\evil", "C:/evil", "a/b/../../../evil", "./"]
)
def test_a_member_that_lands_outside(inside: Path, name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    with pytest.raises(BadArgument):
        unpack(packed((info, "boo")), inside)
    assert not list(inside.parent.parent.rglob("evil"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "members",
    [
        [link("out", "/etc")],
        [link("out", "..")],
        [link("deep/out", "../../..")],
        [link("a", "b"), link("b", "..")],
        [link("here", "."), link("deep/out", "../here/../..")],
        [link("loop", "loop")],
        [link("out", "/etc"), ("out/passwd", "root::0:0")],
        [("file", "x"), ("file", "y")],
        [("file", "x"), ("file/below", "y")],
    ],
    ids=lambda members: "+".join(getattr(name, "filename", name) for name, _ in members),
)
def test_links_and_doubles(inside: Path, members: list) -> None:
    with pytest.raises(BadArgument):
        unpack(packed(*members), inside)


@pytest.mark.parametrize("first", ["{outside}", "."])
@pytest.mark.parametrize(
    "names", [("a", "a/evil"), ("a", "a/new/dir/evil"), ("A", "a/evil"), ("d/a", "d/./a//evil")]
)
def test_no_link_is_written_through_another(inside: Path, first: str, names: tuple[str, str]) -> None:
    """Refused before there is anything outside, in whatever order they come."""
    outside = inside.parent / "outside"
    outside.mkdir()
    members = [link(names[0], first.format(outside=outside)), link(names[1], "x")]
    for given in (members, members[::-1]):
        with pytest.raises(BadArgument):
            unpack(packed(("main__.py", ""), *given), inside)
        assert not list(outside.iterdir())
        (inside / "main__.py").unlink()


def test_a_link_that_stays_inside(inside: Path) -> None:
    unpack(packed(("lib/a.txt", "a"), link("lib64", "lib"), link("deep/a", "../lib/a.txt")), inside)
    assert (inside / "lib64/a.txt").read_text() == "a"
    assert (inside / "deep/a").read_text() == "a"


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"PK\3\4 and then nothing", b"PK\5\6" + b"\0" * 10])
def test_not_a_zip(inside: Path, content: bytes) -> None:
    with pytest.raises(BadArgument):
        unpack(content, inside)


def test_a_broken_member(inside: Path) -> None:
    content = bytearray(packed(("a.txt", "a" * 10_000)))
    content[45] ^= 0xFF
    with pytest.raises(BadArgument):
        unpack(bytes(content), inside)


def test_a_size_that_lies(inside: Path) -> None:
    """The header says 1 byte; what comes out is counted."""
    content = packed(("bomb", b"\0" * (4 * MIB)))
    true, false = struct.pack("<L", 4 * MIB), struct.pack("<L", 1)
    with pytest.raises(BadArgument):
        unpack(content.replace(true, false), inside)
    assert sum(path.stat().st_size for path in inside.rglob("*") if path.is_file()) <= 2 * MIB


def test_a_bomb(inside: Path) -> None:
    """Told by its declared sizes before a byte is written."""
    content = packed(("bomb", b"\0" * MIB))
    declared = content.replace(struct.pack("<L", MIB), struct.pack("<L", archive.MOST_BYTES + 1))
    with pytest.raises(BadArgument, match="MiB"):
        unpack(declared, inside)
    assert not list(inside.iterdir())


def test_no_more_is_written_than_there_is_room_for(inside: Path) -> None:
    """Sizes that lie do not help: the bytes that come out are counted."""
    with zipfile.ZipFile(io.BytesIO(packed(("bomb", b"\0" * (4 * MIB))))) as opened:
        (member,) = opened.infolist()
        with pytest.raises(BadArgument, match="MiB"):
            archive.write_file(opened, member, inside / "bomb", MIB)
    assert (inside / "bomb").stat().st_size <= MIB


def test_a_million_members(inside: Path) -> None:
    """Refused at once, without reading the list."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), 0, 0)
    content = directory + end
    tracemalloc.start()
    began = time.thread_time()
    with pytest.raises(BadArgument):
        unpack(content, inside)
    took, (_, peak) = time.thread_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 1
    assert peak < 64 * MIB
