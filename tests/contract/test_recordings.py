"""What a real OpenWhisk answered, exchange by exchange, against `fnkit serve --guest`.

The recordings lie beside the checkout and not in it; where they are not, this is skipped.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import fresh_platform

ROOT = Path(__file__).parents[2]
RECORDINGS = next(
    (found for folder in ROOT.parents if (found := folder / "shared" / "recordings").is_dir()),
    ROOT.parent / "shared" / "recordings",
)
SCENARIOS = sorted((RECORDINGS / "open").glob("*.json"))
OTHERWISE = {
    # JavaScript's error with the stack of the runtime's own files, which are not ours.
    ("invoke-nodejs", "POST /namespaces/_/actions/fi-js-broken"): {
        "body.json.response.result.error",
        "body.json.response.size",
    },
}
"""(scenario, call) → the places where a difference is known and right."""

pytestmark = pytest.mark.skipif(not SCENARIOS, reason="there are no recordings beside the checkout")


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    """A platform with OpenWhisk's guest and nothing in it."""
    started = fresh_platform(tmp_path_factory.mktemp("recordings") / "data", "--guest")
    yield started
    started.stop()


def missing(guest, kinds):
    """What of the recorded kinds this platform has not: a scenario that needs it is left out."""
    served = {one["kind"] for runtimes in guest.call("GET", "/").json()["runtimes"].values() for one in runtimes}
    return [kind for kind in kinds if kind not in served]


def test_every_recorded_exchange_is_the_same(guest, tmp_path):
    scenarios = [json.loads(path.read_text()) for path in SCENARIOS]
    recorded = scenarios[0]["server"]["variables"]
    if missing(guest, [recorded["py"]]):
        pytest.skip(f"recorded with {recorded['py']}, which this interpreter is not")
    left_out = ["nodejs"] if missing(guest, [recorded["js"]]) else []
    report = tmp_path / "report.json"
    command = [sys.executable, RECORDINGS / "replay.py", "--apihost", guest.apihost, "--auth", guest.auth]
    command += [word for need in left_out for word in ("--without", need)]
    subprocess.run([*command, "--summary", "--report", report, *SCENARIOS], check=False)
    exchanges = json.loads(report.read_text())
    played = [one for one in scenarios if not set(left_out) & set(one["needs"])]
    assert len(exchanges) == sum(len(one["exchanges"]) for one in played)
    assert [one for one in exchanges if not is_known(one)] == []


def is_known(exchange):
    """True where nothing differs, or only what is known to."""
    known = OTHERWISE.get((exchange["scenario"], exchange["call"]), set())
    return {where for where, *_ in exchange["differences"]} <= known
