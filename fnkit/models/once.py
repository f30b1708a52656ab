"""Files by content: found where they are, brought once where they are not. Ships with actions.

A file is named by its sha256 and lies in `$FNKIT_MODELS` (what travels with an action) or in the cache. It gets
its name only when all of it is on the disk and its hash is right, so nobody ever sees half a file; who is killed
on the way leaves a `.part` that the next one writes over. Two processes that want the same file bring it once.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fnkit.core import places
from fnkit.core.errors import BadModel

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and the bytes in all (None: not known); the last call has both equal."""

CHUNK = 1 << 20
TIMEOUT = 30
"""Seconds without a byte before a download is given up."""


def silent(done: int, total: int | None) -> None:
    """A Progress that shows nothing."""


def folder() -> Path:
    """Where kept files lie, each named by its sha256."""
    return places.cache() / "models"


def is_sha256(text: str) -> bool:
    """True for 64 lower-case hex digits."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def checked(sha256: str | None) -> str:
    """A sha256 that somebody typed, in lower case. Raises BadModel where it is none."""
    if not sha256:
        raise BadModel("Fetching a model from a URL", "its sha256 is not given.", "Write it behind: URL#sha256=…")
    if not is_sha256(sha256.lower()):
        raise BadModel(f"Checking a model by {sha256!r}", "that is not a sha256.", "It has 64 hex digits.")
    return sha256.lower()


def find(sha256: str) -> Path | None:
    """The file with this content, None where it is neither in `$FNKIT_MODELS` nor in the cache."""
    for place in os.environ.get("FNKIT_MODELS", "").split(os.pathsep):
        if place and _is_there(found := Path(place, sha256)):
            return found
    kept = folder() / sha256
    return kept if _is_there(kept) else None


def bring(sha256: str) -> Path | None:
    """The same, else downloaded from the URL that `$FNKIT_MODEL_URLS` (JSON: sha256 → URL) names; else None."""
    if path := find(sha256):
        return path
    urls = json.loads(os.environ.get("FNKIT_MODEL_URLS") or "{}")
    return download(urls[sha256], sha256) if sha256 in urls else None


def named(name: str) -> str | None:
    """The sha256 of the model that was converted under this name, None where there is none.

    An action learns it from `$FNKIT_MODEL_NAMES` (JSON: name → sha256), the notebook's machine from the cache.
    """
    names = json.loads(os.environ.get("FNKIT_MODEL_NAMES") or "{}")
    if name in names:
        return str(names[name])
    record = folder() / "names" / name
    if not re.fullmatch(r"[\w][\w.-]*", name) or not _is_there(record):
        return None
    return record.read_text().strip()


def give_name(name: str, sha256: str) -> None:
    """Let `named(name)` find this content; the last one to take a name has it."""
    record = folder() / "names" / name
    record.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder() / ".part", delete=False) as draft:
        draft.write(sha256 + "\n")
    Path(draft.name).replace(record)


def names() -> list[str]:
    """The names of the models that were converted on this machine."""
    return sorted(record.name for record in (folder() / "names").glob("*"))


def download(url: str, sha256: str, progress: Progress = silent) -> Path:
    """The file at an `https:`, `http:` or `file:` URL, kept.

    Raises BadModel: nobody answers, refused, cut off, another hash.
    """
    return find(sha256) or keep(sha256, lambda sink: _copy(url, sink, progress), f"Downloading {url}")


def keep(sha256: str, write: Callable[[BinaryIO], object], tried: str) -> Path:
    """The path of the kept file that `write` fills, unless it is there already.

    Raises BadModel, which begins with `tried`, where the content has another hash or cannot be written.
    """
    path = folder() / sha256
    try:
        (folder() / ".part").mkdir(parents=True, exist_ok=True)
        with _locked(folder() / ".part" / f"{sha256}.lock"):
            if not path.is_file():
                _fill(path, folder() / ".part" / f"{sha256}.part", write, tried)
    except OSError as error:
        advice = "Name another folder in FNKIT_CACHE, or make room there."
        raise BadModel(tried, f"it cannot be kept in {folder()}: {error.strerror or error}.", advice) from error
    return path


def digest(path: Path) -> str:
    """The sha256 of a file, 64 hex digits."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _is_there(path: Path) -> bool:
    """Whether there is a file, as far as one may look: in a folder that is closed to us there is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _fill(path: Path, part: Path, write: Callable[[BinaryIO], object], tried: str) -> None:
    """Write, check, make read-only, name: in this order, so that the name is the proof."""
    try:
        with part.open("wb") as sink:
            write(sink)
            sink.flush()
            os.fsync(sink.fileno())
        if (found := digest(part)) != path.name:
            advice = "Compare with the sha256 that its maker gives; the file was not kept."
            raise BadModel(tried, f"its sha256 is {found}, not {path.name}.", advice)
        part.chmod(0o444)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _copy(url: str, sink: BinaryIO, progress: Progress) -> None:
    if not url.startswith(("https:", "http:", "file:")):
        raise BadModel(f"Downloading {url}", "it is not an https:, http: or file: URL.")
    # Most models are here: then neither a deploy nor an instance has to know of HTTP.
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            length = answer.headers.get("Content-Length")
            total = int(length) if length else None
            done = 0
            while chunk := answer.read(CHUNK):
                sink.write(chunk)
                done += len(chunk)
                progress(done, total)
    except urllib.error.HTTPError as error:
        raise BadModel(f"Downloading {url}", f"the server answered {error.code} {error.reason}.") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise BadModel(f"Downloading {url}", f"nobody answers ({reason}).", "Is there a network?") from error
    if total is not None and done < total:
        raise BadModel(f"Downloading {url}", f"the connection ended after {done} of {total} bytes.", "Try again.")
    progress(done, done)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held by one process (and one thread) at a time; the system lets go of it when its holder dies."""
    with path.open("ab") as handle:
        try:
            import fcntl
        except ImportError:  # Windows
            import msvcrt

            while True:
                try:
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
                    break
                except OSError:  # gives up after ten seconds; we do not
                    continue
        else:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
