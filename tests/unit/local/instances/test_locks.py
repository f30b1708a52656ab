"""What forks find ready: rules that each has for itself, a filter with its own number, points to mount on."""

import os
import struct
import tempfile
from pathlib import Path
from typing import Any

import pytest

from fnkit.local.sandbox import confine, seccomp
from fnkit.local.sandbox.kernel import kernel
from fnkit.local.zygote import points

KERNEL = kernel()


def lock(steps: dict[str, Any]) -> Any:
    """As a zygote makes it."""
    return confine.part("lock").Lock(steps, confine, confine.c_library())


@pytest.mark.skipif(not KERNEL.landlock, reason="the kernel has no Landlock")
def test_rules_once_used_are_no_other_forks() -> None:
    """A fork adds its own folder to them: in its zygote they are gone then."""
    plan = {"read": ["/usr"], "write": ["/dev/null"], "network": True, "needed": True}
    made = lock({"landlock": plan, "own": {"read": [], "write": []}})
    assert not made.ready
    made.prepare()
    first = made.rules[0]
    made.prepare()
    assert (made.ready, made.rules[0]) == (True, first)
    made.spend()
    assert not made.ready
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(first)


def test_where_there_are_no_rules_nothing_is_to_be_made() -> None:
    made = lock({})
    assert made.ready
    made.prepare()
    made.spend()
    assert made.ready


@pytest.mark.skipif(not KERNEL.filters, reason="the numbers of this machine's calls are not known")
def test_a_filter_made_ahead_knows_the_process_that_installs_it() -> None:
    """Made in one process, installed in another: what is in it is the other's number, each time."""
    prepared = confine.filter_of(seccomp.program(network=True, group=True))
    given: list[bytes] = []
    confine.filter_system_calls(prepared, lambda *told: given.append(prepared[1].raw) or 0)
    numbers = struct.unpack(f"<{len(given[0]) // 4}I", given[0])[1::2]
    assert confine.OWN not in numbers
    assert numbers.count(os.getpid()) == len(prepared[2]) > 0


def test_what_lies_within_tmp_has_a_point_in_a_forks_folder() -> None:
    """Folders only, and of those that lie within each other the innermost."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        folder = Path(made)
        (folder / "file").touch()
        (folder / "in").mkdir()
        cell = {"room": made, "within": [str(folder / "file"), str(folder / "gone"), "/dev/shm", "/usr"]}
        assert points({"cell": cell}) == (f"tmp/{folder.name}",)
        inner = {"room": made, "within": [str(folder / "in")]}
        assert points({"cell": inner}) == (f"tmp/{folder.name}/in",)
    assert points({}) == ()
