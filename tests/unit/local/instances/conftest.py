"""Each rung of the ladder, and benches on them."""

import asyncio
from pathlib import Path

import pytest

from fnkit.local.sandbox.ladder import probe
from fnkit.local.sandbox.rung import Rung
from tests.unit.local.instances.bench import LADDER, Bench


@pytest.fixture(scope="session")
def why_not(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """Rung → why it does not work on this machine, None where it does."""

    async def ask() -> dict[str, str | None]:
        return {rung.name: await probe(rung, tmp_path_factory.mktemp("probe") / "place") for rung in LADDER}

    return asyncio.run(ask())


@pytest.fixture(params=LADDER, ids=lambda rung: rung.name)
def rung(request: pytest.FixtureRequest, why_not: dict[str, str | None]) -> Rung:
    """Each rung of the ladder; skipped by name where it does not work here."""
    if trouble := why_not[request.param.name]:
        pytest.skip(f"{request.param.name} does not work on this machine: {trouble}")
    chosen: Rung = request.param
    return chosen


@pytest.fixture(params=(False, True), ids=("process", "fork"))
def bench(tmp_path: Path, rung: Rung, request: pytest.FixtureRequest) -> Bench:
    """A bench on each rung, where instances are processes of their own and where they are forks."""
    if request.param and rung.no_forks:
        pytest.skip(f"nothing is forked on {rung.name}: {rung.no_forks}")
    return Bench(tmp_path, rung, forks=request.param)


@pytest.fixture
def plain(tmp_path: Path) -> Bench:
    """A bench on the plain rung, for what no rung changes."""
    return Bench(tmp_path, LADDER[-1])


@pytest.fixture
def forks(tmp_path: Path, rung: Rung) -> Bench:
    """A bench on each rung on which instances are forks."""
    if rung.no_forks:
        pytest.skip(f"nothing is forked on {rung.name}: {rung.no_forks}")
    return Bench(tmp_path, rung, forks=True)


@pytest.fixture
def highest(tmp_path: Path, why_not: dict[str, str | None]) -> Bench:
    """A bench on the rung that this machine uses, where it has templates."""
    rung = next(rung for rung in LADDER if why_not[rung.name] is None)
    if rung.no_forks or not rung.own_view:
        pytest.skip(f"there are no templates on {rung.name}")
    return Bench(tmp_path, rung, forks=True)
