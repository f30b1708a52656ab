"""/namespaces/{ns}/packages and bindings, on any OpenWhisk."""

from tests.contract.test_actions import MISSING, says

SHOW = "def main(args):\n    return {'got': args}\n"


def as_dict(pairs):
    return {pair["key"]: pair["value"] for pair in pairs}


def test_put_get_delete(platform, package, namespace):
    made = package("ct-p", parameters=[{"key": "a", "value": 1}], annotations=[{"key": "n", "value": 1}])
    assert (made["namespace"], made["name"], made["version"]) == (namespace, "ct-p", "0.0.1")
    assert made["binding"] == {}
    assert platform.call("GET", "packages/ct-p").json() == {**made, "actions": [], "feeds": []}
    assert platform.call("GET", "packages?limit=1").json()[0]["binding"] is False
    assert platform.call("DELETE", "packages/ct-p").json() == made
    says(platform.call("DELETE", "packages/ct-p"), 404, MISSING)
    says(platform.call("GET", "packages/ct-p"), 404, f"The requested resource '{namespace}/ct-p' does not exist.")


def test_an_update_replaces_annotations_and_keeps_the_rest(platform, package):
    package("ct-p", parameters=[{"key": "a", "value": 1}], annotations=[{"key": "n", "value": 1}], publish=True)
    changed = package("ct-p", annotations=[{"key": "m", "value": 2}])
    assert changed["version"] == "0.0.2"
    assert as_dict(changed["annotations"]) == {"m": 2}
    assert as_dict(changed["parameters"]) == {"a": 1}
    assert changed["publish"] is True


def test_actions_inherit_parameters_and_feeds_are_listed_apart(platform, package, action, namespace):
    package("ct-p", parameters=[{"key": "a", "value": "package"}, {"key": "b", "value": "package"}])
    made = action("ct-p/one", SHOW, parameters=[{"key": "b", "value": "action"}])
    action("ct-p/source", annotations=[{"key": "feed", "value": True}])
    assert as_dict(made["parameters"]) == {"b": "action"}
    assert as_dict(platform.call("GET", "actions/ct-p/one").json()["parameters"]) == {
        "a": "package",
        "b": "action",
    }
    shown = platform.call("GET", "packages/ct-p").json()
    assert [item["name"] for item in shown["actions"]] == ["one"]
    assert [item["name"] for item in shown["feeds"]] == ["source"]
    record = platform.call("POST", "actions/ct-p/one?blocking=true", json={"c": "call"}).json()
    assert record["response"]["result"]["got"] == {"a": "package", "b": "action", "c": "call"}
    assert (record["namespace"], record["name"]) == (namespace, "one")
    assert as_dict(record["annotations"])["path"] == f"{namespace}/ct-p/one"


def test_a_package_that_is_not_empty_goes_only_by_force(platform, package, action):
    package("ct-p")
    action("ct-p/one")
    text = "Package not empty (contains 1 entity). Set force param or delete package contents."
    says(platform.call("DELETE", "packages/ct-p"), 409, text)
    assert platform.call("DELETE", "packages/ct-p?force=true").status_code == 200
    says(platform.call("GET", "actions/ct-p/one"), 404, MISSING)


def test_a_binding_adds_parameters_and_runs_the_providers_actions(platform, package, action, namespace):
    package("ct-p", parameters=[{"key": "a", "value": "package"}, {"key": "b", "value": "package"}])
    action("ct-p/one", SHOW)
    bound = package(
        "ct-b", binding={"namespace": "_", "name": "ct-p"}, parameters=[{"key": "b", "value": "binding"}]
    )
    assert bound["binding"] == {"namespace": namespace, "name": "ct-p"}
    assert as_dict(bound["annotations"])["binding"] == bound["binding"]
    shown = platform.call("GET", "packages/ct-b").json()
    assert as_dict(shown["parameters"]) == {"a": "package", "b": "binding"}
    assert [item["name"] for item in shown["actions"]] == ["one"]
    record = platform.call("POST", "actions/ct-b/one?blocking=true", json={}).json()
    assert record["response"]["result"]["got"] == {"a": "package", "b": "binding"}
    assert as_dict(record["annotations"])["path"] == f"{namespace}/ct-p/one"
    assert as_dict(record["annotations"])["binding"] == f"{namespace}/ct-b"
    without = platform.call("GET", "actions/ct-b/one?code=false").json()
    assert without["binding"] == f"{namespace}/ct-b"
    body = {"exec": {"kind": "python:default", "code": "x"}}
    for answer in (
        platform.call("PUT", "actions/ct-b/two", json=body),
        platform.call("DELETE", "actions/ct-b/one"),
    ):
        says(answer, 400, "Operation not permitted on package binding.")


MALFORMED = "The request content was malformed:\n"
UNBINDABLE = [
    ("ct-x", {"namespace": "_", "name": "ct-none"}, 400, "Binding references a package that does not exist."),
    ("ct-x", {"namespace": "_", "name": "ct-b"}, 400, "Cannot bind to another package binding."),
    ("ct-x", {"namespace": "_", "name": "ct-a"}, 409, "Cannot bind to a resource that is not a package."),
    (
        "ct-p",
        {"namespace": "_", "name": "ct-q"},
        409,
        "Resource is a package and cannot be converted into a binding.",
    ),
    ("ct-x", {"namespace": "_"}, 400, f"{MALFORMED}Object is missing required member 'name'"),
    ("ct-x", "text", 400, f"{MALFORMED}Object expected in field 'namespace'"),
]


def test_what_cannot_be_bound_is_refused(platform, package, action):
    package("ct-p")
    package("ct-q")
    action("ct-a")
    package("ct-b", binding={"namespace": "_", "name": "ct-p"})
    for name, binding, status, text in UNBINDABLE:
        says(platform.call("PUT", f"packages/{name}?overwrite=true", json={"binding": binding}), status, text)


def test_a_binding_without_its_package_is_missing(platform, package, action, namespace):
    package("ct-p")
    package("ct-b", binding={"namespace": "_", "name": "ct-p"})
    platform.call("DELETE", "packages/ct-p")
    says(platform.call("GET", "packages/ct-b"), 404, f"The requested resource '{namespace}/ct-b' does not exist.")


def test_default_is_no_name_for_a_package(platform):
    says(platform.call("PUT", "packages/default", json={}), 400, "Package name 'default' is reserved.")
