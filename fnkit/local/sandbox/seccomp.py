"""The filter of system calls that an action has no use for, as a classic BPF program.

Pure: builds bytes. Each call is refused with EPERM, so that a program can say what it missed; `clone3` with
ENOSYS, so that the C library falls back to `clone`, whose flags can be looked at. Source of the format:
linux/filter.h, linux/seccomp.h; of the list: Docker's default profile, turned round.
"""

import base64
import platform
import struct
from collections.abc import Iterable

INSTRUCTION = struct.Struct("<HBBI")
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
X32 = 0x40000000
NEW_NAMESPACES = 0x7E020080
"""CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET | NEWTIME."""
TIOCSTI = 0x5412
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# name: (x86_64, aarch64); None where the architecture has no such call.
DENIED: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "swapon": (167, 224),
    "swapoff": (168, 225), "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "unshare": (272, 97), "setns": (308, 268),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "quotactl": (179, 60), "acct": (163, 89),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "sethostname": (170, 161), "setdomainname": (171, 162), "syslog": (103, 116), "vhangup": (153, 58),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "personality": (135, 92),
}  # fmt: skip
OWN = 0x7FFFFFFF
"""Stands for the number of the process in which the filter is installed: confine.py puts it there."""
OF_ANY_PROCESS: dict[str, tuple[tuple[int, int], int, int | None]] = {
    "prlimit64": ((302, 261), 0, None), "sched_setaffinity": ((203, 122), 0, None),
    "sched_setparam": ((142, 118), 0, None), "sched_setscheduler": ((144, 119), 0, None),
    "sched_setattr": ((314, 274), 0, None), "setpriority": ((141, 140), 1, 0), "ioprio_set": ((251, 30), 1, 1),
}  # fmt: skip
"""Calls that one user's processes may make of each other: (numbers, which argument names the process, what the
first one is where a single process is meant). Left for 0, the caller, and for OWN."""
IPC = {
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "mq_open": (240, 180), "mq_unlink": (241, 181),
}  # fmt: skip
"""What the processes of one user share by number or name, where no namespace is between them."""
LEAVING_THE_GROUP = {"setsid": (112, 157), "setpgid": (109, 154)}
CLONE, CLONE3, SOCKET, IOCTL = (56, 220), (435, 435), (41, 198), (16, 29)
FORKS_NEED = {
    "unshare": (0, (0x10000000 | 0x20000 | 0x8000000,)),  # CLONE_NEWUSER | NEWNS | NEWIPC
    "mount": (3, (0x5000,)),  # MS_BIND | MS_REC
}
"""What a fork of a zygote does before it locks itself in: (argument, the only values that it may have)."""


def supported() -> bool:
    """True where the numbers of this machine's calls are known."""
    return platform.machine() in ARCHITECTURES


def program(network: bool, group: bool, forks: bool = False, apart: bool = True) -> str:
    """The filter as base64. `network` false takes sockets other than local ones; `group` true, setsid and
    setpgid; `forks` leaves FORKS_NEED; `apart` false, where the user's other processes are in the same
    namespaces, takes IPC."""
    column = list(ARCHITECTURES).index(platform.machine())
    families = (AF_UNIX, AF_INET, AF_INET6, AF_NETLINK) if network else (AF_UNIX,)
    denied = {**DENIED, **(LEAVING_THE_GROUP if group else {}), **({} if apart else IPC)}
    steps = [
        *_only_on(ARCHITECTURES[platform.machine()]),
        *_unless_equal(CLONE[column], _if_any_bit(0, NEW_NAMESPACES, EPERM)),
        *_unless_equal(CLONE3[column], [_refuse(ENOSYS)]),
        *_unless_equal(SOCKET[column], _if_none_of(0, families, EAFNOSUPPORT)),
        *_unless_equal(IOCTL[column], _if_any_of(1, (TIOCSTI,), EPERM)),
    ]
    for name, numbers in denied.items():
        if (number := numbers[column]) is not None:
            left = FORKS_NEED.get(name) if forks else None
            steps += _unless_equal(number, _if_none_of(*left, EPERM) if left else [_refuse(EPERM)])
    for all_numbers, process, kind in OF_ANY_PROCESS.values():
        alone = [] if kind is None else [_argument(0), INSTRUCTION.pack(EQUAL, 1, 0, kind), _refuse(EPERM)]
        # Forks do not get back what their zygote was refused; in namespaces of its own, there are only they.
        which = [] if forks and apart else _if_none_of(process, (0, OWN), EPERM)
        steps += _unless_equal(all_numbers[column], [*alone, *(which or [INSTRUCTION.pack(RETURN, 0, 0, ALLOW)])])
    steps.append(INSTRUCTION.pack(RETURN, 0, 0, ALLOW))
    return base64.b64encode(b"".join(steps)).decode()


def _only_on(architecture: int) -> list[bytes]:
    """Another architecture's calls have other numbers: killed. The x32 numbers: refused. Then load the number."""
    return [
        INSTRUCTION.pack(LOAD, 0, 0, ARCHITECTURE),
        INSTRUCTION.pack(EQUAL, 1, 0, architecture),
        INSTRUCTION.pack(RETURN, 0, 0, KILL),
        INSTRUCTION.pack(LOAD, 0, 0, NUMBER),
        INSTRUCTION.pack(AT_LEAST, 0, 1, X32),
        _refuse(ENOSYS),
    ]


def _refuse(error: int) -> bytes:
    return INSTRUCTION.pack(RETURN, 0, 0, ERRNO | error)


def _unless_equal(number: int, body: list[bytes]) -> list[bytes]:
    """Skip `body` where the accumulator is not `number`."""
    return [INSTRUCTION.pack(EQUAL, 0, len(body), number), *body]


def _argument(index: int) -> bytes:
    """Load the low half of an argument, the one that int arguments use."""
    return INSTRUCTION.pack(LOAD, 0, 0, ARGUMENTS + 8 * index)


def _if_any_bit(index: int, bits: int, error: int) -> list[bytes]:
    return [
        _argument(index),
        INSTRUCTION.pack(ANY_BIT, 0, 1, bits),
        _refuse(error),
        INSTRUCTION.pack(RETURN, 0, 0, ALLOW),
    ]


def _if_any_of(index: int, values: Iterable[int], error: int) -> list[bytes]:
    checks = [step for value in values for step in _unless_equal(value, [_refuse(error)])]
    return [_argument(index), *checks, INSTRUCTION.pack(RETURN, 0, 0, ALLOW)]


def _if_none_of(index: int, values: Iterable[int], error: int) -> list[bytes]:
    allow = INSTRUCTION.pack(RETURN, 0, 0, ALLOW)
    checks = [step for value in values for step in _unless_equal(value, [allow])]
    return [_argument(index), *checks, _refuse(error)]
