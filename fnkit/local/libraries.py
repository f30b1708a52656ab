"""Which libraries an action's code imports: what a zygote imports before it. Pure but for reading files."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

STANDARD = (
    "argparse array asyncio base64 binascii bisect calendar codecs collections concurrent.futures "
    "contextlib copy csv ctypes dataclasses datetime decimal difflib email.message email.parser enum "
    "fractions functools glob gzip hashlib heapq hmac html http.client importlib.metadata "
    "importlib.resources inspect io itertools logging math mimetypes operator os pathlib pickle platform "
    "pprint queue random re secrets shutil signal socket sqlite3 ssl statistics string struct subprocess "
    "tempfile textwrap threading time traceback types typing unicodedata urllib.parse urllib.request uuid "
    "warnings weakref xml.etree.ElementTree zipfile zlib zoneinfo"
)
"""Of the standard library: what actions and the libraries that they use import most."""
USUAL = ("requests",)
"""Likewise of the common packages, where they are there."""
COMPANIONS = {
    "fnkit.models": "fnkit.models.runtime ai_edge_litert.interpreter",
    "fnkit.models.images": "PIL.Image",
    "PIL.Image": "PIL.BmpImagePlugin PIL.GifImagePlugin PIL.JpegImagePlugin PIL.PpmImagePlugin PIL.PngImagePlugin",
}
"""What a library imports when it is used for the first time."""
MODULES = (".py", ".pyc", ".so")
MOST_FILES = 200
LARGEST = 1 << 20
"""Bytes of a file that is read for its imports."""


def imports(code: Path | None, paths: Iterable[Path]) -> list[str]:
    """What to import for the action in folder `code`, of the standard library and what lies in `paths`.

    Without `code`, what most actions need. With it, that only: somebody may be waiting.
    """
    roots = tuple(paths)
    if code is None:
        return [*STANDARD.split(), *(name for name in USUAL if _exists(name, roots))]
    own = {entry.name.partition(".")[0] for entry in code.iterdir() if _brings(entry, roots)}
    found: dict[str, None] = {}
    for name in _named(code):
        top = name.partition(".")[0]
        if top not in own and (top in sys.stdlib_module_names or _exists(name, roots)):
            found.setdefault(name)
    waiting = list(found)
    while waiting:
        more = COMPANIONS.get(waiting.pop(), "").split()
        waiting += [name for name in more if name not in found]
        found.update(dict.fromkeys(more))
    return list(found)


def _brings(entry: Path, roots: tuple[Path, ...]) -> bool:
    """True for what an import would find in the code itself, and not for a link to what lies in `roots`."""
    return (entry.is_dir() or entry.suffix in MODULES) and entry.resolve().parent not in roots


def _named(code: Path) -> Iterator[str]:
    """Every module that an import statement anywhere in the code names, or may name."""
    files = sorted(path for path in code.rglob("*.py") if path.is_file() and path.stat().st_size <= LARGEST)
    for path in files[:MOST_FILES]:
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
                # `from PIL import Image`: a module, or a name in one. A module of the standard library is not
                # looked for: what a name in it costs is the same.
                if node.module.partition(".")[0] not in sys.stdlib_module_names:
                    yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _exists(name: str, roots: tuple[Path, ...]) -> bool:
    """True where a module lies under one of the folders."""
    parts = name.split(".")
    for root in roots:
        path = root.joinpath(*parts)
        if path.is_dir() or path.with_suffix(".py").is_file() or any(path.parent.glob(f"{parts[-1]}.*.so")):
            return True
    return False
