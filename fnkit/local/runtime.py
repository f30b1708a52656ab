"""An action's code on disk, once for each content, and the folders that an instance imports from.

A bundle's `fnkit.json` may name layers that are not in its zip (`needs`): a library layer goes on `sys.path`, the
folder of a model layer into `FNKIT_MODELS`. See ARCHITECTURE.md, "The bundle".
"""

import base64
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import MIB, Json
from fnkit.core.errors import BadArgument
from fnkit.local import companions
from fnkit.local.compiled import Compiler
from fnkit.local.copies import copy_file, copy_tree, opened
from fnkit.local.errands import Errands
from fnkit.local.jobs import Executable
from fnkit.local.kinds import BLACKBOX, Kind, Kinds

MANIFEST = "fnkit.json"
SMALL = MIB
"""Bytes of a file, and of all files in a folder, up to which an instance gets a copy that it may write to."""
FEW = 64
"""Files in a folder, likewise."""
LIGHT = 8
"""Files that are copied while the event loop waits: a thread would take longer."""
REMEMBERED = 1000
"""Layouts that are given again without a look at the code."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the code of one executable lies and what goes with it."""

    kind: Kind
    code: Path
    libraries: tuple[Path, ...]
    """Layers of libraries."""
    common: Path | None
    """Upstream's packages for this kind."""
    models: tuple[Path, ...] = ()
    """Layers of models: folders of files by sha256."""
    large: tuple[Path, ...] = ()
    """Folders that instances share, and that are worth compiling."""
    linked: frozenset[str] = frozenset()
    """Names in the code's folder of what is too large for a copy of each instance's own."""
    light: bool = False
    """True where that is no work."""
    modules: frozenset[str] = frozenset()
    """The top-level modules that the code brings, as an import would find them."""

    @property
    def copied(self) -> bool:
        """True where an instance has a copy of every file."""
        return not self.linked

    @property
    def paths(self) -> tuple[Path, ...]:
        """For `sys.path`, after the action's own folder: what an action brings comes before what is common."""
        return (*self.libraries, *((self.common,) if self.common else ()))

    @property
    def environment(self) -> Mapping[str, str]:
        """`FNKIT_MODELS`, where there is a model layer."""
        return {"FNKIT_MODELS": os.pathsep.join(map(str, self.models))} if self.models else {}

    @property
    def read(self) -> tuple[Path, ...]:
        """All that an instance reads."""
        return (*self.kind.read, self.code, *self.paths, *self.models)


class Layouts:
    """Lays code out under a folder; the same content is laid out once."""

    def __init__(
        self,
        folder: Path,
        layer: Callable[[str], Path],
        common: Mapping[str, Callable[[], Path]],
        kinds: Kinds,
        errands: Errands,
    ) -> None:
        """`layer`: digest → folder, FnkitError where it is not there; `common`: family → upstream's packages."""
        self._folder = folder
        self._layer = layer
        self._common = common
        self._kinds = kinds
        self._compiler = Compiler(errands)
        self._known: dict[tuple[str, ...], Layout] = {}

    def known(self, executable: Executable) -> Layout | None:
        """What `get` gave for this revision, if nothing has changed since; takes no time worth a thread."""
        layout = self._known.get(_identity(executable))
        if layout is None or layout.common != self._common_of(layout.kind) or not _touch(layout):
            return None
        return layout

    def get(self, executable: Executable) -> Layout:
        """The layout of `executable`, made on first use. Raises FnkitError where the code cannot be laid out."""
        kind = self._kinds.get(executable.kind)
        image = [describe(executable)] if kind.name == BLACKBOX else []
        digest = sha256(canonical([kind.family, executable.binary, executable.code, *image]))
        code = self._folder / digest
        if not code.is_dir() or not all(lies.is_dir() for lies in companions.apart(code, self._folder)):
            self._write(executable, kind, code)
        layout = self._with_layers(kind, code)
        _touch(layout)
        for folder in layout.large:
            self._compiler.add(folder)
        while len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        self._known[_identity(executable)] = layout
        return layout

    def tidy(self, older: float) -> None:
        """Remove what nobody used for `older` seconds, and what a killed server left half made."""
        for folder in self._folder.glob("*"):
            if folder.name.startswith(".new-") or time.time() - folder.stat().st_mtime > older:
                shutil.rmtree(folder, ignore_errors=True)

    def _write(self, executable: Executable, kind: Kind, code: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Beside its last place, so that the rename is atomic: no half layout is ever used.
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".new-") as fresh:
            target = Path(fresh, "code")
            target.mkdir()
            if kind.name == BLACKBOX:
                Path(target, "container.json").write_bytes(canonical(describe(executable)))
            else:
                write_code(executable, kind.script, target)
            if kind.family == "python" and any(layer == "libraries" for layer, _ in needed(target)):
                companions.set_apart(target, self._folder)  # they have a zygote of their own anyway
            try:
                target.rename(code)
            except OSError:
                if not code.is_dir():
                    raise

    def _with_layers(self, kind: Kind, code: Path) -> Layout:
        wanted = needed(code)
        own = companions.apart(code, self._folder)
        layers = tuple(self._layer(digest) for kind, digest in wanted if kind == "libraries")
        models = tuple(self._layer(digest) for kind, digest in wanted if kind == "model")
        entries = tuple(code.iterdir())
        linked = frozenset(entry.name for entry in entries if not entry.is_symlink() and not is_small(entry))
        plain = all(entry.is_symlink() or entry.is_file() for entry in entries)
        modules = frozenset(entry.name.partition(".")[0] for entry in entries)
        layout = Layout(
            kind,
            code,
            (*own, *layers),
            self._common_of(kind),
            models,
            linked=linked,
            light=not linked and len(entries) <= LIGHT and plain,
            modules=modules - {companions.NAME} if own else modules,
        )
        if kind.family != "python":
            return layout
        # What is copied keeps its times, by which Python knows its compiled form.
        folders = tuple(entry for entry in entries if entry.is_dir() and not entry.is_symlink())
        return replace(layout, large=(*folders, *layout.libraries))

    def _common_of(self, kind: Kind) -> Path | None:
        return self._common[kind.family]() if kind.family in self._common else None


def _touch(layout: Layout) -> bool:
    """Note that it is used; False where it is gone."""
    try:
        for lies in (layout.code, *companions.apart(layout.code, layout.code.parent)):
            os.utime(lies)
    except FileNotFoundError:
        return False
    return True


def _identity(executable: Executable) -> tuple[str, ...]:
    return executable.namespace, executable.name, executable.revision, executable.kind


def describe(executable: Executable) -> dict[str, Json]:
    """What `container.py` has to know: the image, and the code as it was put, if any."""
    code = {"code": executable.code} if executable.code else {}
    return {
        "image": executable.image,
        "binary": executable.binary,
        "network": executable.network,
        "code": code,
    }


def write_code(executable: Executable, script: str, folder: Path) -> None:
    """Put the files of `executable` into the empty `folder`; the action file becomes `script`."""
    content = base64.b64decode(executable.code) if executable.binary else executable.code.encode()
    main = folder / script
    if not content.startswith(b"PK\3\4"):
        main.write_bytes(content)
        main.chmod(0o444)
        return
    from fnkit.local.archive import unpack

    unpack(content, folder)
    given = folder / "__main__.py"
    if script == "main__.py" and given.is_file():
        given.replace(main)


def needed(code: Path) -> list[tuple[str, str]]:
    """(kind, digest) of the layers that `fnkit.json` needs. Raises BadArgument where it is no manifest."""
    path = code / MANIFEST
    if not path.is_file():
        return []
    try:
        manifest = json.loads(path.read_bytes())
        layers = [(str(layer["kind"]), str(layer["digest"])) for layer in manifest.get("layers", ())]
        needs = frozenset(map(str, manifest.get("needs", ())))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadArgument(f"Reading {MANIFEST} of an action", "it is no manifest.", "Deploy it again.") from None
    return [layer for layer in layers if layer[1] in needs]


def mirror(layout: Layout, work: Path) -> None:
    """Make the files of the code appear in `work`: small ones as copies to write over, others as links.

    Copies have the times of what they are copies of, by which Python knows its compiled form.
    """
    own = stat.S_IWUSR
    with os.scandir(layout.code) as entries, opened(layout.code) as source, opened(work) as target:
        for entry in entries:
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), entry.name, dir_fd=target)  # noqa: PTH115
            elif entry.name in layout.linked:
                os.symlink(entry.path, entry.name, dir_fd=target)
            elif entry.is_dir():
                copy_tree(Path(entry.path), work / entry.name, own)
            else:
                copy_file((source, entry.name), (target, entry.name), own)


def is_small(entry: Path) -> bool:
    """A file, or a folder with few files and few bytes in all."""
    if entry.is_file():
        return entry.is_symlink() or entry.stat().st_size <= SMALL
    brought = (path for path in entry.rglob("*") if path.parent.name != "__pycache__")
    files = (path for path in brought if path.is_file() and not path.is_symlink())
    sizes = [path.stat().st_size for path in islice(files, FEW + 1)]
    return len(sizes) <= FEW and sum(sizes) <= SMALL
