"""The rungs of the ladder: values that name themselves and say what they stop and what they do not.

The attempts behind each claim are in tests/unit/local/instances/test_isolation.py.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fnkit.core.entities import MIB
from fnkit.local.sandbox import seccomp
from fnkit.local.sandbox.kernel import Kernel
from fnkit.local.sandbox.place import MEMORY_PER_PROCESSOR, SHARED, Place
from fnkit.local.sandbox.system import CONFINE, DEVICES, FACTS, System, interpreter, look, programs

OPEN_FILES = 1024
PROCESSES = 1024
LARGEST_FILE = 1024 * MIB
SCOPED = 6
"""The version of Landlock from which it keeps signals and abstract sockets inside."""

FILES = "reading or writing files of the machine, of the server, of other actions"
SEEN = "seeing or tracing processes of the machine"
SIGNALS = "signalling processes of the machine"
SOCKETS = "local sockets of the machine that lie in a folder"
ABSTRACT = "local sockets of the machine that have a name only"
NAMESPACES = "new namespaces and dangerous system calls"
DAEMONS = "processes that outlive the instance"
NETWORK = "the network, where the action has fnkit-network false"
MEMORY = "more memory in one process, and larger files, than the limits say"
BOMBS = "a fork bomb"
CORES = "using all processor time, memory by many processes, or all of the disk"
LOOPBACK = "reaching servers on this machine over the network, unless fnkit-network is false"
CLAIMS = (
    *(FILES, SEEN, SIGNALS, SOCKETS, ABSTRACT, NAMESPACES, DAEMONS, NETWORK, MEMORY, BOMBS),
    *(CORES, LOOPBACK),  # these no rung stops
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to lock an instance in."""

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]
    wrap: Callable[[Place, Sequence[str]], list[str]]
    """The command that runs a program, given with its arguments, in a place."""
    cell: Callable[[Place], dict[str, Any]] = lambda room: {}
    """The steps by which a fork locks itself in, in the place of its zygote."""
    no_forks: str = ""
    """Why instances cannot be forks here; empty where they can."""
    own_view: bool = False
    """True where each fork sees its folder in the place of its zygote's."""

    def to_json(self) -> dict[str, Any]:
        """As `sandbox` in `GET /fnkit/v1`."""
        return {
            "rung": self.name,
            "stops": list(self.stops),
            "does_not_stop": list(self.does_not_stop),
            "no_forks": self.no_forks,
        }


def _bubblewrap(place: Place, program: Sequence[str]) -> list[str]:
    system = look()
    command = ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    command += [
        "--cap-drop",
        "ALL",
        *(["--cap-add", "CAP_SETFCAP"] if place.forks else []),
        *(["--share-net"] if place.network else []),
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    for text, path in system.links:
        command += ["--symlink", text, path]
    for mount in _mounts(place, system):
        if mount.source is None:
            command += ["--tmpfs", mount.target]
        else:
            command += ["--bind" if mount.writable else "--ro-bind", mount.source, mount.target]
    for folder in (*system.hidden, "/"):
        command += ["--remount-ro", folder]
    inside = confined({"landlock": _inside(place), **_filters(place), **_share(place)}, program)
    return [*command, "--chdir", str(place.work), "--", *inside]


def _namespaces(place: Place, program: Sequence[str]) -> list[str]:
    system = look()
    devices = [Mount(device, device, True) for device in DEVICES]
    plan = {
        "root": str(place.folder / "root"),
        "mounts": [[m.source, m.target, m.writable] for m in (*devices, *_mounts(place, system))],
        "links": [*system.links, ("/proc/self/fd", "/dev/fd")],
        "work": str(place.work),
        "network": place.network,
        "forks": place.forks,
    }
    steps = {"namespaces": plan, "landlock": _inside(place), **_filters(place), **_share(place)}
    return confined(steps, program)


def _landlock(place: Place, program: Sequence[str]) -> list[str]:
    mounts = [mount for mount in _mounts(place, look()) if mount.source is not None]
    plan = {
        # The forks of a zygote are other processes: it lets through what each of them sees of itself.
        "read": [
            *(mount.source for mount in mounts if not mount.writable),
            *(("/proc",) if place.forks else FACTS),
        ],
        "write": [str(place.folder), *DEVICES],
        "network": place.network,
        "needed": True,
    }
    # One user has one count of processes outside of a namespace: a limit would hit the user's other programs too.
    steps = {"landlock": plan, **_filters(place, not place.forks, apart=False), **_share(place, processes=False)}
    return confined(steps, program)


def _cell(room: Place) -> dict[str, Any]:
    """Namespaces of its own within the zygote's; of /proc only itself, since the others of the room are there."""
    inside = _inside(replace(room, forks=False))
    shown = [mount.target for mount in _mounts(room, look()) if mount.target != str(room.folder)]
    within = [path for path in shown if path.startswith(("/tmp/", "/dev/shm/"))]
    return {
        "cell": {"room": str(room.folder), "within": within},
        "landlock": {**inside, "read": [], "write": list(DEVICES)},
        "own": {"read": list(FACTS), "write": _folders(room)},
        **_filters(replace(room, forks=False), group=True),
    }


def _own_folder(room: Place) -> dict[str, Any]:
    """A lock within the zygote's: of what lies in the room, only its own."""
    read = [m.source for m in _mounts(room, look()) if m.source is not None and not m.writable]
    plan = {"read": read, "write": list(DEVICES), "network": room.network, "needed": True}
    own = {"read": list(FACTS), "write": []}
    return {"landlock": plan, "own": own, **_filters(replace(room, forks=False), group=True, apart=False)}


def _plain(place: Place, program: Sequence[str]) -> list[str]:
    return confined({**_share(place, processes=False)}, program)


@dataclass(frozen=True, slots=True)
class Mount:
    """Something shown inside; an empty folder where there is no source."""

    source: str | None
    target: str
    writable: bool = False


def _mounts(place: Place, system: System) -> list[Mount]:
    """In an order that works wherever fnkit, its data and its cache lie: also within /tmp or among hidden
    packages."""
    own = (*programs(), *place.read)
    return [
        *(Mount(source, target) for source, target in system.shown),
        *(Mount(None, folder) for folder in system.hidden),
        Mount(str(place.folder / "tmp"), "/tmp", True),
        Mount(str(place.folder / "shm"), "/dev/shm", True),
        *(Mount(str(path), str(path)) for path in own),
        Mount(str(place.folder), str(place.folder), True),
    ]


def _inside(place: Place) -> dict[str, Any]:
    """Landlock within namespaces, where all that can be seen may be read."""
    write = [*_folders(place), *DEVICES]
    if place.forks:  # who may not touch some files may not mount either: forks could not make themselves at home
        return {"read": [], "write": [], "network": place.network, "needed": False}
    return {"read": ["/"], "write": write, "network": place.network, "needed": False}


def _folders(place: Place) -> list[str]:
    """Its own, as they are named within namespaces."""
    return [str(place.folder), *SHARED]


def _filters(place: Place, group: bool = False, apart: bool = True) -> dict[str, Any]:
    """Seccomp, where the numbers of this machine's system calls are known."""
    return {"seccomp": seccomp.program(place.network, group, place.forks, apart)} if seccomp.supported() else {}


def _share(place: Place, processes: bool = True) -> dict[str, Any]:
    """What a place may use. A zygote has no limits of its own: its forks limit themselves.

    A template has those of its action, but all processors: its forks are to take others than it.
    """
    every = {"processors": os.cpu_count() or 1}
    if not place.memory:
        return {"limits": {"RLIMIT_CORE": 0}, **every}
    return {**share(place, processes), **(every if place.forks else {})}


def share(place: Place, processes: bool) -> dict[str, Any]:
    """Limits and processors. Source of the numbers: apache/openwhisk InvokerReactive.scala (docker run).

    Processors follow memory, as OpenWhisk's shares of processor time do. OpenBLAS and others reserve 32 MB and
    more for each processor that they see: on a large machine that alone would be over the limit.
    """
    limits = {
        "RLIMIT_DATA": place.memory * MIB,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_FSIZE": LARGEST_FILE,
        "RLIMIT_CORE": 0,
    }
    if processes:
        limits["RLIMIT_NPROC"] = PROCESSES
    return {"limits": limits, "processors": max(1, place.memory // MEMORY_PER_PROCESSOR)}


def confined(plan: dict[str, Any], program: Sequence[str]) -> list[str]:
    """The command that runs `program` in an interpreter that has locked itself in by `plan`."""
    return [str(interpreter()), "-I", "-S", "-X", "utf8", str(CONFINE), json.dumps(plan), *program]


def ladder(kernel: Kernel) -> tuple[Rung, ...]:
    """The rungs, from the one that stops most to the one that stops least, with what they stop on this kernel."""
    below = {MEMORY} if kernel.linux else set()
    alone = below | {FILES, SEEN} | ({NAMESPACES, DAEMONS, NETWORK} if kernel.filters else set())
    if kernel.landlock >= SCOPED:
        alone |= {SIGNALS, ABSTRACT}
    inside = alone | {SIGNALS, SOCKETS, DAEMONS, NETWORK} | (set() if kernel.root else {BOMBS})
    signals = "" if kernel.landlock >= SCOPED else "before Linux 6.12 forks could signal each other"
    nowhere = "" if kernel.linux and kernel.filters else "it takes Linux and a filter of system calls"

    def rung(name: str, stops: set[str], *ways: Any) -> Rung:
        stopped = tuple(claim for claim in CLAIMS if claim in stops)
        return Rung(name, stopped, tuple(claim for claim in CLAIMS if claim not in stops), *ways)

    return (
        rung("bubblewrap", inside, _bubblewrap, _cell, nowhere or signals, True),
        rung("namespaces", inside, _namespaces, _cell, nowhere or signals, True),
        rung("landlock", alone, _landlock, _own_folder, nowhere),
        rung("process", below, _plain, lambda room: {}, nowhere),
    )
