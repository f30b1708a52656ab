"""The same call again: it is looked up by the bytes of its head, and answers as if it had been read."""

import concurrent.futures

import pytest
import requests

from tests.contract.conftest import ECHO, SLOW, new_user, operator

TELL = "def main(args):\n    return {{'said': '{}', **args}}\n"
PRINTS = "def main(args):\n    print(args['n'])\n    return args\n"


@pytest.fixture
def again(embedded):
    """Makes one call of an action on a connection that stays: the head has the same bytes each time."""
    with requests.Session() as session:

        def call(name, body=None, query="blocking=true&result=true", auth=None, **headers):
            return session.post(
                f"{embedded.apihost}/api/v1/namespaces/_/actions/{name}?{query}",
                json={} if body is None else body,
                auth=tuple((auth or embedded.auth).split(":")),
                headers=headers,
                timeout=60,
            )

        yield call


def test_each_call_is_an_activation_of_its_own(embedded, action, again):
    action("ct-again")
    answers = [again("ct-again", {"n": n}, "blocking=true") for n in range(6)]
    records = [answer.json() for answer in answers]
    assert [record["response"]["result"] for record in records] == [{"n": n} for n in range(6)]
    assert len({record["activationId"] for record in records}) == 6
    assert len({answer.headers["x-request-id"] for answer in answers}) == 6
    first, last = answers[0].headers, answers[-1].headers
    assert [*first] == [*last] or sorted(first) == sorted(last)
    assert last["x-openwhisk-activation-id"] == records[-1]["activationId"]
    kept = [embedded.record(record["activationId"]) for record in records]
    assert [{**one, "logs": []} for one in kept] == records


def test_logs_are_those_of_the_call(embedded, action, again):
    action("ct-again", PRINTS)
    ids = [again("ct-again", {"n": n}, "blocking=true").json()["activationId"] for n in range(4)]
    lines = [[line.split(" ", 1)[1].strip() for line in embedded.record(one)["logs"]] for one in ids]
    assert lines == [[f"stdout: {n}"] for n in range(4)]


def test_what_was_put_meanwhile_is_what_runs(action, again):
    for text in ("one", "two", "six"):
        action("ct-again", TELL.format(text))
        assert [again("ct-again").json() for _ in range(3)] == [{"said": text}] * 3


def test_what_a_package_says_meanwhile_holds(action, package, again):
    package("ct-again-p", parameters=[{"key": "p", "value": 1}])
    action("ct-again-p/a")
    assert [again("ct-again-p/a").json() for _ in range(3)] == [{"p": 1}] * 3
    package("ct-again-p", parameters=[{"key": "p", "value": 2}])
    assert [again("ct-again-p/a").json() for _ in range(3)] == [{"p": 2}] * 3


def test_what_was_deleted_is_not_there(embedded, action, again):
    action("ct-again")
    assert [again("ct-again").status_code for _ in range(3)] == [200] * 3
    assert embedded.call("DELETE", "actions/ct-again").status_code == 200
    assert again("ct-again").status_code == 404
    action("ct-again")
    assert again("ct-again").status_code == 200


def test_a_body_that_is_no_object_is_refused_as_the_first_time(action, again):
    action("ct-again", annotations=[{"key": "final", "value": True}], parameters=[{"key": "aaa", "value": 1}])
    assert [again("ct-again", {"bbb": 1}).status_code for _ in range(2)] == [200] * 2
    for body in ({"aaa": 1}, ["bbb", 1]):
        answer = again("ct-again", body)
        assert answer.status_code == 400 and answer.json()["code"] == answer.headers["x-request-id"]


def test_a_failure_is_502_each_time(action, again):
    action("ct-again", "def main(args):\n    return {'error': args['n']}\n")
    answers = [again("ct-again", {"n": n}) for n in range(4)]
    assert [answer.status_code for answer in answers] == [502] * 4
    assert [answer.json() for answer in answers] == [{"error": n} for n in range(4)]


def test_who_waits_in_vain_gets_the_id_each_time(embedded, action, again):
    action("ct-again", SLOW)
    # Until one was answered in time: nothing is learned of the head before.
    assert any(again("ct-again", {"s": 0.0}, "blocking=true&timeout=100").status_code == 200 for _ in range(100))
    answers = [again("ct-again", {"s": 0.4}, "blocking=true&timeout=100") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    records = [embedded.record(answer.json()["activationId"]) for answer in answers]
    assert [record["response"]["result"] for record in records] == [{"took": 0.4}] * 3


def test_an_id_of_the_clients_own_comes_back(action, again):
    action("ct-again")
    for own in ("a1", "b2", "a1"):
        assert again("ct-again", **{"X-Request-ID": own}).headers["x-request-id"] == own


def test_what_is_not_accepted_is_406_each_time(action, again):
    action("ct-again")
    assert [again("ct-again", accept="text/html").status_code for _ in range(3)] == [406] * 3


def test_who_may_not_call_any_more_does_not(embedded, again):
    with new_user(embedded, "ct-again") as user:
        put = {"exec": {"kind": "python:default", "code": ECHO}}
        assert user.call("PUT", "actions/ct-a", json=put).status_code == 200
        assert [again("ct-a", auth=user.auth).status_code for _ in range(3)] == [200] * 3
        operator(embedded, "POST", "/ct-again", json={"blocked": True})
        assert again("ct-a", auth=user.auth).status_code == 401
        none = {"blocked": False, "limits": {"concurrentInvocations": 0}}
        operator(embedded, "POST", "/ct-again", json=none)
        assert again("ct-a", auth=user.auth).status_code == 429
        operator(embedded, "POST", "/ct-again", json={"limits": {"concurrentInvocations": 1}})
        assert [again("ct-a", auth=user.auth).status_code for _ in range(3)] == [200] * 3
        operator(embedded, "POST", "/ct-again", json={"limits": {"invocationsPerMinute": 1}})
        answers = [again("ct-a", auth=user.auth) for _ in range(3)]
        refused = [answer for answer in answers if answer.status_code == 429]  # the minute may turn once
        assert refused
        assert refused[0].json()["error"].startswith("Too many requests in the last minute")
        assert user.call("DELETE", "actions/ct-a").status_code == 200


def test_many_at_a_time_get_each_their_own(embedded, action, again):
    action("ct-again")
    assert [again("ct-again", {"n": 100 + n}).status_code for n in range(3)] == [200] * 3

    def calls(first):
        with requests.Session() as session:
            url = f"{embedded.apihost}/api/v1/namespaces/_/actions/ct-again?blocking=true&result=true"
            auth = tuple(embedded.auth.split(":"))
            return [
                session.post(url, json={"n": n}, auth=auth, timeout=60).json() for n in range(first, first + 20)
            ]

    with concurrent.futures.ThreadPoolExecutor(8) as crew:
        found = list(crew.map(calls, range(100, 900, 100)))
    assert found == [[{"n": n} for n in range(first, first + 20)] for first in range(100, 900, 100)]


def test_a_sequence_and_a_composition_too(embedded, action, clean, again):
    action("ct-again", "def main(args):\n    return {'n': args.get('n', 0) + 1}\n")
    components = {"exec": {"kind": "sequence", "components": ["/_/ct-again"] * 3}}
    assert embedded.call("PUT", "actions/ct-again-s?overwrite=true", json=components).status_code == 200
    clean.append("actions/ct-again-s")
    assert [again("ct-again-s", {"n": n}).json() for n in range(4)] == [{"n": n + 3} for n in range(4)]
    action("ct-again-c", "def main(args):\n    return [1]\n", annotations=[{"key": "conductor", "value": True}])
    assert [again("ct-again-c").status_code for _ in range(3)] == [500] * 3
    chosen = "def main(args):\n    return {'params': {'n': args['n']}}\n"
    action("ct-again-c", chosen, annotations=[{"key": "conductor", "value": True}])
    assert [again("ct-again-c", {"n": n}).json() for n in range(4)] == [{"n": n} for n in range(4)]
