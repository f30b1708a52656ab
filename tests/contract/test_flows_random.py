"""Random flows give on a platform what they give in a dry run, and what Composer's own engine gives."""

import json
import os
import random
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fnkit.compose.dry import play
from tests.contract.test_npm import INSTALLED, SOURCES, modules  # noqa: F401 - a fixture
from tests.flows import bank, growing

AT_ONCE = 15
EXAMPLES = 4
SHARED = 100
MOST = 30
"""Actions that a random flow calls: a composition may call 50."""
LOCAL = {}
for _name, _code in growing.ACTIONS.items():
    _space: dict = {}
    exec(_code, _space)
    LOCAL[_name] = _space["main"]


def dry(node, n):
    """The result of a dry run, and how many actions it called."""
    played = play(node, {"n": n}, LOCAL)
    return played.result, growing.calls(played.events)


@pytest.fixture
def actions(action):
    for name, code in growing.ACTIONS.items():
        action(name, code)


def deployed(platform, name, which, n):
    answer = platform.call("POST", f"actions/{name}?blocking=true", json={"which": which, "n": n})
    assert answer.status_code in (200, 502), answer.text
    return answer.json()["response"]["result"]


@st.composite
def flows(draw):
    return growing.grow(lambda below: draw(st.integers(0, below - 1)), growing.FANNING)


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(grown=st.lists(flows(), min_size=AT_ONCE, max_size=AT_ONCE), n=st.integers(0, 9))
def test_a_random_flow_gives_on_the_platform_what_it_gives_dry(platform, action, actions, grown, n):
    expected = [dry(node, n) for node in grown]
    few = [which for which, (_, calls) in enumerate(expected) if calls <= MOST]
    assume(few)
    notes = [{"key": key, "value": True} for key in ("conductor", "provide-api-key")]
    executable = {"kind": "python:default", "code": bank.code(grown), "binary": True}
    body = {"exec": executable, "annotations": notes}
    assert platform.call("PUT", "actions/grown-bank?overwrite=true", json=body).status_code == 200
    for which in few:
        assert deployed(platform, "grown-bank", which, n) == expected[which][0], growing.grown_text(grown[which])
    platform.call("DELETE", "actions/grown-bank")


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
@pytest.mark.skipif(not INSTALLED.is_dir(), reason="the clients from npm are not installed")
def test_a_hundred_random_flows_give_what_composer_gives(platform, actions, clean, modules):  # noqa: F811
    """Compiled by openwhisk-composer, run by its engine on this platform; the inline functions are JavaScript."""
    chance, grown, expected = random.Random(6), [], []
    while len(grown) < SHARED:
        node, n = growing.grow(chance.randrange, growing.SHARED), len(grown) % 10
        result, calls = dry(node, n)
        if calls <= MOST and node.type not in ("action", "function", "literal", "empty"):
            grown.append(node)
            expected.append(result)
    made = subprocess.run(
        ["node", SOURCES / "bank.js"],
        input=json.dumps(list(growing.documents(grown))),
        env={**os.environ, "NODE_PATH": str(INSTALLED)},
        capture_output=True,
        text=True,
        check=True,
    )
    clean.append("actions/composed-bank")
    body = {
        "exec": {"kind": "nodejs:default", "code": made.stdout},
        "annotations": [{"key": "conductor", "value": True}],
    }
    assert platform.call("PUT", "actions/composed-bank?overwrite=true", json=body).status_code == 200
    kinds = {one.type for node in grown for _, one in node.walk()}
    assert kinds == set(growing.SHARED)
    for which, result in enumerate(expected):
        composed = deployed(platform, "composed-bank", which, which % 10)
        assert growing.plain(composed) == growing.plain(result), growing.grown_text(grown[which])
