"""A root, a process tree, a host name and a network of its own, without a program that is installed for it.

Ships alone. The plan: `root`, an empty folder to build on; `mounts`, a list of [source, target, writable], where
a source of null is an empty folder; `links`, a list of [text, path]; `work`, where to be in the end; `network`,
false for none; `forks`, true where forks of this process will make namespaces of their own.

Three processes come of one: the first waits outside, the second is process 1 inside and collects what ends, the
third goes on. When one of the first two ends, everything inside ends with it.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x4000000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_SETATTR = 442
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
READ_ONLY, NO_SUID, NO_DEVICES = 1, 2, 4
PR_SET_PDEATHSIG, PR_CAPBSET_DROP = 1, 24
LAST_CAPABILITY = 63
SETFCAP = 31
"""Without it, nobody may give user 0 a namespace of its own."""
CAPABILITY_VERSION = 0x20080522

Call = Callable[..., int]


def enter(plan: dict[str, Any], call: Call) -> None:
    """Return in a new process, inside; the one that called never returns."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS
    call("unshare", flags if plan["network"] else flags | CLONE_NEWNET)
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{user} {user} 1")
    write("/proc/self/gid_map", f"{group} {group} 1")
    stay_behind(call)
    build(plan, call)
    drop_capabilities(call, (SETFCAP,) if plan["forks"] else ())
    stay_behind(call)
    os.chdir(plan["work"])


def write(path: str, text: str) -> None:
    """In one write, so that a refusal is raised here and not in close."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def stay_behind(call: Call) -> None:
    """Fork: the new process returns, the old one waits for it, ends as it ended, and holds nothing open."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # Across the border of a process namespace the parent's number reads 0.
        if os.getppid() not in (parent, 0):
            os._exit(1)
        return
    os.closerange(0, 4096)
    while True:
        ended, status = os.wait()
        if ended == child:
            os._exit(os.waitstatus_to_exitcode(status) & 255)


def build(plan: dict[str, Any], call: Call) -> None:
    """Make the new root from the plan and leave the old one."""
    root = plan["root"]
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    call("mount", b"tmpfs", root.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, b"size=1m,mode=755")
    empty = [root + target for source, target, _ in plan["mounts"] if source is None]
    for source, target, writable in plan["mounts"]:
        if source is None:
            call("mount", b"tmpfs", (root + target).encode(), b"tmpfs", MS_NOSUID | MS_NODEV, b"size=64k,mode=755")
        else:
            bind(source, root + target, writable, call)
    for text, path in plan["links"]:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)  # noqa: PTH103, PTH120
        os.symlink(text, root + path)  # noqa: PTH211
    for target in empty:
        set_attributes(target, READ_ONLY, 0, call)
    os.makedirs(root + "/proc", exist_ok=True)  # noqa: PTH103
    call("mount", b"proc", (root + "/proc").encode(), b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None)
    os.chdir(root)
    call("syscall", PIVOT_ROOT[os.uname().machine], b".", b".")
    call("umount2", b".", MNT_DETACH)
    set_attributes("/", READ_ONLY, 0, call)
    os.chdir("/")


def bind(source: str, target: str, writable: bool, call: Call) -> None:
    """Show `source` at `target`, with what is mounted beneath it."""
    if os.path.isdir(source):  # noqa: PTH112
        os.makedirs(target, exist_ok=True)  # noqa: PTH103
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        if not os.path.exists(target):  # noqa: PTH110
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    call("mount", source.encode(), target.encode(), None, MS_BIND | MS_REC, None)
    if not source.startswith("/dev/"):
        set_attributes(target, NO_SUID | NO_DEVICES | (0 if writable else READ_ONLY), AT_RECURSIVE, call)


def set_attributes(path: str, attributes: int, flags: int, call: Call) -> None:
    """Set attributes of a mount."""
    import ctypes

    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    call("syscall", MOUNT_SETATTR, AT_FDCWD, path.encode(), flags, wanted, ctypes.sizeof(wanted))


def drop_capabilities(call: Call, kept: tuple[int, ...] = ()) -> None:
    """Give up every capability inside but `kept`, and the means to get one back."""
    for capability in range(LAST_CAPABILITY + 1):
        try:
            if capability not in kept:
                call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
        except OSError:
            break  # past the last one that this kernel knows
    set_capabilities(call, kept)


def set_capabilities(call: Call, kept: tuple[int, ...] = ()) -> None:
    """Have `kept` and no others."""
    from struct import pack  # a type of ctypes would cost each fork 0.2 ms

    mask = sum(1 << capability for capability in kept)
    call("capset", pack("=II", CAPABILITY_VERSION, 0), pack("=6I", mask, mask, 0, 0, 0, 0))
