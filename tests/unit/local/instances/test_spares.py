"""Folders that are laid out ahead: the next one comes by itself, and what cannot be made is told who wants it."""

import asyncio
import errno
from pathlib import Path

import pytest

from fnkit.local.spares import Spares
from tests.unit.local.instances.bench import until


def test_the_next_one_is_laid_out_by_itself(tmp_path: Path) -> None:
    """Each is another; what nobody took goes in the end."""
    made: list[Path] = []

    def lay_out(folder: Path) -> None:
        folder.mkdir(parents=True)
        made.append(folder)

    async def scene() -> None:
        spares = Spares(tmp_path / "next", lay_out)
        first = await spares.take()
        assert made == [first]
        await until(lambda: len(made) == 2)
        second = await spares.take()
        assert second == made[1] != first
        spares.begin()
        await spares.close()
        assert not (tmp_path / "next").exists()
        spares.begin()
        await spares.close()
        assert not (tmp_path / "next").exists()

    asyncio.run(scene())


def test_what_cannot_be_laid_out_is_told_who_wants_it(tmp_path: Path) -> None:
    """In the background it is nobody's error; once it can be, it is."""
    blocked, tries = tmp_path / "next", []

    def lay_out(folder: Path) -> None:
        tries.append(folder)
        folder.mkdir(parents=True)

    async def scene() -> None:
        blocked.write_text("in the way")
        spares = Spares(blocked, lay_out)
        spares.begin()
        await until(lambda: tries)
        with pytest.raises(OSError, match="next"):
            await spares.take()
        blocked.unlink()
        assert (await spares.take()).is_dir()
        await spares.close()

    asyncio.run(scene())


def test_of_one_that_could_not_be_laid_out_nothing_stays(tmp_path: Path) -> None:
    """A disk that was full does not stay full for it."""
    tries: list[Path] = []

    def lay_out(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "part").write_text("of it")
        tries.append(folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    async def scene() -> None:
        spares = Spares(tmp_path / "next", lay_out)
        with pytest.raises(OSError, match="No space left"):
            await spares.take()
        spares.begin()
        await until(lambda: len(tries) == 2 and not any((tmp_path / "next").iterdir()))
        await spares.close()

    asyncio.run(scene())
