"""An action's code on disk, once for each content, and the folders that an instance imports from.

A bundle's `fnkit.json` may name layers that are not in its zip (`needs`): a library layer goes on `sys.path`, the
folder of a model layer into `FNKIT_MODELS`. See ARCHITECTURE.md, "The bundle".
"""

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import MIB, Json
from fnkit.core.errors import BadArgument, FnkitError
from fnkit.local.jobs import Executable

MANIFEST = "fnkit.json"
SMALL = MIB
"""Bytes of a file, and of all files in a folder, up to which an instance gets a copy that it may write to."""
FEW = 64
"""Files in a folder, likewise."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the code of one executable lies and what goes with it."""

    code: Path
    paths: tuple[Path, ...]
    """Folders of libraries for `sys.path`, after the action's own."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """`FNKIT_MODELS`, where there is a model layer."""
    models: tuple[Path, ...] = ()

    @property
    def read(self) -> tuple[Path, ...]:
        """All that an instance reads."""
        return (self.code, *self.paths, *self.models)


class Layouts:
    """Lays code out under a folder; the same content is laid out once."""

    def __init__(self, folder: Path, layer: Callable[[str], Path], common: Callable[[], Path]) -> None:
        """`layer`: digest → folder, FnkitError where it is not there; `common`: upstream's packages."""
        self._folder = folder
        self._layer = layer
        self._common = common

    def get(self, executable: Executable) -> Layout:
        """The layout of `executable`, made on first use. Raises FnkitError where the code cannot be laid out."""
        digest = sha256(canonical([executable.binary, executable.code]))
        code = self._folder / digest
        if not code.is_dir():
            self._write(executable, code)
        return self._with_layers(code)

    def _write(self, executable: Executable, code: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Beside its last place, so that the rename is atomic: no half layout is ever used.
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".new-") as fresh:
            target = Path(fresh, "code")
            target.mkdir()
            write_code(executable, target)
            try:
                target.rename(code)
            except OSError:
                if not code.is_dir():
                    raise

    def _with_layers(self, code: Path) -> Layout:
        manifest = read_manifest(code)
        needs = set(manifest.get("needs", ()))
        wanted = [layer for layer in manifest.get("layers", ()) if layer["digest"] in needs]
        libraries = tuple(self._layer(layer["digest"]) for layer in wanted if layer["kind"] == "libraries")
        models = tuple(self._layer(layer["digest"]) for layer in wanted if layer["kind"] == "model")
        environment = {"FNKIT_MODELS": os.pathsep.join(map(str, models))} if models else {}
        return Layout(code, (*libraries, self._common()), environment, models)


def write_code(executable: Executable, folder: Path) -> None:
    """Put the files of `executable` into the empty `folder`; the action file becomes `main__.py`."""
    content = base64.b64decode(executable.code) if executable.binary else executable.code.encode()
    main = folder / "main__.py"
    if not content.startswith(b"PK\3\4"):
        main.write_bytes(content)
        main.chmod(0o444)
        return
    from fnkit.local.archive import unpack

    unpack(content, folder)
    given = folder / "__main__.py"
    if given.is_file():
        given.replace(main)


def read_manifest(code: Path) -> dict[str, Json]:
    """The bundle's `fnkit.json`, empty where there is none. Raises BadArgument where it is not one."""
    path = code / MANIFEST
    if not path.is_file():
        return {}
    try:
        manifest = json.loads(path.read_bytes())
        if any(not isinstance(layer["digest"], str) for layer in manifest.get("layers", ())):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadArgument(
            f"Reading {MANIFEST} of an action", "it is not a manifest.", "Deploy it again."
        ) from None
    return dict(manifest)


def mirror(code: Path, work: Path) -> None:
    """Make the files of `code` appear in `work`: small ones as copies, which may be written over, others as links."""
    for entry in os.scandir(code):
        target = work / entry.name
        if entry.is_symlink():
            target.symlink_to(os.readlink(entry.path))
        elif entry.is_dir():
            if _is_small(Path(entry.path)):
                shutil.copytree(entry.path, target, symlinks=True)
            else:
                target.symlink_to(entry.path)
        elif entry.stat().st_size <= SMALL:
            shutil.copy2(entry.path, target)
            target.chmod(entry.stat().st_mode | 0o200)
        else:
            target.symlink_to(entry.path)


def _is_small(folder: Path) -> bool:
    files = bytes_ = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            files += 1
            bytes_ += os.lstat(os.path.join(parent, name)).st_size
            if files > FEW or bytes_ > SMALL:
                return False
    return True
