"""The wheels of pins, kept; and which of a folder's files they hold, deflated already.

A wheel is a zip. Its members are copied into a bundle's zip as they are: that takes no time, and gives the same
bytes whatever this machine's zlib. What no wheel holds as it lies there is deflated here.
"""

import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fnkit.action.installed import canonical_name
from fnkit.action.memory import keeping, note, recalled
from fnkit.action.resolve import Pip
from fnkit.action.spec import Requirement
from fnkit.action.target import Target
from fnkit.core import places
from fnkit.core.canonical import canonical, sha256
from fnkit.core.errors import MissingPackage

COPIED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How a member may be compressed for every unzip to read it."""
ENCRYPTED = 0x1


def holders(pins: Sequence[Requirement], paths: Iterable[str], tree: Path, target: Target) -> Mapping[str, Path]:
    """Path in `tree` → the wheel that holds just this file under this name; remembered for these pins.

    Empty where the wheels cannot be had (no pip, an index that asks for what pip does not know).
    """
    key = sha256(canonical([[str(pin) for pin in pins], _where(target), tree.name]))
    listed = places.cache() / "held" / f"{key}.json"
    known = {path: Path(wheel) for path, wheel in (recalled(listed) or {}).items()}
    if known and all(wheel.is_file() for wheel in set(known.values())):
        return known
    if found := _held(kept(pins, target), paths, tree):
        note(listed, {path: str(wheel) for path, wheel in found.items()})
    return found


@keeping("Keeping the wheels of the libraries")
def kept(pins: Sequence[Requirement], target: Target) -> list[Path]:
    """The wheels of `pins` for `target`, brought once by pip, with its own index settings and cache."""
    house = places.cache() / "wheels"
    rooms = {pin.name: house / sha256(canonical([str(pin), _where(target)])) for pin in pins}
    missing = [pin for pin in pins if not any(rooms[pin.name].glob("*.whl"))]
    if missing:
        house.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".bringing-", dir=house) as folder:
            try:
                Pip().download(missing, Path(folder), target)
            except MissingPackage:
                return []
            for wheel in Path(folder).glob("*.whl"):
                if room := rooms.get(canonical_name(wheel.name.split("-")[0])):
                    room.mkdir(exist_ok=True)
                    wheel.rename(room / wheel.name)
    return sorted(wheel for room in rooms.values() for wheel in room.glob("*.whl"))


def _held(wheels: Iterable[Path], paths: Iterable[str], tree: Path) -> dict[str, Path]:
    members: dict[str, list[tuple[Path, zipfile.ZipInfo]]] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for info in archive.infolist():
                if info.compress_type in COPIED and not info.flag_bits & ENCRYPTED:
                    members.setdefault(info.filename, []).append((wheel, info))
    found: dict[str, Path] = {}
    for path in paths:
        if path not in members:
            continue
        content = (tree / path).read_bytes()
        check = zlib.crc32(content)
        for wheel, info in members[path]:
            if (info.CRC, info.file_size) == (check, len(content)):
                found[path] = wheel
    return found


def _where(target: Target) -> list[str | None]:
    return [target.python, target.platform]
