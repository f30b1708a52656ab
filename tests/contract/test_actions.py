"""/namespaces/{ns}/actions, on any OpenWhisk."""

import base64
import io
import zipfile

import pytest

EXISTS = "resource already exists"
MISSING = "The requested resource does not exist."
ELSEWHERE = "Resource by this name exists but is not in this collection."


def notes(document):
    return {pair["key"]: pair["value"] for pair in document["annotations"]}


def says(answer, status, text):
    assert (answer.status_code, answer.json()["error"]) == (status, text)
    assert answer.json()["code"] == answer.headers["X-Request-ID"]


def test_put_get_delete(platform, action, namespace):
    made = action(
        "ct-a", parameters=[{"key": "p", "value": {"q": [1, None]}}], annotations=[{"key": "n", "value": 1}]
    )
    assert (made["namespace"], made["name"], made["version"], made["publish"]) == (
        namespace,
        "ct-a",
        "0.0.1",
        False,
    )
    assert made["exec"]["kind"].startswith("python:3.")
    assert made["exec"]["binary"] is False
    assert notes(made) == {"n": 1, "provide-api-key": False, "exec": made["exec"]["kind"]}
    assert platform.call("GET", "actions/ct-a").json() == made
    without = platform.call("GET", "actions/ct-a?code=false").json()
    assert without["exec"] == {key: made["exec"][key] for key in ("kind", "binary")}
    assert platform.call("DELETE", "actions/ct-a").json() == made
    says(platform.call("GET", "actions/ct-a"), 404, MISSING)
    says(platform.call("DELETE", "actions/ct-a"), 404, MISSING)


def test_a_put_without_overwrite_is_refused(platform, action):
    made = action("ct-a")
    says(platform.call("PUT", "actions/ct-a", json={"exec": made["exec"]}), 409, EXISTS)
    assert platform.call("GET", "actions/ct-a").json()["version"] == "0.0.1"


def test_an_update_keeps_what_it_does_not_name(platform, action):
    made = action("ct-a", parameters=[{"key": "p", "value": 1}], limits={"timeout": 5000})
    body = {"limits": {"memory": 512}, "annotations": [{"key": "n", "value": 2}]}
    changed = platform.call("PUT", "actions/ct-a?overwrite=true", json=body).json()
    assert changed["version"] == "0.0.2"
    assert changed["exec"] == made["exec"]
    assert changed["parameters"] == [{"key": "p", "value": 1}]
    assert changed["limits"] == {"timeout": 5000, "memory": 512, "logs": 10, "concurrency": 1}
    assert notes(changed)["n"] == 2
    assert changed["updated"] >= made["updated"]


def test_lists_show_the_newest_first_without_code_and_parameters(platform, action, package, namespace):
    package("ct-p")
    for name in ("ct-a", "ct-p/inner", "ct-b"):
        action(name, parameters=[{"key": "p", "value": 1}])
    newest, inner, oldest = platform.call("GET", "actions?limit=3").json()
    assert [newest["name"], inner["name"], oldest["name"]] == ["ct-b", "inner", "ct-a"]
    assert inner["namespace"] == f"{namespace}/ct-p"
    assert newest["exec"] == {"binary": False}
    assert "parameters" not in newest
    assert platform.call("GET", "actions?limit=1&skip=1").json() == [inner]
    assert platform.call("GET", "actions/ct-p/").json() == [inner]
    count = platform.call("GET", "actions?count=true").json()["actions"]
    assert platform.call("GET", "actions?count=true&skip=2").json() == {"actions": count - 2}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("limit=201", "'limit' was malformed:\nThe value '201' is not in the range of 0 to 200 for actions."),
        ("limit=-1", "'limit' was malformed:\nThe value '-1' is not in the range of 0 to 200 for actions."),
        ("limit=x", "'limit' was malformed:\nThe value 'x' is not an integer for actions."),
        ("skip=-1", "'skip' was malformed:\nThe value '-1' is not greater than or equal to 0 for actions."),
        ("count=perhaps", "'count' was malformed:\n'perhaps' is not a valid Boolean value"),
    ],
)
def test_a_malformed_query_is_refused(platform, query, text):
    says(platform.call("GET", f"actions?{query}"), 400, f"The query parameter {text}")


def test_names_are_one_space_per_namespace(platform, action, package):
    package("ct-p")
    action("ct-a")
    body = {"exec": {"kind": "python:default", "code": "x"}}
    says(platform.call("PUT", "actions/ct-p?overwrite=true", json=body), 409, ELSEWHERE)
    says(platform.call("PUT", "packages/ct-a?overwrite=true", json={}), 409, ELSEWHERE)
    says(platform.call("GET", "actions/ct-p"), 409, ELSEWHERE)
    says(platform.call("DELETE", "actions/ct-p"), 409, ELSEWHERE)
    says(platform.call("POST", "actions/ct-p", json={}), 409, ELSEWHERE)
    says(platform.call("PUT", "actions/ct-a/inner", json=body), 409, ELSEWHERE)


@pytest.mark.parametrize("name", ["ct with space", "ct.dot-dash_under@at", "_ct", "9ct", "ct&and", "n" * 256])
def test_legal_names_are_stored_and_run(platform, action, name):
    from urllib.parse import quote

    assert action(quote(name, safe=""))["name"] == name
    answer = platform.call("POST", f"actions/{quote(name, safe='')}?blocking=true&result=true", json={"a": 1})
    assert answer.json() == {"a": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("-ct", "The name of the entity contains illegal characters."),
        ("ct%24", "The name of the entity contains illegal characters."),
        ("c%C3%A4", "The name of the entity contains illegal characters."),
        ("ct%20", "The name of the entity contains illegal characters."),
        ("n" * 257, "Name segement longer than allowed: 257 > 256."),
    ],
)
def test_illegal_names_are_refused(platform, name, text):
    says(
        platform.call("PUT", f"actions/{name}", json={"exec": {"kind": "python:default", "code": "x"}}), 400, text
    )
    says(platform.call("GET", f"actions/{name}"), 400, text)


def test_a_change_is_run_at_once(platform, action):
    for number in range(3):
        action("ct-a", f"def main(args):\n    return {{'n': {number}}}\n")
        assert platform.call("POST", "actions/ct-a?blocking=true&result=true").json() == {"n": number}


def test_a_zip_is_run_by_its_main(platform, action):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "__main__.py", "from helper import twice\ndef run(args):\n    return {'n': twice(args['n'])}\n"
        )
        archive.writestr("helper.py", "def twice(n):\n    return 2 * n\n")
    made = action("ct-zip", base64.b64encode(out.getvalue()).decode(), main="run")
    assert made["exec"]["binary"] is True
    assert made["exec"]["main"] == "run"
    assert platform.call("POST", "actions/ct-zip?blocking=true&result=true", json={"n": 21}).json() == {"n": 42}
