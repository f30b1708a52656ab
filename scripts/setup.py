"""Make .venv and install what `requirements/NAME.lock` says, by hash; nothing where it is there already.

Usage: setup.py notebook|dev. Standard library only: there is no environment yet.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from steps import ROOT, attempt, say, step

VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / "python"
CONTAINS = {"notebook": ("notebook", "dev"), "dev": ("dev",)}
"""Which locks' installs are enough for each."""


def main(name: str) -> None:
    """Bring .venv to the state of requirements/NAME.lock."""
    if any(_stamp(lock).is_file() and _stamp(lock).read_text() == _content(lock) for lock in CONTAINS[name]):
        say(f"Environment: .venv is up to date for {name}")
        return
    if not _works():
        step(
            f"Environment: making .venv with Python {sys.version.split()[0]}",
            [_outside(), "-m", "venv", "--clear", VENV],
        )
    _install(name)
    _stamp(name).write_text(_content(name))


def _stamp(lock: str) -> Path:
    return VENV / f".installed-{lock}"


def _content(lock: str) -> str:
    """What an install depends on, as one digest: another lock or other metadata is another install."""
    digest = hashlib.sha256()
    for path in (ROOT / "requirements" / f"{lock}.lock", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    # A virtual environment knows its own folder: a copied or moved one has to be made again.
    digest.update(str(VENV).encode())
    return digest.hexdigest()


def _works() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _outside() -> str:
    """The interpreter that .venv is made from, where this one runs in it."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _install(name: str) -> None:
    lock = ROOT / "requirements" / f"{name}.lock"
    uv = _uv(lock)
    if uv:
        tool = [uv, "pip", "install", "--python", PYTHON]
    else:
        say("Environment: uv cannot be had here, so pip does it (slower)")
        tool = [PYTHON, "-m", "pip", "install"]
    step(f"Environment: installing {name} (requirements/{name}.lock)", [*tool, "--require-hashes", "-r", lock])
    step("Environment: installing fnkit itself, editable", [*tool, "--no-deps", "-e", ROOT])


def _uv(lock: Path) -> Path | None:
    """The uv of the lock, installed by pip with its hashes; None where it has no wheel for this machine."""
    pinned = re.search(r"^uv==(?:.*\\\n)+.*\n", lock.read_text(), re.MULTILINE)
    if pinned is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "uv.txt")
        wanted.write_text(pinned.group())
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        installed = attempt("Environment: getting uv with pip", [*pip, "--require-hashes", "-r", wanted])
    return SCRIPTS / "uv" if installed else None


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CONTAINS:
        sys.exit(f"usage: setup.py {'|'.join(CONTAINS)}")
    main(sys.argv[1])
