"""Layers: kept by their content, and nothing else is let in."""

import asyncio
import io
import tarfile
import tracemalloc
from compileall import compile_file

import pytest

from fnkit.core.canonical import sha256, tree_digest
from fnkit.core.entities import MIB
from fnkit.core.errors import BadArgument, Missing
from fnkit.local.layers import Layer, Layers
from fnkit.local.tar import MOST_FILES

FILES = {"pack/__init__.py": b"x = 1\n", "pack/data/deep.bin": b"\0" * 5000, "bin/tool": b"#!/bin/sh\n"}
DIGEST = tree_digest((path, sha256(content), path == "bin/tool") for path, content in FILES.items())


@pytest.fixture
def layers(tmp_path):
    (tmp_path / "models").mkdir()
    return Layers(tmp_path / "layers", tmp_path)


def tar_of(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def member(path, content=b"", mode=0o644, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(path)
    info.size, info.mode, info.type, info.linkname = len(content), mode, kind, link
    return info, content


def good():
    return tar_of(member(path, content, 0o755 if path == "bin/tool" else 0o644) for path, content in FILES.items())


def send(layers, digest, body):
    async def pieces():
        for at in range(0, len(body), 1000):
            yield body[at : at + 1000]

    tar = asyncio.run(layers.receive(digest, pieces()))
    layers.unpack(digest, tar)


def left(folder):
    return sorted(path.name for path in (folder / "layers").iterdir())


def test_a_layer_is_there_read_only_after_it_was_sent(layers, tmp_path):
    wanted = Layer(DIGEST, "libraries", ())
    assert layers.missing([wanted]) == [DIGEST]
    send(layers, DIGEST, good())
    assert layers.missing([wanted]) == []
    folder = layers.path(DIGEST)
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES
    assert [(folder / path).stat().st_mode & 0o777 for path in FILES] == [0o444, 0o444, 0o555]
    send(layers, DIGEST, good())
    assert left(tmp_path) == [DIGEST]


def test_another_content_is_refused_and_leaves_nothing(layers, tmp_path):
    with pytest.raises(BadArgument, match=DIGEST):
        send(layers, "0" * 64, good())
    assert left(tmp_path) == []
    with pytest.raises(Missing):
        layers.path("0" * 64)


@pytest.mark.parametrize(
    "bad",
    [
        member("../outside", b"x"),
        member("/absolute", b"x"),
        member("a/../../b", b"x"),
        member("./a", b"x"),
        member("link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        member("hard", kind=tarfile.LNKTYPE, link="pack/__init__.py"),
        member("pipe", kind=tarfile.FIFOTYPE),
        member("pack/__init__.py", b"again"),
        member("pack", b"a file where a folder is"),
    ],
    ids=lambda one: one[0].name,
)
def test_only_plain_files_below_the_layer_are_let_in(layers, tmp_path, bad):
    body = tar_of([*(member(path, content) for path, content in FILES.items()), bad])
    with pytest.raises(BadArgument):
        send(layers, DIGEST, body)
    assert left(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["layers", "models"]


def sparse(size):
    """A GNU sparse file: a header of 512 bytes that stands for `size` bytes of nothing."""
    info = tarfile.TarInfo("hole")
    info.type = tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def test_a_sparse_bomb_is_refused(layers, tmp_path):
    with pytest.raises(BadArgument, match="no plain file"):
        send(layers, DIGEST, sparse(4 * 2**30))
    assert left(tmp_path) == []


def measured(call):
    """The most memory that a call took, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_too_many_members_are_refused_in_little_memory(layers, tmp_path):
    """Folders count too; a million of them are cut off like these."""
    header = tarfile.TarInfo("folder")
    header.type = tarfile.DIRTYPE
    tar = tmp_path / "many.tar"
    with tar.open("wb") as file:
        for _ in range(MOST_FILES // 1000 + 1):
            file.write(header.tobuf() * 1000)

    def unpack():
        with pytest.raises(BadArgument, match="more than the 50000 members"):
            layers.unpack(DIGEST, tar)

    assert measured(unpack) < 8 * MIB
    assert left(tmp_path) == []


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_would_fill_the_memory_is_refused(layers, tmp_path, kind):
    body = tar_of([member("more", b"\0" * (200 * MIB), kind=kind)])
    tar = tmp_path / "header.tar"
    tar.write_bytes(body)

    def unpack():
        with pytest.raises(BadArgument, match="not a tar"):
            layers.unpack(DIGEST, tar)

    assert measured(unpack) < 8 * MIB
    assert left(tmp_path) == []


def test_names_that_need_a_header_of_their_own_are_fine(layers):
    name = "pack/" + "ü" * 90 + "/deep.py"
    digest = tree_digest([(name, sha256(b"x"), False)])
    send(layers, digest, tar_of([member(name, b"x")]))
    assert (layers.path(digest) / name).read_bytes() == b"x"


def test_more_than_there_is_room_for_is_not_kept(tmp_path):
    small = Layers(tmp_path / "layers", tmp_path, most=4 * MIB)
    with pytest.raises(BadArgument, match="more than 4 MiB"):
        send(small, DIGEST, bytes(5 * MIB))
    assert left(tmp_path) == []


@pytest.mark.parametrize("body", [b"", b"no tar at all" * 100, None], ids=["empty", "text", "cut"])
def test_half_a_tar_is_refused(layers, tmp_path, body):
    with pytest.raises(BadArgument):
        send(layers, DIGEST, good()[:1500] if body is None else body)
    assert left(tmp_path) == []


def declared(content, digest=None, executable=False):
    file = {"path": "m.tflite", "sha256": sha256(content), "size": len(content), "executable": executable}
    tree = tree_digest([(file["path"], file["sha256"], executable)])
    return {"digest": digest or tree, "kind": "model", "files": [file]}


def test_a_model_in_the_cache_is_linked_and_not_sent(layers, tmp_path):
    cached = tmp_path / "models" / sha256(b"model")
    cached.write_bytes(b"model")
    layer = Layer.from_json(declared(b"model"))
    assert layers.missing([layer]) == []
    assert (layers.path(layer.digest) / "m.tflite").samefile(cached)


def test_a_model_whose_cached_content_is_another_must_be_sent(layers, tmp_path):
    (tmp_path / "models" / sha256(b"model")).write_bytes(b"other")
    layer = Layer.from_json(declared(b"model"))
    assert layers.missing([layer]) == [layer.digest]
    assert left(tmp_path) == []


PACK = {"pack/__init__.py": b"x = 1\n", "pack/deep/data.bin": b"\0" * 5000}


def laid_out(cache):
    """Libraries as a deploy lays them out in the cache, and their layer."""
    rows = [
        {"path": path, "sha256": sha256(content), "size": len(content), "executable": False}
        for path, content in PACK.items()
    ]
    digest = tree_digest((row["path"], row["sha256"], False) for row in rows)
    tree = cache / "trees" / digest
    for path, content in PACK.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)
    return tree, Layer.from_json({"digest": digest, "kind": "libraries", "files": rows})


def test_libraries_that_were_laid_out_here_are_linked_and_not_sent(layers, tmp_path):
    tree, layer = laid_out(tmp_path)
    compile_file(tree / "pack" / "__init__.py", quiet=2)
    (bytecode,) = (tree / "pack" / "__pycache__").iterdir()
    (tree / "pack" / "undeclared.py").write_text("x = 2\n")
    assert layers.missing([layer]) == []
    folder = layers.path(layer.digest)
    assert all((folder / path).samefile(tree / path) for path in PACK)
    assert (folder / "pack" / "__pycache__" / bytecode.name).samefile(bytecode)
    assert not (folder / "pack" / "undeclared.py").exists()


@pytest.mark.parametrize("spoil", ["changed", "gone", "a link"])
def test_libraries_that_are_not_as_declared_must_be_sent(layers, tmp_path, spoil):
    tree, layer = laid_out(tmp_path)
    target = tree / "pack" / "__init__.py"
    content = target.read_bytes()
    target.unlink()
    if spoil == "changed":
        target.write_bytes(content[:-2] + b"2\n")
    if spoil == "a link":
        (tmp_path / "elsewhere.py").write_bytes(content)
        target.symlink_to(tmp_path / "elsewhere.py")
    assert layers.missing([layer]) == [layer.digest]
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "value",
    [5, {}, {"digest": "x", "kind": "model", "files": []}, declared(b"m", "0" * 64)],
    ids=["number", "empty", "no digest", "digest of others"],
)
def test_what_is_no_layer_is_refused(value):
    with pytest.raises(BadArgument):
        Layer.from_json(value)


def test_what_a_killed_server_left_is_swept(layers, tmp_path):
    (tmp_path / "layers" / ".new-1").mkdir()
    (tmp_path / "layers" / ".new-2.tar").write_bytes(b"x")
    Layers(tmp_path / "layers", tmp_path)
    assert left(tmp_path) == []
