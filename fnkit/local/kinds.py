"""The kinds of actions that this machine can run: each a value with the command that runs it.

`find()` looks for what is installed. A kind is offered under the name of what really runs it: a PUT that asks for
`nodejs:20` never gets another Node.js without a word.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fnkit.core.errors import Missing
from fnkit.local.engines import Engine, find_engine
from fnkit.local.sandbox.place import MEMORY_PER_PROCESSOR
from fnkit.local.sandbox.system import CHILD, shows

BLACKBOX = "blackbox"
"""The kind of an action that is a container's image."""
NODE_CHILD = Path(__file__).with_name("child.js")
CONTAINER = Path(__file__).with_name("container.py")
OLDEST_NODE = 18
PATIENCE = 10.0
"""Seconds that a program has to say what it is."""
ABOUT = (
    "process.report.excludeNetwork = true;"
    "console.log(JSON.stringify([process.version, process.execPath, process.report.getReport().sharedObjects]))"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of action and what runs it."""

    name: str
    """`nodejs:20`, `blackbox`."""
    aliases: tuple[str, ...]
    script: str
    """The file that an action's text becomes."""
    command: Callable[[int], tuple[str, ...]]
    """The program and its arguments for an instance of that many MB; the number of the wire comes last."""
    read: tuple[Path, ...] = ()
    """What an instance must read beyond the system."""
    engine: Engine | None = None
    """What runs the images of `blackbox`."""

    @property
    def family(self) -> str:
        """`python` or `nodejs`."""
        return self.name.partition(":")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """All names under which it is offered."""
        default = () if self.name == BLACKBOX else (f"{self.family}:default",)
        return (self.name, *self.aliases, *default)


class Kinds:
    """The kinds of one machine."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = {kind.family: kind for kind in kinds}

    @property
    def names(self) -> Mapping[str, str]:
        """Each name of a kind → the concrete kind: `python:default` → `python:3.11`."""
        return {name: kind.name for kind in self._kinds.values() for name in kind.names}

    def get(self, name: str) -> Kind:
        """What runs actions of kind `name`; Missing where nothing does.

        An action that was made for another version runs on the one there is: it was accepted once, and an
        upgrade of the machine does not take it away.
        """
        try:
            return self._kinds[name.partition(":")[0]]
        except KeyError:
            raise Missing(f"Running an action of kind {name}", "nothing here runs it.", needed(name)) from None


def needed(name: str) -> str:
    """What this machine lacks for kind `name`, as a sentence; empty where we do not know the kind."""
    family = name.partition(":")[0]
    if family == "nodejs":
        return f"It needs `node` of that version, {OLDEST_NODE} or newer, on the PATH of the server."
    if family == BLACKBOX:
        return "It needs podman or docker: `podman info` or `docker info` must work for the user of the server."
    return ""


def find() -> Kinds:
    """Look for what is installed; takes a tenth of a second for each that there is."""
    node, engine = find_node(shutil.which("node")), find_engine()
    return Kinds((python(), *((node,) if node else ()), *((image(engine),) if engine else ())))


def python() -> Kind:
    """The running interpreter's."""
    major, minor = sys.version_info[:2]
    return Kind(f"python:{major}.{minor}", (f"python:{major}",), "main__.py", lambda memory: (str(CHILD),))


def image(engine: Engine) -> Kind:
    """The kind whose actions are images that `engine` runs."""

    def command(memory: int) -> tuple[str, ...]:
        return (str(CONTAINER), engine.program, str(memory))

    return Kind(BLACKBOX, (), "", command, engine=engine)


def find_node(program: str | None) -> Kind | None:
    """The kind of the Node.js at `program`; None where it is none, or too old."""
    if program is None:
        return None
    try:
        done = subprocess.run(
            (program, "-e", ABOUT),
            capture_output=True,
            timeout=PATIENCE,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        version, path, libraries = json.loads(done.stdout)
        major = int(version.lstrip("v").partition(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if major < OLDEST_NODE:
        return None
    # It names the files that it runs from: they are shown one by one, and nothing beside them.
    files = (file for file in map(Path, (path, *libraries)) if file.is_absolute() and not shows(file))

    def command(memory: int) -> tuple[str, ...]:
        # Half of the memory for V8's heap, as V8 itself decides in a container; buffers and code have the rest.
        # Its own threads cost 8 MB each of what RLIMIT_DATA counts: no more than there are processors to use.
        threads = max(1, min(4, memory // MEMORY_PER_PROCESSOR))
        return (path, f"--max-old-space-size={memory // 2}", f"--v8-pool-size={threads}", str(NODE_CHILD))

    return Kind(f"nodejs:{major}", (), "main__.js", command, (NODE_CHILD, *files))
