"""Parts of bundles that actions share (libraries, models), kept once by the digest of their content.

A layer is a folder of read-only files named by `core.canonical.tree_digest` over its (path, sha256, executable)
triples. It arrives as a tar and is checked before it is seen. What lies in the cache of this machine's user is not
sent: a model there, or libraries that were laid out for a deploy, are checked and become hard links, and bytecode
that was made beside them comes along.
"""

import os
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from fnkit.core.canonical import tree_digest
from fnkit.core.entities import MIB, Json
from fnkit.core.errors import BadArgument, Missing
from fnkit.local.tar import extract, plain

_DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 4096 * MIB
"""Of a layer's tar."""


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One declared file of a layer."""

    path: str
    sha256: str
    size: int
    executable: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that a bundle needs, as its sender declares it."""

    digest: str
    kind: str
    """`libraries` or `model`."""
    files: tuple[LayerFile, ...]

    @classmethod
    def from_json(cls, value: Json) -> "Layer":
        """Raises BadArgument where it is not a layer, or its digest is not that of its files."""
        try:
            files = tuple(
                LayerFile(plain(item["path"]), str(item["sha256"]), int(item["size"]), bool(item["executable"]))
                for item in value["files"]
            )
            layer = cls(_checked(value["digest"]), str(value["kind"]), files)
        except (TypeError, KeyError, ValueError) as error:
            raise BadArgument("Reading a layer", f"it is not one ({error}).") from None
        if tree_digest((one.path, one.sha256, one.executable) for one in files) != layer.digest:
            raise BadArgument(f"Reading layer {layer.digest}", "its digest is not that of its files.")
        return layer


class Layers:
    """The layers under `folder`; `cache` has `models` by sha256 and `trees` by the digest of a layer."""

    def __init__(self, folder: Path, cache: Path, most: int = MOST_BYTES) -> None:
        """`most`: bytes that a layer's tar may have."""
        self._folder = folder
        self._most = most
        self._cache = cache
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".new-*"):  # of a server that was killed
            _remove(left)

    def path(self, digest: str) -> Path:
        """The folder of a layer. Raises Missing."""
        folder = self._folder / _checked(digest)
        if not folder.is_dir():
            raise Missing(
                "Reading a layer of the action",
                f"layer {digest[:12]} is not here.",
                "Deploy the action again.",
            )
        return folder

    def missing(self, wanted: Iterable[Layer]) -> list[str]:
        """Which layers must be sent. One whose files are in the cache is linked, not sent."""
        return [
            layer.digest
            for layer in wanted
            if not (self._folder / layer.digest).is_dir() and not self._linked(layer)
        ]

    async def receive(self, digest: str, body: AsyncIterator[bytes]) -> Path:
        """Store the tar in `body` under `digest`; gives the file of the tar. Raises BadArgument."""
        _checked(digest)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".new-", suffix=".tar")
        tar = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                async for piece in body:
                    self._check_room(digest, file.tell() + len(piece))
                    file.write(piece)
        except BaseException:
            tar.unlink()
            raise
        return tar

    def _check_room(self, digest: str, size: int) -> None:
        if size > self._most:
            raise BadArgument(f"Storing layer {digest}", f"it has more than {self._most // MIB} MiB.")

    def unpack(self, digest: str, tar: Path) -> None:
        """Make the layer `digest` of a received tar, which is removed. Raises BadArgument where it is another."""
        fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        try:
            found = tree_digest(extract(tar, fresh))
            if found != digest:
                raise BadArgument(f"Storing layer {digest}", f"the content sent has the digest {found}.")
            self._keep(fresh, digest)
        except (tarfile.TarError, UnicodeError) as error:
            raise BadArgument(f"Storing layer {digest}", f"the body is not a tar ({error}).") from error
        finally:
            tar.unlink(missing_ok=True)
            _remove(fresh)

    def _linked(self, layer: Layer) -> bool:
        found = {one.path: self._in_cache(layer, one) for one in layer.files}
        if not found or not all(map(_holds, found.values(), layer.files)):
            return False
        fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        try:
            for path, source in found.items():
                _link(source, fresh / path)
            if layer.kind == "libraries":
                _link_bytecode(found, fresh)
            self._keep(fresh, layer.digest)
        finally:
            _remove(fresh)
        return True

    def _in_cache(self, layer: Layer, one: LayerFile) -> Path:
        if layer.kind == "model":
            return self._cache / "models" / one.sha256
        return self._cache / "trees" / layer.digest / one.path

    def _keep(self, fresh: Path, digest: str) -> None:
        fresh.chmod(0o755)
        try:
            fresh.rename(self._folder / digest)
        except OSError:
            if not (self._folder / digest).is_dir():  # else another request was faster with the same content
                raise


def _checked(digest: Json) -> str:
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise BadArgument("Reading a layer", f"{digest!r} is not a sha256 in hex.")
    return digest


def _holds(source: Path, one: LayerFile) -> bool:
    """True for a plain file with the declared content."""
    if one.executable or not _DIGEST.fullmatch(one.sha256) or source.is_symlink() or not source.is_file():
        return False
    with source.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == one.sha256


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)  # with its time, by which bytecode knows it
        target.chmod(0o444)


def _link_bytecode(sources: Mapping[str, Path], folder: Path) -> None:
    """Bytecode of the interpreter that will run them, beside the modules that were linked."""
    for path, source in sources.items():
        if path.endswith(".py"):
            inner = f"__pycache__/{source.stem}.{sys.implementation.cache_tag}.pyc"
            if (made := source.parent / inner).is_file():
                _link(made, (folder / path).parent / inner)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
