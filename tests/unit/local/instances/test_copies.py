"""Copies of folders that somebody else can write to."""

import os
import stat
import threading
from pathlib import Path

import pytest

from fnkit.local.copies import DEEPEST, copy_tree


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "secret").write_text("the server's key")
    return folder


def test_files_folders_modes_and_times(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "deep" / "er" / "tool").write_bytes(b"x" * 3_000_000)
    (source / "deep" / "er" / "tool").chmod(0o4750)
    os.utime(source / "deep" / "er" / "tool", ns=(1, 2_000_000_000))
    copy_tree(source, tmp_path / "target")
    made = tmp_path / "target" / "deep" / "er" / "tool"
    assert made.read_bytes() == b"x" * 3_000_000
    assert (stat.S_IMODE(made.stat().st_mode), made.stat().st_mtime_ns) == (0o750, 2_000_000_000)


def test_a_link_in_its_place_is_refused(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "home").symlink_to(victim)
    with pytest.raises(OSError, match="home"):
        copy_tree(tmp_path / "home", tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_links_within_stay_links(tmp_path: Path, victim: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "folder").symlink_to(victim)
    (source / "file").symlink_to(victim / "secret")
    copy_tree(source, tmp_path / "target")
    told = {path.name: (path.is_symlink(), str(path.readlink())) for path in (tmp_path / "target").iterdir()}
    assert told == {"folder": (True, str(victim)), "file": (True, str(victim / "secret"))}


@pytest.mark.parametrize("waits", ["folder", "link"])
def test_nothing_is_written_to_what_is_there(tmp_path: Path, victim: Path, waits: str) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "new").touch()
    if waits == "link":
        target.symlink_to(victim)
    with pytest.raises(FileExistsError):
        copy_tree(source, target if waits == "link" else victim)
    assert [path.name for path in victim.iterdir()] == ["secret"]


def test_what_would_not_end_does_not_hold_it(tmp_path: Path) -> None:
    """A pipe that nobody writes to is left out, folders without end are refused."""
    source = tmp_path / "source"
    source.mkdir()
    os.mkfifo(source / "pipe")
    copy_tree(source, tmp_path / "target")
    assert not list((tmp_path / "target").iterdir())
    source.joinpath(*["d"] * DEEPEST).mkdir(parents=True)
    with pytest.raises(OSError, match="deep"):
        copy_tree(source, tmp_path / "other")


def test_what_goes_away_meanwhile_is_left_out(tmp_path: Path) -> None:
    """Files come and go while it copies; those that stay are there."""
    source, done = tmp_path / "source", threading.Event()
    source.mkdir()
    for number in range(50):
        (source / f"stays-{number}").write_text("x")

    def play() -> None:
        while not done.is_set():
            for number in range(20):
                (source / f"goes-{number}").touch()
            for number in range(20):
                (source / f"goes-{number}").unlink()

    player = threading.Thread(target=play)
    player.start()
    try:
        for turn in range(20):
            copy_tree(source, tmp_path / f"{turn}")
            made = {path.name for path in (tmp_path / f"{turn}").iterdir()}
            assert {f"stays-{number}" for number in range(50)} <= made
    finally:
        done.set()
        player.join()
