"""The same zip for the same members, on every machine with the same zlib."""

import io
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fnkit.action.memory import keeping

LEVEL = 6
"""Level 9 takes three times as long for one per cent."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date that a zip can hold: a build has none of its own."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file to be packed; `packed` is a zip that holds it under the same name, deflated already."""

    name: str
    content: Path | bytes
    executable: bool = False
    packed: Path | None = None


def written_zip(members: Iterable[Member]) -> bytes:
    """A zip of `members`: sorted, dated 1980, with fixed modes. Members of packed zips are copied as they are."""
    stream = io.BytesIO()
    sources: dict[Path, zipfile.ZipFile] = {}
    try:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            for member in sorted(members, key=lambda member: member.name):
                if member.packed is None:
                    content = member.content
                    data = content if isinstance(content, bytes) else content.read_bytes()
                    archive.writestr(_info(member), data, zipfile.ZIP_DEFLATED, LEVEL)
                else:
                    if member.packed not in sources:
                        sources[member.packed] = zipfile.ZipFile(member.packed)
                    _copy(sources[member.packed], member, archive)
    finally:
        for source in sources.values():
            source.close()
    return stream.getvalue()


def packed_once(members: Iterable[Member], place: Path) -> Path:
    """The zip of `members` at `place`, made when it is first asked for; nobody ever sees half of it."""
    with keeping(f"Packing {place.name}"):
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            aside = place.with_name(f".{place.name}.{os.getpid()}")
            try:
                aside.write_bytes(written_zip(members))
                aside.replace(place)
            finally:
                aside.unlink(missing_ok=True)
    return place


def _info(member: Member) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.name, EPOCH)
    info.create_system = 3  # Unix, also where this runs on Windows: else the modes are lost
    info.external_attr = (0o100755 if member.executable else 0o100644) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _copy(source: zipfile.ZipFile, member: Member, archive: zipfile.ZipFile) -> None:
    """Copy a member without inflating it. zipfile has no call for that, so its directory is written by hand."""
    if archive.fp is None:
        raise ValueError("the archive is closed")
    old = source.getinfo(member.name)
    info = _info(member)
    info.CRC, info.compress_size, info.file_size = old.CRC, old.compress_size, old.file_size
    info.compress_type = old.compress_type
    info.header_offset = archive.fp.tell()
    archive.fp.write(info.FileHeader(zip64=False))
    archive.fp.write(_raw(source, old))
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
    archive.start_dir = archive.fp.tell()


def _raw(source: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if source.fp is None:
        raise ValueError("the archive is closed")
    source.fp.seek(info.header_offset)
    header = source.fp.read(30)
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    source.fp.seek(names, io.SEEK_CUR)
    return source.fp.read(info.compress_size)
