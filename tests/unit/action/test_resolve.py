"""uv and pip give the same answer, and the image's packages are parted from the rest."""

from pathlib import Path

import pytest
import uv

from fnkit.action.resolve import Installer, Pip, Uv, resolved
from fnkit.action.spec import Requirement
from fnkit.action.target import Target, running

HERE = Target(f"python:{running()}", running())
LINUX = Target("python:3.11", "3.11", "x86_64-manylinux_2_28", {})


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest) -> Installer:
    if request.param == "uv":
        return Uv(uv.find_uv_bin())
    pytest.importorskip("pip")
    return Pip()


def test_pins_and_who_needs_them(installer: Installer) -> None:
    pins, via = installer.resolve(["requests==2.32.2"], ["idna==3.10"], LINUX)
    assert Requirement("requests", "2.32.2") in pins
    assert Requirement("idna", "3.10") in pins
    assert via["requests"] == {""}
    assert via["idna"] == {"requests"}


def test_wheels_for_another_machine_are_laid_out(installer: Installer, tmp_path: Path) -> None:
    arm = Target("python:3.12", "3.12", "aarch64-manylinux_2_28", {})
    installer.install([Requirement("markupsafe", "3.0.2")], tmp_path / "tree", arm)
    libraries = [path.name for path in (tmp_path / "tree" / "markupsafe").glob("*.so")]
    assert libraries == ["_speedups.cpython-312-aarch64-linux-gnu.so"]


def test_what_only_the_image_needs_stays_with_the_image() -> None:
    where = Target("python:3.11", running(), None, {"requests": "2.32.2", "python-dateutil": "2.8.2"})
    needed, provided = resolved(("requests==2.34.2", "tqdm==4.67.1"), (), where)
    assert [str(pin) for pin in needed] == ["tqdm==4.67.1"]
    assert {"requests", "certifi", "charset-normalizer", "idna", "urllib3"} == {pin.name for pin in provided}


@pytest.fixture
def watched(tmp_path: Path) -> tuple[Uv, Path]:
    """uv, and a file with a line for each time that it ran."""
    log, binary = tmp_path / "ran", tmp_path / "uv"
    binary.write_text(f'#!/bin/sh\necho "$@" >> "{log}"\nexec "{uv.find_uv_bin()}" "$@"\n')
    binary.chmod(0o755)
    return Uv(str(binary)), log


def offline(log: Path) -> list[bool]:
    """Whether an index could be asked, run by run; forgets them."""
    lines = log.read_text().splitlines()
    log.unlink()
    return ["--offline" in line for line in lines]


def test_what_is_pinned_and_cached_is_not_asked_of_an_index(watched: tuple[Uv, Path], tmp_path: Path) -> None:
    installer, log = watched
    pins, via = installer.resolve(["tqdm"], [], HERE)
    assert offline(log) == [True, False], "the newest one that is cached need not be the newest"
    installer.install(pins, tmp_path / "first", HERE)
    log.unlink()
    assert installer.resolve([str(pin) for pin in pins], [], HERE) == (pins, via)
    assert installer.resolve(["TQDM"], [str(pin) for pin in pins], HERE) == (pins, via)
    installer.install(pins, tmp_path / "again", HERE)
    assert offline(log) == [True, True, True]
    assert (tmp_path / "again" / "tqdm" / "__init__.py").is_file()


def test_what_nobody_pinned_is_asked_of_an_index(watched: tuple[Uv, Path]) -> None:
    """One that something pinned needs too: the newest that lies in the cache need not be the newest."""
    installer, log = watched
    pins, _ = installer.resolve(["requests==2.32.2"], ["idna>=3.10"], HERE)
    assert "idna" in [pin.name for pin in pins]
    log.unlink()
    installer.resolve(["requests==2.32.2"], ["idna>=3.10"], HERE)
    assert offline(log) == [True, False]


def test_what_the_cache_lacks_is_brought_from_an_index(
    watched: tuple[Uv, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer, log = watched
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    assert installer.resolve(["iniconfig==2.1.0"], [], HERE)[0] == (Requirement("iniconfig", "2.1.0"),)
    assert offline(log) == [True, False]
    installer.install([Requirement("iniconfig", "2.1.0")], tmp_path / "tree", HERE)
    assert offline(log) == [True, False]
    assert (tmp_path / "tree" / "iniconfig" / "__init__.py").is_file()
