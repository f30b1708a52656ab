"""Unpacks a zip that somebody sent: nothing lands outside, nothing grows without bound, no link leads out."""

import io
import os
import stat
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from fnkit.core.entities import MIB
from fnkit.core.errors import BadArgument

MOST_BYTES = 1024 * MIB
MOST_FILES = 50_000
DIRECTORY = 16 * MIB
"""Bytes of a zip's own list of members: a million entries are refused before one is read."""
CHUNK = MIB
LONGEST_LINK = 4096
END = struct.Struct("<4s4H2LH")
"""The end-of-central-directory record. Source: PKWARE APPNOTE 4.3.16."""
DRIVE = ":"
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError, OSError)
"""What zipfile raises for archives that are none."""


def unpack(content: bytes, folder: Path) -> None:
    """Write the members of the zip `content` into the empty `folder`, read-only.

    Raises BadArgument for an archive that is broken, too large, encrypted, or that reaches out of the folder.
    """
    _check_directory(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _write(archive, folder)
    except BROKEN as error:
        raise BadArgument("Unpacking the zip of an action", f"{error}.", "Make it again.") from error
    except MemoryError:
        raise _refused("it needs too much memory") from None


def _check_directory(content: bytes) -> None:
    at = content.rfind(b"PK\5\6")
    if at < 0 or len(content) < at + END.size:
        raise _refused("it is not a zip, or only a part of one")
    size = END.unpack_from(content, at)[5]
    if size > DIRECTORY:
        raise _refused(f"it has more than the {MOST_FILES} members that are allowed")


def _write(archive: zipfile.ZipFile, folder: Path) -> None:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise _refused(f"it has {len(members)} members, {MOST_FILES} are allowed")
    room = MOST_BYTES
    if sum(member.file_size for member in members) > room:
        raise _too_large()
    links = []
    for member in members:
        target = folder.joinpath(*_parts(member.filename))
        if member.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif stat.S_ISLNK(member.external_attr >> 16):
            links.append((member, target))
        else:
            room -= write_file(archive, member, target, room)
    # Links come last, and none is beneath another one, so that no member is written through one.
    _check_apart({target for _, target in links}, folder)
    for member, target in links:
        _write_link(archive, member, target, folder)
    for _, target in links:
        _check_link(target, folder)


def _check_apart(links: set[Path], folder: Path) -> None:
    names = {os.path.normcase(link).casefold() for link in links}  # as a file system may that knows no case
    for link in links:
        within = link.relative_to(folder).parents
        if any(os.path.normcase(folder / above).casefold() in names for above in within):
            raise _refused(f"its link {str(link.relative_to(folder))!r} is beneath another link")


def _parts(name: str) -> list[str]:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or "\\" in name or ".." in parts or any(DRIVE in part for part in parts[:1]):
        raise _refused(f"its member {name!r} would land outside of the folder")
    if not parts:
        raise _refused("it has a member without a name")
    return parts


def write_file(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Write one member, at most `room` bytes; gives the bytes written. The size it declares is not believed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    executable = bool((member.external_attr >> 16) & stat.S_IXUSR)
    with archive.open(member) as source, target.open("xb") as file:
        while chunk := source.read(CHUNK):
            written += len(chunk)
            if written > room:
                raise _too_large()
            file.write(chunk)
    target.chmod(0o555 if executable else 0o444)
    return written


def _write_link(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, folder: Path) -> None:
    """Made where its text, as it reads, stays within; `_check_link` sees where it leads through others."""
    if member.file_size > LONGEST_LINK:
        raise _refused(f"the link {member.filename!r} is too long")
    text = os.fsdecode(archive.read(member))
    if not Path(os.path.normpath(target.parent / text)).is_relative_to(os.path.normpath(folder)):
        raise _refused(f"its link {target.name!r} leads out of the folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(text)


def _check_link(link: Path, folder: Path) -> None:
    if not link.resolve().is_relative_to(folder.resolve()):
        raise _refused(f"its link {link.name!r} leads out of the folder")
    with suppress(FileNotFoundError):
        link.stat()  # a circle of links raises OSError, from Python 3.13 on only here


def _too_large() -> BadArgument:
    return _refused(f"its members have more than the {MOST_BYTES // MIB} MiB that are allowed")


def _refused(why: str) -> BadArgument:
    return BadArgument(
        "Unpacking the zip of an action", f"{why}.", "Make it again with the files of the action only."
    )
