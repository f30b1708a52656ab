"""Landlock: the process gives up every file, socket and signal that is not on its list.

Ships alone. The plan: `read` and `write`, lists of paths (those that are not there are left out; where both are
empty, files are left alone), `network`, and `needed`: false where another lock does without it on a kernel that
has none.
Needs no privilege. Source: Linux Documentation/userspace-api/landlock.rst.
"""

import errno
import os
import stat
import struct
from collections.abc import Callable, Iterable
from typing import Any

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
VERSION = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All file rights from an ABI version on."""
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
READ = EXECUTE | READ_FILE | READ_DIR
TCP = 3
"""Bind and connect, from ABI 4 on."""
SCOPES = 3
"""Abstract sockets and signals stay inside, from ABI 6 on."""
ATTRIBUTES, BENEATH = struct.Struct("=QQQ"), struct.Struct("=Qi")
"""struct landlock_ruleset_attr, struct landlock_path_beneath_attr."""


Rules = tuple[int, int]
"""The descriptor of a set of rules, and the rights to files that it handles."""


def restrict(plan: dict[str, Any], call: Callable[..., int]) -> None:
    """Apply the plan to this process and all it will start. Raises OSError where that fails."""
    rules = prepare(plan, call)
    if rules is not None:
        enforce(rules, (), (), call)


def prepare(plan: dict[str, Any], call: Callable[..., int]) -> "Rules | None":
    """The plan as rules that `enforce` applies, in this process or in one forked from it; None for none.

    Raises OSError.
    """
    try:
        version = call("syscall", CREATE_RULESET, None, 0, VERSION)
    except OSError:
        if plan["needed"]:
            raise
        return None
    files = plan["read"] or plan["write"]
    handled = max(rights for since, rights in RIGHTS.items() if since <= version) if files else 0
    network = TCP if version >= 4 and not plan["network"] else 0
    scopes = SCOPES if version >= 6 else 0
    if not (handled or network or scopes):
        return None  # the kernel refuses an empty set
    # Older kernels take a shorter structure; a longer one is fine where the rest is zero.
    attributes = ATTRIBUTES.pack(handled, network, scopes)
    ruleset = call("syscall", CREATE_RULESET, attributes, len(attributes), 0)
    try:
        add((ruleset, handled), plan["read"], plan["write"], call)
    except OSError:
        os.close(ruleset)
        raise
    return ruleset, handled


def enforce(rules: Rules, read: Iterable[str], write: Iterable[str], call: Callable[..., int]) -> None:
    """Apply rules, with these paths besides, to this process and all it will start: once. Raises OSError."""
    add(rules, read, write, call)
    call("syscall", RESTRICT_SELF, rules[0], 0)
    os.close(rules[0])


def add(rules: Rules, read: Iterable[str], write: Iterable[str], call: Callable[..., int]) -> None:
    """Let these through."""
    ruleset, handled = rules
    for path in read:
        allow(ruleset, path, READ, call)
    for path in write:
        allow(ruleset, path, handled, call)


def allow(ruleset: int, path: str, rights: int, call: Callable[..., int]) -> None:
    """Let through what lies beneath `path`, or that file."""
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise  # it may well be there
        return
    if not stat.S_ISDIR(os.fstat(parent).st_mode):
        rights &= OF_FILES
    call("syscall", ADD_RULE, ruleset, PATH_BENEATH, BENEATH.pack(rights, parent), 0)
    os.close(parent)
