"""Which rung is chosen, and what a filter is made of."""

import asyncio
import base64
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fnkit.core.errors import PlatformFault
from fnkit.local.sandbox import seccomp
from fnkit.local.sandbox.kernel import Kernel
from fnkit.local.sandbox.ladder import choose
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import ladder
from tests.unit.local.instances.bench import LADDER


def missing(_: Place, program: Sequence[str]) -> list[str]:
    return ["no-program-of-that-name", *program]


def refused(_: Place, __: Sequence[str]) -> list[str]:
    return ["sh", "-c", "echo 'setting up uid map: Permission denied' >&2; exit 1"]


PLAIN = LADDER[-1]
NOT_THERE = replace(LADDER[0], name="not there", wrap=missing)
REFUSED = replace(LADDER[0], name="refused", wrap=refused)


def test_the_first_that_works(tmp_path: Path) -> None:
    choice = asyncio.run(choose(tmp_path / "probe", (NOT_THERE, REFUSED, PLAIN)))
    assert choice.rung is PLAIN
    assert [rung.name for rung, _ in choice.skipped] == ["not there", "refused"]
    assert "no-program-of-that-name" in choice.skipped[0][1]
    assert choice.skipped[1][1] == "setting up uid map: Permission denied"
    assert not list(tmp_path.iterdir())


def test_none_works(tmp_path: Path) -> None:
    with pytest.raises(PlatformFault, match="not there"):
        asyncio.run(choose(tmp_path / "probe", (NOT_THERE, REFUSED)))


def test_the_highest_that_works_here(tmp_path: Path, why_not: dict[str, str | None]) -> None:
    works = next(rung for rung in LADDER if why_not[rung.name] is None)
    assert asyncio.run(choose(tmp_path / "probe")).rung == works


def test_every_rung_says_something_of_itself() -> None:
    assert [rung.name for rung in LADDER] == ["bubblewrap", "namespaces", "landlock", "process"]
    for rung in LADDER:
        assert rung.does_not_stop
        assert not set(rung.stops) & set(rung.does_not_stop)


@pytest.mark.skipif(not seccomp.supported(), reason="the numbers of this machine's system calls are not known")
@pytest.mark.parametrize("network", [True, False])
@pytest.mark.parametrize("group", [True, False])
def test_a_filter_is_well_formed(network: bool, group: bool) -> None:
    """Every jump lands within the program, and every path ends in a return."""
    code = base64.b64decode(seccomp.program(network, group))
    steps = [struct.unpack("<HBBI", code[at : at + 8]) for at in range(0, len(code), 8)]
    assert len(steps) < 4096
    for at, (what, yes, no, _) in enumerate(steps):
        if what in (seccomp.EQUAL, seccomp.AT_LEAST, seccomp.ANY_BIT):
            assert at + 1 + max(yes, no) < len(steps)
    assert steps[-1] == (seccomp.RETURN, 0, 0, seccomp.ALLOW)


def test_a_rung_claims_no_more_than_its_kernel_has() -> None:
    """Without Landlock's scopes, without filters, as root: each takes claims away, and none is lost from sight."""
    best = Kernel(linux=True, landlock=7, filters=True, root=False)
    everything = {claim for rung in ladder(best) for claim in (*rung.stops, *rung.does_not_stop)}
    for worse in (replace(best, landlock=3), replace(best, filters=False), replace(best, root=True)):
        pairs = list(zip(ladder(best), ladder(worse), strict=True))
        assert all(set(high.stops) >= set(low.stops) for high, low in pairs)
        assert any(set(high.stops) > set(low.stops) for high, low in pairs)
        assert all({*low.stops, *low.does_not_stop} == everything for _, low in pairs)
    assert ladder(replace(best, linux=False))[-1].stops == ()
