"""Which distribution a module is of, while things come and go under a running kernel."""

import zipfile
from pathlib import Path

import pytest

from fnkit.action.installed import needed, owners

ABOUT = "zz_installed-{version}.dist-info"


def files(version: str) -> dict[str, str]:
    about = ABOUT.format(version=version)
    return {
        "zz_installed/__init__.py": f"VERSION = '{version}'\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: zz_installed\nVersion: {version}\n",
        f"{about}/RECORD": "zz_installed/__init__.py,,\n",
    }


def installed(folder: Path, version: str) -> None:
    for name, text in files(version).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def archived(path: Path, version: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files(version).items():
            archive.writestr(name, text)


def seen() -> list[str]:
    """The version, as either question gives it."""
    return [owners(["zz_installed"])["zz_installed"][1], needed(["zz_installed"])["zz_installed"]]


def test_an_archive_that_is_replaced_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path / "deps.zip")
    archived(tmp_path / "deps.zip", "1.0")
    assert seen() == ["1.0", "1.0"]
    archived(tmp_path / "deps.zip", "2.0")
    assert seen() == ["2.0", "2.0"]


def test_an_entry_that_cannot_be_read_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken-1.0.dist-info").symlink_to(tmp_path / "nowhere")
    installed(tmp_path, "1.0")
    assert seen() == ["1.0", "1.0"]
    (tmp_path / ABOUT.format(version="1.0")).rename(tmp_path / "taken-away")
    installed(tmp_path, "2.0")
    assert seen() == ["2.0", "2.0"]
