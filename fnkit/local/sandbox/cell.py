"""A fork's own view within the sandbox of its zygote: its folder in the place of the room, its own shared memory.

Ships alone. The plan: `room`, the zygote's folder, in which those of all its forks lie; `own`, that of this fork;
`within`, what has to be seen again since it lies within /tmp or /dev/shm.
"""

import os
from collections.abc import Callable
from typing import Any

NEW = 0x10000000 | 0x20000 | 0x8000000
"""CLONE_NEWUSER | NEWNS | NEWIPC. The filter of a zygote lets through exactly this."""
BIND = 4096 | 16384
"""MS_BIND | MS_REC, likewise: what is read-only stays so."""

Call = Callable[..., int]


def enter(plan: dict[str, Any], call: Call, namespaces: Any) -> None:
    """Hide the room and go to one's own folder, which takes its name; `namespaces` is the module of that name."""
    user, group = os.getuid(), os.getgid()
    call("unshare", NEW)
    namespaces.write("/proc/self/setgroups", "deny")
    namespaces.write("/proc/self/uid_map", f"{user} {user} 1")
    namespaces.write("/proc/self/gid_map", f"{group} {group} 1")
    room, own = plan["room"], plan["own"]
    shown = {"/tmp": f"{own}/tmp", "/dev/shm": f"{own}/shm", **{path: path for path in plan["within"]}, room: own}
    # Opened before anything is hidden: the room may lie within /tmp.
    opened = [(target, os.open(source, os.O_PATH | os.O_CLOEXEC)) for target, source in shown.items()]
    for target, source in opened:
        make_point(target, f"/proc/self/fd/{source}")
        call("mount", f"/proc/self/fd/{source}".encode(), target.encode(), None, BIND, None)
        os.close(source)
    namespaces.set_capabilities(call)
    os.chdir(f"{room}/action")


def make_point(target: str, source: str) -> None:
    """Something to mount on, where there is nothing."""
    if os.path.exists(target):  # noqa: PTH110
        return
    if os.path.isdir(source):  # noqa: PTH112
        os.makedirs(target)  # noqa: PTH103
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
