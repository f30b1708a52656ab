"""Unpacks a layer's tar: plain files only, nothing lands outside, nothing grows beyond what was sent."""

import shutil
import tarfile
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import Self

from fnkit.core.entities import MIB
from fnkit.core.errors import BadArgument

MOST_FILES = 50_000
"""Members of a tar, folders too."""
LONGEST = 64 * 1024
"""Bytes of a header that says more about the next member: tarfile reads it whole."""
MORE = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


def extract(tar: Path, folder: Path) -> Sequence[tuple[str, str, bool]]:
    """Write the files of `tar` under the empty `folder`, read-only; gives (path, sha256, executable) of each.

    Raises BadArgument for what is no plain file below the folder, is there twice or is one too many, and TarError.
    """
    found: dict[str, tuple[str, str, bool]] = {}
    count = 0
    with tarfile.open(tar, "r:", tarinfo=Header) as archive:
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # else it keeps them all
            count += 1
            if count > MOST_FILES:
                raise BadArgument("Storing a layer", f"it has more than the {MOST_FILES} members allowed.")
            if member.isdir():
                continue
            path = plain(member.name)
            if path in found:
                raise BadArgument("Storing a layer", f"{path!r} is there twice.")
            executable = bool(member.mode & 0o100)
            found[path] = (path, _written(archive, member, folder / path, executable), executable)
    return list(found.values())


class Header(tarfile.TarInfo):
    """A member's header that refuses to be read where the next one would take much memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """As TarInfo has it. Raises HeaderError."""
        made = super().frombuf(buf, encoding, errors)
        if made.type in MORE and made.size > LONGEST:
            raise tarfile.HeaderError(f"a header has {made.size} bytes")
        return made


def plain(name: str) -> str:
    """`name`, if it is a plain relative path. Raises BadArgument."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name or str(path) != name:
        raise BadArgument("Reading a layer", f"{name!r} is not a plain relative path.")
    return name


def _written(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, executable: bool) -> str:
    """The sha256 of what was written."""
    # A sparse file may have any size, whatever was sent.
    content = archive.extractfile(member) if member.isfile() and not member.issparse() else None
    if content is None:
        raise BadArgument("Storing a layer", f"{member.name!r} is no plain file.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            shutil.copyfileobj(content, file, MIB)
    except (FileExistsError, NotADirectoryError):
        raise BadArgument("Storing a layer", f"{member.name!r} is in the way of another file.") from None
    target.chmod(0o555 if executable else 0o444)
    with target.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
