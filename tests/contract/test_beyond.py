"""/fnkit/v1: what only the embedded platform has."""

import base64
import io
import json
import sys
import tarfile
import zipfile
from hashlib import sha256

import pytest
import requests

from fnkit.core.canonical import tree_digest
from tests.contract.conftest import SLOW

READS = """
from urllib.request import urlopen

def main(args):
    return {"text": urlopen(args["url"]).read().decode()}
"""


def beyond(embedded, verb, path, **options):
    return embedded.call(verb, f"/fnkit/v1{path}", **options)


@pytest.fixture
def objects(embedded):
    """Deletes every object of a test's own."""
    yield
    for one in beyond(embedded, "GET", "/objects?prefix=ct/").json()["objects"]:
        beyond(embedded, "DELETE", f"/objects/{one['key']}")


def test_the_platform_says_what_it_is(embedded):
    info = beyond(embedded, "GET", "").json()
    assert info["executable"] == sys.executable
    assert info["python"] == "{}.{}.{}".format(*sys.version_info[:3])
    assert {"python:3", "python:default"} < set(info["kinds"])
    assert set(info["sandbox"]) >= {"rung", "stops", "does_not_stop"}


@pytest.mark.parametrize("path", ["", "/pool", "/objects", "/objects/a", "/layers", "/activations/" + "0" * 32])
def test_nothing_is_told_without_the_key(embedded, path):
    for auth in (None, ("user", "x" * 64)):
        verb = "POST" if path == "/layers" else "GET"
        assert beyond(embedded, verb, path, auth=auth).status_code == 401
    assert beyond(embedded, "GET", f"{path}?token=wrong", auth=None).status_code in (401, 404, 405)


def test_openwhisks_answers_have_nothing_of_it(embedded, action):
    action("ct-x")
    answer = embedded.call("POST", "actions/ct-x?blocking=true", json={})
    text = answer.text + str(answer.headers)
    assert not any(word in text for word in ("fnkit", "began", "cold", "warm", "pending", "uvicorn"))


def test_an_activation_is_pending_or_running_and_then_done(embedded, action):
    action("ct-slow", SLOW)
    first = embedded.call("POST", "actions/ct-slow", json={"s": 1.5}).json()["activationId"]
    assert beyond(embedded, "GET", f"/activations/{first}").json()["state"] in ("pending", "running")
    assert embedded.call("GET", f"activations/{first}").status_code == 404
    record = embedded.record(first)
    done = beyond(embedded, "GET", f"/activations/{first}").json()
    notes = {pair["key"]: pair["value"] for pair in record["annotations"]}
    assert done["state"] == "done"
    assert done["began"] in ("cold", "forked")
    assert (done["wait"], done["init"]) == (notes["waitTime"], notes["initTime"])
    assert done["run"] == record["duration"] - notes["initTime"]
    second = embedded.call("POST", "actions/ct-slow?blocking=true", json={"s": 0}).json()["activationId"]
    again = beyond(embedded, "GET", f"/activations/{second}").json()
    assert (again["began"], again["init"]) == ("warm", None)


def test_an_unknown_activation_is_missing(embedded):
    assert beyond(embedded, "GET", f"/activations/{'0' * 32}").status_code == 404
    assert beyond(embedded, "GET", "/activations/no").status_code == 400


def test_the_pool_shows_its_instances_until_the_action_goes(embedded, action, namespace):
    action("ct-pool")
    embedded.call("POST", "actions/ct-pool?blocking=true", json={})
    pool = beyond(embedded, "GET", "/pool").json()
    (mine,) = [one for one in pool["instances"] if one["action"].endswith("/ct-pool")]
    assert (mine["namespace"], mine["state"], mine["memory"], mine["activations"]) == (namespace, "idle", 256, 1)
    assert sum(pool[how] for how in ("cold", "prewarmed", "forked")) >= 1
    embedded.call("DELETE", "actions/ct-pool")
    assert not [
        one for one in beyond(embedded, "GET", "/pool").json()["instances"] if one["action"].endswith("/ct-pool")
    ]


def library():
    """A tar of one module, its declaration and its digest."""
    content = b"def answer():\n    return 42\n"
    files = [
        {"path": "ct_lib.py", "sha256": sha256(content).hexdigest(), "size": len(content), "executable": False}
    ]
    digest = tree_digest((one["path"], one["sha256"], one["executable"]) for one in files)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("ct_lib.py")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue(), {"digest": digest, "kind": "libraries", "files": files}


def test_a_layer_is_sent_once_and_an_action_imports_from_it(embedded, action):
    tar, layer = library()
    missing = beyond(embedded, "POST", "/layers", json={"layers": [layer]}).json()
    assert missing in ({"missing": [layer["digest"]]}, {"missing": []})
    sent = beyond(embedded, "PUT", f"/layers/{layer['digest']}", data=tar)
    assert (sent.status_code, sent.json()) == (201, {"digest": layer["digest"]})
    assert beyond(embedded, "POST", "/layers", json={"layers": [layer]}).json() == {"missing": []}
    manifest = {"layers": [{"kind": "libraries", "digest": layer["digest"]}], "needs": [layer["digest"]]}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("__main__.py", "import ct_lib\ndef main(args):\n    return {'n': ct_lib.answer()}\n")
        archive.writestr("fnkit.json", json.dumps(manifest))
    action("ct-layered", base64.b64encode(out.getvalue()).decode())
    answer = embedded.call("POST", "actions/ct-layered?blocking=true&result=true", json={})
    assert answer.json() == {"n": 42}


def test_a_layer_of_another_content_is_refused(embedded):
    tar, layer = library()
    wrong = "0" * 64
    answer = beyond(embedded, "PUT", f"/layers/{wrong}", data=tar)
    assert answer.status_code == 400
    assert layer["digest"] in answer.json()["error"]
    assert beyond(embedded, "PUT", "/layers/..%2f..%2fx", data=tar).status_code in (400, 404)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"layers": [{"digest": "x"}]}'])
def test_what_declares_no_layer_is_refused(embedded, body):
    assert beyond(embedded, "POST", "/layers", data=body).status_code == 400


def test_an_object_is_put_listed_got_and_deleted(embedded, objects):
    content = bytes(range(256)) * 4096
    put = beyond(
        embedded, "PUT", "/objects/ct/photo%20%C3%A4.jpg", data=content, headers={"Content-Type": "image/jpeg"}
    )
    shown = put.json()
    assert (put.status_code, shown["key"], shown["size"]) == (201, "ct/photo ä.jpg", len(content))
    assert shown["etag"] == sha256(content).hexdigest()
    assert beyond(embedded, "GET", "/objects?prefix=ct/").json() == {"objects": [shown]}
    got = beyond(embedded, "GET", "/objects/ct/photo ä.jpg")
    assert (got.content, got.headers["Content-Type"]) == (content, "image/jpeg")
    assert got.headers["ETag"] == f'"{shown["etag"]}"'
    part = beyond(embedded, "GET", "/objects/ct/photo ä.jpg", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    head = beyond(embedded, "HEAD", "/objects/ct/photo ä.jpg")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(content)), b"")
    assert beyond(embedded, "DELETE", "/objects/ct/photo ä.jpg").json() == shown
    assert beyond(embedded, "GET", "/objects/ct/photo ä.jpg").status_code == 404


def test_an_objects_url_opens_it_for_reading_and_nothing_else(embedded, objects):
    shown = beyond(embedded, "PUT", "/objects/ct/a", data=b"open").json()
    assert requests.get(shown["url"], timeout=30).content == b"open"
    assert requests.head(shown["url"], timeout=30).status_code == 200
    assert requests.put(shown["url"], data=b"x", timeout=30).status_code == 401
    assert requests.delete(shown["url"], timeout=30).status_code == 401
    assert requests.get(shown["url"] + "x", timeout=30).status_code == 404
    assert requests.get(shown["url"].replace("/objects/ct/a", "/objects"), timeout=30).status_code == 401
    assert requests.get(shown["url"].replace("/objects/ct/a", "/pool"), timeout=30).status_code == 401


def test_an_action_reads_an_object_by_its_url(embedded, action, objects):
    shown = beyond(embedded, "PUT", "/objects/ct/a", data=b"from the store").json()
    action("ct-reads", READS)
    answer = embedded.call("POST", "actions/ct-reads?blocking=true&result=true", json={"url": shown["url"]})
    assert answer.json() == {"text": "from the store"}


def test_an_object_is_not_cut_when_it_is_put_again_while_it_is_read(embedded, objects):
    old, new = b"o" * 3_000_000, b"n" * 10
    beyond(embedded, "PUT", "/objects/ct/a", data=old)
    reading = beyond(embedded, "GET", "/objects/ct/a", stream=True)
    first = next(reading.iter_content(1000))
    beyond(embedded, "PUT", "/objects/ct/a", data=new)
    assert first + b"".join(reading.iter_content(100_000)) == old
    assert beyond(embedded, "GET", "/objects/ct/a").content == new


def test_what_is_not_there_is_404_and_a_wrong_verb_405(embedded):
    assert beyond(embedded, "GET", "/nothing").status_code == 404
    assert beyond(embedded, "DELETE", "/pool").status_code == 405
