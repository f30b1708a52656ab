"""A bucket of S3 as what starts actions: its events over restarts, and while its endpoint is away."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
import requests

from fnkit.events.bucket import Bucket
from tests.buckets import make, moto
from tests.conftest import fresh_platform
from tests.contract.conftest import ECHO
from tests.contract.feeding import begin, feed, quiet, records, status, until

NAMES = ("in/a b ü.jpg", "in/sub/100% #1.JPG", "in/日本.jpg")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A platform that knows the keys of the bucket: they are in its environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    started = fresh_platform(tmp_path / "data")
    for path, body in (
        ("actions/echo", {"exec": {"kind": "python:default", "code": ECHO}}),
        ("triggers/arrives", {}),
        ("rules/echoes", {"trigger": "/_/arrives", "action": "/_/echo"}),
    ):
        assert started.call("PUT", path, json=body).status_code == 200
    yield started
    if started.process.poll() is None:
        started.stop()


def watched(endpoint, store="s3://photos/", **more):
    return {"store": store, "endpoint": endpoint, "region": "us-east-1", "interval": 0.2, **more}


def test_each_object_of_a_bucket_is_told_once_though_the_server_and_the_endpoint_were_away(own):
    with moto() as endpoint:
        make(endpoint, "photos")
        bucket = Bucket.open("s3://photos", endpoint, "us-east-1")
        bucket.put("in/old.jpg", b"old")
        begin(own, "storage/changes", "arrives", **watched(endpoint, prefix="in/", suffix=".jpg", into="image"))
        for name in (NAMES[0], "in/notes.txt", "out/other.jpg"):
            bucket.put(name, name.encode())
        quiet(own, "arrives", 1)
        [record] = records(own, "echo")
        got = record["response"]["result"]
        assert (got["key"], got["image"]) == (NAMES[0], got["url"])
        assert requests.get(got["url"], timeout=60).content == NAMES[0].encode()
        own.kill()
        bucket.put(NAMES[1], b"while the server is away")
    own.restart()
    trouble = until(lambda: status(own, "arrives")["trouble"], bool)
    assert "nobody answers" in trouble
    assert "hush" not in trouble
    with moto(urlsplit(endpoint).port) as endpoint:
        bucket.put(NAMES[2], b"once it is back")
        quiet(own, "arrives", 3)
        bucket.put(NAMES[0], b"another photo")
        state = quiet(own, "arrives", 4)
        assert (state["fired"], state["failed"], state["trouble"]) == (4, 0, "")
        keys = Counter(one["response"]["result"]["key"] for one in records(own, "echo"))
        assert keys == {NAMES[0]: 2, NAMES[1]: 1, NAMES[2]: 1}


def test_a_bucket_that_is_not_there_makes_no_feed(own):
    with moto() as endpoint:
        code, answer = feed(own, "storage/changes", "CREATE", "arrives", **watched(endpoint, "s3://none"))
    assert (code, "Make the bucket" in answer["error"]) == (502, True), answer
    assert own.call("GET", "/fnkit/v1/feeds/arrives").status_code == 404
