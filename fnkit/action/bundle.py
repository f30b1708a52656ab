"""A bundle: a manifest and layers, and the two ways to carry them."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import fnkit
from fnkit.action.archive import Member, packed_once, written_zip
from fnkit.action.spec import Origin, Requirement
from fnkit.action.target import Target
from fnkit.core.canonical import canonical, sha256, tree_digest
from fnkit.core.entities import Entry, Json, ModelFile
from fnkit.core.errors import BadArgument

Kind = Literal["code", "libraries", "model"]


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One file of a layer: where it lies in the layer, what is in it, where that lies on this machine."""

    path: str
    sha256: str
    size: int
    content: Path | bytes
    executable: bool = False
    packed: Path | None = None
    """A zip that holds just this file under this path, deflated: the wheel that it came in."""

    def __post_init__(self) -> None:
        parts = self.path.split("/")
        if {"", ".", ".."} & set(parts) or re.search(r"\\|\0|\A[A-Za-z]:", self.path):
            raise BadArgument(
                f"Packing {self.path!r}", "it would lie outside of the action's folder.", "Give it a plain path."
            )

    def read(self) -> bytes:
        """The bytes."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    @classmethod
    def of(cls, path: str, content: bytes, executable: bool = False) -> "LayerFile":
        """A file made of bytes."""
        return cls(path, sha256(content), len(content), content, executable)


@dataclass(frozen=True)
class Layer:
    """Files that change together: the code, the libraries, the model (one file named by its sha256)."""

    kind: Kind
    files: tuple[LayerFile, ...]
    packed: Path | None = None
    """Where a zip of those that no wheel holds is kept, deflated once; None where that is not worth it."""
    tree: Path | None = None
    """A folder that holds exactly these files, None where they lie apart."""

    def __post_init__(self) -> None:
        twice = [path for path, count in Counter(file.path for file in self.files).items() if count > 1]
        if twice:
            raise BadArgument(f"Packing {twice[0]!r}", "two files have that path.", "Leave one of them out.")

    @cached_property
    def digest(self) -> str:
        """sha256 over the sorted paths, contents and modes."""
        return tree_digest((file.path, file.sha256, file.executable) for file in self.files)

    @property
    def size(self) -> int:
        """Bytes, not packed."""
        return sum(file.size for file in self.files)

    def to_json(self) -> Json:
        """As `POST /fnkit/v1/layers` wants it."""
        return {
            "digest": self.digest,
            "kind": self.kind,
            "files": [
                {"path": f.path, "sha256": f.sha256, "size": f.size, "executable": f.executable}
                for f in self.files
            ],
        }

    def members(self) -> list[Member]:
        """As they lie in a full zip: a model under `models/`, all else at the root."""
        prefix = "models/" if self.kind == "model" else ""
        plain = [Member(prefix + file.path, file.content, file.executable, file.packed) for file in self.files]
        loose = [member for member in plain if member.packed is None]
        if self.packed is None or not loose:
            return plain
        packed = packed_once(loose, self.packed)
        return [replace(member, packed=member.packed or packed) for member in plain]

    def tar(self) -> Iterator[bytes]:
        """An uncompressed tar of the files, piece by piece: the body of `PUT /fnkit/v1/layers/{digest}`."""
        import tarfile

        for file in sorted(self.files, key=lambda file: file.path):
            info = tarfile.TarInfo(file.path)
            info.size, info.mode = file.size, 0o755 if file.executable else 0o644
            yield info.tobuf(tarfile.PAX_FORMAT)
            yield from _pieces(file)
            yield b"\0" * (-file.size % tarfile.BLOCKSIZE)
        yield b"\0" * (2 * tarfile.BLOCKSIZE)


def _pieces(file: LayerFile, size: int = 1 << 20) -> Iterator[bytes]:
    with io.BytesIO(file.content) if isinstance(file.content, bytes) else file.content.open("rb") as stream:
        while piece := stream.read(size):
            yield piece


@dataclass(frozen=True)
class Bundle:
    """What goes to a platform: the same cell gives the same bytes, whatever the folder, time zone and umask."""

    layers: tuple[Layer, ...]
    """The code first; libraries and model where there are any."""
    entry: Entry
    main: str
    """The function that OpenWhisk calls (`exec.main`); it maps one object to the entry's parameters."""
    target: Target
    """What it was built for."""
    origins: tuple[Origin, ...] = ()
    """Line numbers in `__main__.py`."""
    requirements: tuple[Requirement, ...] = ()
    """What the libraries layer holds."""
    provided: tuple[Requirement, ...] = ()
    """What the action uses and the target's image has."""
    notes: tuple[str, ...] = ()
    image: Path | None = None
    """A folder with `provided`, for trying the action here."""
    model: ModelFile | None = None
    """What the action loads, also where it is not in a layer and an instance downloads it."""

    @cached_property
    def digest(self) -> str:
        """sha256 over all files of all layers: what "unchanged" compares."""
        return tree_digest((f.path, f.sha256, f.executable) for layer in self.layers for f in layer.files)

    @property
    def code(self) -> Layer:
        """The layer that is always in the zip."""
        return self.layers[0]

    @property
    def action_file(self) -> str:
        """The text of `__main__.py`."""
        return next(file for file in self.code.files if file.path == "__main__.py").read().decode()

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """`fnkit.json`, as ARCHITECTURE.md gives it."""
        others = self.layers[1:]
        return {
            "fnkit": fnkit.__version__,
            "digest": self.digest,
            "entry": entry_to_json(self.entry),
            "main": self.main,
            "layers": [{"kind": layer.kind, "digest": layer.digest} for layer in others],
            "needs": [layer.digest for layer in others] if self.target.embedded else [],
            "origins": origins_to_json(self.origins),
        }

    @cached_property
    def zip(self) -> bytes:
        """The zip of the PUT: everything for any OpenWhisk, the code alone for an embedded platform."""
        manifest = LayerFile.of("fnkit.json", canonical(self.manifest))
        carried = self.layers[:1] if self.target.embedded else self.layers
        members = [Member("fnkit.json", manifest.content)]
        for layer in carried:
            members += layer.members()
        return written_zip(members)

    @property
    def size(self) -> int:
        """Bytes of the zip."""
        return len(self.zip)

    @property
    def base64_size(self) -> int:
        """Bytes of the zip as OpenWhisk counts them."""
        return base64_size(self.size)


def base64_size(size: int) -> int:
    """How long `size` bytes are as base64."""
    return 4 * -(-size // 3)


def entry_to_json(entry: Entry) -> Json:
    """An entry as the manifest and the annotation `fnkit` have it."""
    return {
        "name": entry.name,
        "parameters": [asdict(parameter) | {"choices": list(parameter.choices)} for parameter in entry.parameters],
        "rest": entry.rest,
        "whole": entry.whole,
        "doc": entry.doc,
    }


def origins_to_json(origins: tuple[Origin, ...]) -> Json:
    """Origins as the manifest and the annotation `fnkit` have them: [line, count, label, origin line]."""
    return [[origin.line, origin.count, origin.label, origin.origin_line] for origin in origins]
