"""What an operator reads: metrics, health, and the document of what is served."""

import re

import pytest

from fnkit.local.openapi import document
from fnkit.local.routes.v1 import ROUTES
from fnkit.local.web.access import METHODS
from tests.contract.conftest import new_user
from tests.contract.test_rejections import NO_ROUTE

FAILS = "def main(args):\n    return {'error': {'statusCode': 418}} if args.get('fail') else {'body': 'ok'}\n"


def samples(platform):
    """name{labels} → value, as Prometheus would read them."""
    answer = platform.call("GET", "/metrics", auth=None)
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert all(re.fullmatch(r'#.*|[a-zA-Z_]+(\{([a-z_]+="[^"\\]*",?)+\})? [0-9.e+-]+', line) for line in lines)
    return {sample: float(value) for sample, _, value in (one.rpartition(" ") for one in lines if one[0] != "#")}


def test_metrics_count_what_ran(embedded, action, namespace):
    action("ct-metrics", FAILS)
    for fail in (False, True, True):
        embedded.call("POST", "actions/ct-metrics?blocking=true", json={"fail": fail})
    found = samples(embedded)
    labels = f'namespace="{namespace}",initiator="{namespace}",action="ct-metrics"'

    def value(name, more=""):
        return found[f"openwhisk_action_{name}{{{labels}{more}}}"]

    kind = embedded.call("GET", "actions/ct-metrics").json()["exec"]["kind"]
    assert value("activations_total", f',kind="{kind}",memory="256"') == 3
    assert 1 <= value("coldStarts_total") <= 3
    assert (value("status", ',status="success"'), value("status", ',status="application_error"')) == (1, 2)
    assert value("status_code", ',status_code="418"') == 2
    assert value("memory") == 256
    for name in ("waitTime_seconds", "duration_seconds", "response_size_bytes"):
        assert value(f"{name}_count") == value(f"{name}_bucket", ',le="+Inf"') == 3
        assert value(f"{name}_sum") > 0
    assert value("initTime_seconds_count") == value("coldStarts_total")
    assert value("response_size_bytes_bucket", ',le="104858"') == 3


def test_metrics_count_who_was_throttled(embedded):
    with new_user(embedded, "ct-slowed", invocationsPerMinute=0) as user:
        user.call("POST", "actions/none", json={})
    assert samples(embedded)['openwhisk_action_limit_timed_total{namespace="ct-slowed"}'] >= 1
    with new_user(embedded, "ct-shut", concurrentInvocations=0) as user:
        user.call("POST", "actions/none", json={})
    assert samples(embedded)['openwhisk_action_limit_concurrent_total{namespace="ct-shut"}'] >= 1


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/invokers", {"invoker0": "up"}),
        ("/invokers/healthy/count", 1),
        ("/invokers/ready", {"healthy": "1/1"}),
    ],
)
def test_the_invoker_is_up(embedded, path, said):
    assert embedded.call("GET", path, auth=None).json() == said
    assert embedded.call("POST", path, auth=None).headers["Allow"] == "GET, OPTIONS"


@pytest.fixture(scope="module")
def docs(embedded):
    answer = embedded.call("GET", "/api/v1/api-docs", auth=None)
    assert answer.status_code == 200
    return answer.json()


def test_the_document_describes_every_route(docs):
    assert docs == document(ROUTES, METHODS)
    assert (docs["swagger"], docs["basePath"]) == ("2.0", "/api/v1")
    described = {
        (verb.upper(), path.split("/")[3])
        for path, one in docs["paths"].items()
        if path.startswith("/namespaces/")
        for verb in one
    }
    assert described == {(verb, collection) for verb, collection, _ in ROUTES}
    operations = [operation for one in docs["paths"].values() for operation in one.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names) >= 19
    assert all(one["summary"] for one in operations)


def test_every_operation_of_the_document_is_served(embedded, docs, action, package):
    """Each answers with a status that its operation names, and none as a path that means nothing."""
    action("ct-doc")
    values = {"namespace": "_", "actionName": "ct-none", "packageName": "ct-nopackage", "activationId": "0" * 32}
    for path, operations in docs["paths"].items():
        for verb, operation in operations.items():
            names = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert names == set(re.findall(r"{(\w+)}", path))
            filled = path.format(**{name: values.get(name, "ct-none") for name in names})
            answer = embedded.call(verb.upper(), f"/api/v1{filled}", json={} if verb in ("post", "put") else None)
            known = operation["responses"]
            assert str(answer.status_code) in known or "default" in known, (verb, path, answer.text)
            assert NO_ROUTE not in answer.text, (verb, path)
            if verb == "put":
                embedded.call("DELETE", f"/api/v1{filled}")


def test_references_lead_somewhere(docs):
    named = set(re.findall(r"#/definitions/(\w+)", str(docs)))
    assert named <= set(docs["definitions"])
