"""What of the machine an action may read: the interpreter, the system's libraries, and what names and TLS need."""

import sys
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

CHILD = Path(__file__).parents[1] / "child.py"
FORK = Path(__file__).parents[1] / "fork.py"
NEIGHBOURS = tuple(FORK.with_name(f"{name}.py") for name in ("pristine", "learning", "pages", "freed"))
CONFINE = Path(__file__).with_name("confine.py")
PARTS = tuple(Path(__file__).with_name(f"{name}.py") for name in ("landlock", "namespaces", "cell", "lock"))

TREES = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/sys/devices/system/cpu")
ETC = (
    "alternatives ca-certificates crypto-policies fonts gai.conf group host.conf hosts ld.so.cache ld.so.conf "
    "ld.so.conf.d localtime magic mime.types nsswitch.conf passwd pki protocols resolv.conf services ssl timezone"
)
FACTS = (
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/proc/version"),
    "/proc/loadavg",
)
"""Of /proc, where there is only the machine's: the first is the process that locks itself in."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


@dataclass(frozen=True, slots=True)
class System:
    """Paths to show, as they are on this machine."""

    shown: tuple[tuple[str, str], ...]
    """(where it really lies, where it is to be seen)."""
    links: tuple[tuple[str, str], ...]
    """(text, path) of links such as /lib → usr/lib."""
    hidden: tuple[str, ...]
    """Within what is shown: other people's packages."""


def shows(file: Path) -> bool:
    """True where every instance sees `file` anyway."""
    return any(file.is_relative_to(tree) for tree in TREES)


def programs() -> tuple[Path, ...]:
    """What runs inside that is ours, with its compiled forms where there are any."""
    ours = (CHILD, FORK, *NEIGHBOURS, CONFINE, *PARTS)
    compiled = (Path(cache_from_source(str(path))) for path in ours)
    return (*ours, *(path for path in compiled if path.is_file()))


def interpreter() -> Path:
    """The Python that runs actions: the one under this environment, without the environment."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def look() -> System:
    """Read the machine."""
    shown: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []
    for tree in map(Path, TREES):
        if tree.is_symlink():
            links.append((str(tree.readlink()), str(tree)))
        elif tree.exists():
            shown.append((str(tree), str(tree)))
    for path in (Path("/etc", name) for name in ETC.split()):
        if path.exists():
            shown.append((str(path.resolve()), str(path)))
    base = Path(sys.base_prefix).resolve()
    for path in (base, interpreter().parent):
        if not path.is_relative_to("/usr"):
            shown.append((str(path), str(path)))
    return System(tuple(shown), tuple(links), _packages(base))


def _packages(base: Path) -> tuple[str, ...]:
    """Folders of packages beside the standard library: importable by nobody here, and nobody's to read."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = (
        base / "lib" / version / "site-packages",
        Path("/usr/local/lib", version, "dist-packages"),
        Path("/usr/local/lib", version, "site-packages"),
        Path("/usr/lib/python3/dist-packages"),
    )
    return tuple(sorted({str(path) for path in places if path.is_dir()}))
