"""Flows on a platform: deployed as functions are, run to their ends, and what a flow that goes wrong says."""

import shutil
from dataclasses import dataclass

import boto3
import pytest
from moto.server import ThreadedMotoServer

from fnkit import compose, verbs
from fnkit.compose import session
from fnkit.compose.nodes import from_json
from fnkit.compose.trace import Event, told
from fnkit.context import Program
from fnkit.core.entities import Activation
from fnkit.core.errors import ActionFailed, BadArgument, BadCell, TooLarge
from fnkit.core.names import FLOW, ActionName
from fnkit.whisk.client import Client
from fnkit.whisk.props import load
from tests.contract.conftest import SLOW, new_user

BEST = 10


def score(n: int = 0):
    return {"n": n, "score": n * 10}


def double(n: int, score: int = 0):
    return {"n": n * 2}


def marked(r):
    r["marked"] = r["n"] > BEST


@dataclass
class Asked:
    """What the verbs work with: this client."""

    client: Client
    face: Program = Program()  # noqa: RUF009 - it holds nothing


@pytest.fixture
def asked(client):
    return Asked(client)


@pytest.fixture
def names(clean):
    """Names of actions that go after the test."""

    def take(*taken):
        clean.extend(f"actions/{name}" for name in taken)
        return taken[0]

    return take


def chosen():
    good = compose.sequence(compose.action("cf-double", double), marked)
    return compose.action("cf-score", score) >> compose.when(
        lambda r: r["score"] >= 61, good, otherwise=lambda r: {"rejected": r["n"]}
    )


def deploy(flow, name, asked, **options):
    return verbs.deploy(flow, name, context=asked, with_actions=True, **options)


def run(name, asked, **given):
    return verbs.invoke(name, given, context=asked, result=True)


def steps(platform, record):
    """The name of each activation that a run lists, and what it tells of the flow."""
    found = [Activation.from_json(platform.record(one)) for one in record["logs"]]
    return [(one.name, [*told(one)]) for one in found]


def failed(name, asked, **given):
    """The one error of a run that fails."""
    return broken(name, asked, **given)[0]


def broken(name, asked, **given):
    """The one error of a run that fails, and the steps that its session's picture shows as failed."""
    with pytest.raises(ActionFailed) as failure:
        run(name, asked, **given)
    found = session.find(asked.client, failure.value.activation_id)
    assert (found.state, found.run.error) == ("failed", found.result["error"])
    cards = [line.strip() for line in found.flow().mermaid.splitlines() if line.endswith(":::failed")]
    return failure.value.found, cards


def test_a_flow_is_deployed_with_its_actions_and_answers_as_it_does_dry(asked, names):
    names("cf-chosen", "cf-score", "cf-double")
    first = deploy(chosen(), "cf-chosen", asked, test={"n": 9}, memory=128)
    assert [str(plan.name) for plan in first.plan.needs] == ["cf-score", "cf-double"]
    assert (first.did, first.check.result) == ("created", {"n": 18, "marked": True})
    for n in (3, 9):
        assert run("cf-chosen", asked, n=n) == chosen().run(n=n)
    again = deploy(chosen(), "cf-chosen", asked, test={"n": 9}, memory=128)
    assert (again.did, [plan.change for plan in again.plan.needs]) == ("unchanged", ["unchanged", "unchanged"])
    other = deploy(chosen(), "cf-chosen", asked, memory=256)
    assert (other.did, other.plan.reasons) == ("updated", ("memory: 128 → 256 MB",))


def test_the_action_gives_the_flow_back(asked, names):
    names("cf-chosen", "cf-score", "cf-double")
    deploy(chosen(), "cf-chosen", asked)
    action = asked.client.actions.get(ActionName.parse("cf-chosen"))
    assert from_json(action.annotations[FLOW]) == from_json(chosen().to_json())
    assert action.annotations["conductor"] is True
    assert action.annotations["provide-api-key"] is False, "it starts nothing itself"


def test_a_turn_of_the_conductor_for_each_action_and_no_more(platform, asked, names):
    names("cf-chosen", "cf-score", "cf-double")
    deploy(chosen(), "cf-chosen", asked)
    call = verbs.invoke("cf-chosen", {"n": 9}, context=asked)
    ran = steps(platform, platform.record(call.id))
    assert [name for name, _ in ran] == ["cf-chosen", "cf-score", "cf-chosen", "cf-double", "cf-chosen"]
    assert Event("choice", "0.1", True) in ran[2][1]


def test_branches_of_a_flow(asked, names):
    names("cf-fan", "cf-double")
    act = compose.action("cf-double", double)
    wide = compose.let(
        {"by": 3}, compose.parallel(act, compose.sequence(act, lambda r, v: {"n": r["n"] * v["by"]}))
    )
    deep = compose.map(compose.sequence(act, lambda r: {"value": [r, r]}, compose.map(act)))
    flow = (
        compose.merge(wide, lambda r: {"wide": r["value"]})
        >> (lambda r: {**r, "value": [{"n": 1}, {"n": 2}]})
        >> deep
    )
    deploy(flow, "cf-fan", asked)
    assert (
        run("cf-fan", asked, n=1)
        == flow.run(n=1)
        == {"value": [{"value": [{"n": 4}] * 2}, {"value": [{"n": 8}] * 2}]}
    )


@pytest.mark.parametrize("slots", [2, 6])
def test_fan_out_within_fan_out_ends_in_a_namespace_that_may_start_little(embedded, slots):
    with new_user(embedded, f"ct-flows-{slots}", concurrentInvocations=slots) as user:
        asked = Asked(Client(load({"apihost": user.apihost, "auth": user.auth})))
        inner = compose.sequence(
            compose.action("cf-double", double), lambda r: {"value": [r, r, r]}, compose.map("cf-double")
        )
        flow = compose.map(inner)
        deploy(flow, "cf-narrow", asked)
        assert len(run("cf-narrow", asked, value=[{"n": n} for n in range(4)])["value"]) == 4
        for name in ("cf-narrow", "cf-double"):
            asked.client.actions.delete(ActionName(name))


def test_any_openwhisk_joins_branches_with_a_small_action(platform, plain, clean, names):
    clean.append("packages/fnkit")
    names("cf-plain", "cf-double", "fnkit/join")
    asked = Asked(plain)
    flow = compose.map(compose.action("cf-double", double), lambda r: {"n": r["n"] + 1})
    receipt = deploy(flow, "cf-plain", asked)
    assert [str(plan.name) for plan in receipt.plan.needs] == ["cf-double", "fnkit/join"]
    call = verbs.invoke("cf-plain", {"value": [{"n": 1}, {"n": 2}]}, context=asked)
    assert call.result == {"value": [{"n": 3}, {"n": 5}]}
    ran = steps(platform, platform.record(call.id))
    assert [name for name, _ in ran] == ["cf-plain", "join", "cf-plain"]


def test_a_thousand_items(asked, names):
    names("cf-map", "cf-double")
    flow = compose.map(compose.action("cf-double", double))
    deploy(flow, "cf-map", asked)
    result = run("cf-map", asked, value=[{"n": n} for n in range(1000)])
    assert result == {"value": [{"n": 2 * n} for n in range(1000)]}


# Bad input


def test_a_missing_action_is_named_before_the_deploy_and_at_run(asked, names):
    names("cf-lost", "cf-double")
    flow = compose.sequence(compose.action("cf-double", double))
    with pytest.raises(BadArgument, match=r"node 0\.0 \(cf-double\).*with-actions"):
        verbs.deploy(flow, "cf-lost", context=asked)
    with pytest.raises(BadArgument, match=r"node 0\.1 \(cf-nowhere\).*has no action cf-nowhere"):
        deploy(compose.sequence(lambda r: r, "cf-nowhere"), "cf-lost", asked)
    deploy(flow, "cf-lost", asked)
    asked.client.actions.delete(ActionName("cf-double"))
    assert "0.0 (cf-double): Failed to resolve action" in failed("cf-lost", asked, n=1)


@pytest.mark.parametrize(
    ("code", "limits", "said"),
    [
        ("def main(args):\n    return 1 // 0\n", {}, "0.1 (cf-bad): integer division or modulo by zero"),
        ("def main(args):\n    return None\n", {}, "0.1 (cf-bad): The action did not produce a valid JSON"),
        ("def main(args):\n    return 3\n", {}, "0.1 (cf-bad): The action did not return a dictionary or array."),
        ("def main(args):\n    return [1]\n", {}, "0.1 (cf-bad): Failed to resolve action"),
        (SLOW, {"timeout": 200}, "0.1 (cf-bad): The action exceeded its time limits of 200 milliseconds."),
    ],
)
def test_a_step_that_fails_is_named(asked, names, action, code, limits, said):
    action("cf-bad", code, limits=limits)
    names("cf-fails")
    deploy(compose.sequence(lambda r: {"s": 30}, "cf-bad", "cf-bad"), "cf-fails", asked)
    error, (card,) = broken("cf-fails", asked)
    assert said in error
    reason = said.partition(": ")[2]
    assert card.split("[")[1].startswith(f'"cf-bad · {reason}'), "the session shows where, and why"


def test_too_many_steps_and_a_condition_that_raises_are_named(asked, names, action):
    action("cf-echo")
    names("cf-endless", "cf-raising", "cf-itself")
    deploy(compose.loop(lambda r: True, compose.attempt("cf-echo", "cf-echo")), "cf-endless", asked)
    error, (card,) = broken("cf-endless", asked)
    assert "0.body.body (cf-echo): Too many actions in the composition." in error
    assert "Too many actions" in card
    deploy(compose.when(lambda r: r["lost"] > 1, "cf-echo"), "cf-raising", asked)
    error, (card,) = broken("cf-raising", asked)
    assert "0.test (lambda r: r[\"lost\"] > 1): KeyError: 'lost'" in error
    assert card.startswith("n2{{") and "KeyError: 'lost'" in card
    deploy(compose.sequence("cf-echo"), "cf-itself", asked)
    deploy(compose.sequence("cf-itself"), "cf-itself", asked)
    assert "Too many actions in the composition." in failed("cf-itself", asked)


def test_a_flow_that_is_deployed_anew_while_it_runs_says_so(platform, asked, names, action):
    action("cf-echo")
    names("cf-anew")
    state = {"$fnkit": {"stack": [{"node": "0.1"}], "session": "s", "flow": "another"}}
    deploy(compose.sequence("cf-echo"), "cf-anew", asked)
    assert "deployed anew while the run was at node 0.1" in failed("cf-anew", asked, **state)


def test_a_state_beyond_the_limit_names_the_node(asked, names, action):
    action("cf-echo")
    names("cf-large")
    deploy(compose.sequence(lambda r: {"text": "x" * 600_000}, compose.retain("cf-echo")), "cf-large", asked)
    assert "0.1.0 (cf-echo): its input has 600," in failed("cf-large", asked)


def kept(platform, prefix):
    found = platform.call("GET", f"/fnkit/v1/objects?prefix={prefix}").json()["objects"]
    return [one["key"] for one in found]


def large(r):
    return {"n": r["n"], "text": "x" * 600_000}


def wide():
    """A flow whose state is too large at two calls, in a branch and while it waits for branches."""
    act = compose.action("cf-double", double)
    each = compose.map(compose.sequence(large, compose.retain(act), lambda r: {"n": r["result"]["n"]}))
    twice = compose.sequence(large, compose.retain(act), lambda r: {**r["params"], **r["result"]})
    fan = compose.merge(lambda r: {"value": [{"n": n, "text": r["text"]} for n in range(2)]}, each)
    return compose.sequence(twice, twice, fan, lambda r: {"n": r["n"], "each": r["value"]})


def test_a_state_beyond_the_limit_goes_through_a_store_if_asked_for(embedded, asked, names):
    names("cf-kept", "cf-double")
    flow = wide().stored("objects:cf-kept")
    deploy(flow, "cf-kept", asked)
    answer = run("cf-kept", asked, n=1)
    assert answer == flow.run(n=1) == {"n": 4, "each": [{"n": 0}, {"n": 2}]}
    assert flow.run(n=1) != wide().run(n=1)
    assert kept(embedded, "cf-kept/") == [], "what a run and its branches kept goes with them"


@pytest.fixture
def s3(monkeypatch):
    """A bucket's URL and its endpoint; keys where a deploy finds secrets."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "only-a-test")
    made = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
    made.create_bucket(Bucket="photos")
    yield made
    server.stop()


def test_any_openwhisk_has_a_bucket_for_large_states(plain, names, clean, s3):
    clean.append("packages/fnkit")
    names("cf-bucket", "cf-double", "fnkit/join")
    asked, at = Asked(plain), s3.meta.endpoint_url
    flow = wide().stored("s3://photos/cf-bucket", endpoint=at)
    deploy(flow, "cf-bucket", asked)
    assert "0.0.1.0 (cf-double): the state of the flow could not be kept: s3://photos/cf-bucket: " in (
        missing := failed("cf-bucket", asked, n=1)
    )
    assert "no AWS_ACCESS_KEY_ID and no AWS_SECRET_ACCESS_KEY; deploy it with --secret" in missing
    deploy(flow, "cf-bucket", asked, secret=["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    assert run("cf-bucket", asked, n=1) == flow.run(n=1)
    assert s3.list_objects_v2(Bucket="photos", Prefix="cf-bucket/")["KeyCount"] == 0, (
        "what was kept goes with the run"
    )
    with pytest.raises(BadArgument, match="no object store of its own, which objects:flows means"):
        deploy(wide().stored("objects:flows"), "cf-bucket", asked)


def test_what_cannot_travel_is_named_before_anything_is_sent(asked):
    local = 3
    with pytest.raises(BadCell, match=r"node 0\.0 \(lambda r: local\).*local to a function"):
        verbs.deploy(compose.sequence(lambda r: local), "cf-closure", context=asked)
    with pytest.raises(TooLarge, match=r"Composing cf-many: the flow has 600,\d{3} bytes of JSON"):
        verbs.deploy(compose.sequence(compose.literal("x" * 600_000)), "cf-many", context=asked)
    with pytest.raises(BadArgument, match="two functions"):
        deploy(compose.sequence(compose.action("a", double), compose.action("a", score)), "cf-two", asked)
    with pytest.raises(BadArgument, match="brings along an action of that name"):
        deploy(compose.action("cf-own", double), "cf-own", asked)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_a_composition_of_npm_runs_its_javascript_in_actions(asked, names, action):
    """As `compose` prints it: an action that it defines, and inline functions that see and change variables."""
    names("cf-js", "cf-js-0.0.0", "cf-js-0.0.2", "cf-even")

    def inline(code):
        return {"type": "function", "function": {"exec": {"kind": "nodejs:default", "code": code}}}

    even = "const main = ({ n }) => ({ value: n % 2 === 0, n })"
    defined = {
        "type": "action",
        "name": "/_/cf-even",
        "action": {"exec": {"kind": "nodejs:default", "code": even}},
    }
    body = [inline("p => { k += p.n }"), defined, inline("({ n, value }) => ({ k, value })")]
    ast = {"type": "sequence", "components": [{"type": "let", "declarations": {"k": 3}, "components": body}]}
    flow = compose.Flow.from_json({"ast": ast, "version": "0.12.0"})
    assert deploy(flow, "cf-js", asked).did == "created"
    assert run("cf-js", asked, n=4) == {"k": 7, "value": True}
    assert deploy(flow, "cf-js", asked).did == "unchanged"
    with pytest.raises(BadArgument, match=r"0\.0\.0 \(p => { k \+= p\.n }\).*no Python"):
        flow.run(n=4)
