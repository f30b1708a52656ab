"""What a destination signs, against botocore, which signs independently; and what carries the keys."""

import json

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from fnkit.core.errors import BadArgument
from fnkit.events import destination, signing
from fnkit.events.bucket import Bucket
from fnkit.events.places import Outcome, place
from fnkit.events.sources import storage
from fnkit.events.wiring import Timer, Wiring
from tests.buckets import make, moto

TIMER = Timer("alarm", {"cron": "* * * * *"})
MESSAGE = {"action": "/_/look", "condition": "success", "response": {"saw": "ü"}}


@pytest.fixture
def keys(monkeypatch):
    """Of each cloud, in the environment of who wires; nothing else of theirs."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for cloud in ("AWS", "GOOGLE"):
        monkeypatch.setenv(f"{cloud}_ACCESS_KEY_ID", "the-id")
        monkeypatch.setenv(f"{cloud}_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "aHVzaA==")


@pytest.mark.parametrize("token", [None, "for an hour"])
@pytest.mark.parametrize(
    "url", ["https://host/bucket/plain.json", "http://host:9000/b/a%20b%20%C3%BC~%281%29/x.json"]
)
def test_a_request_is_signed_as_botocore_does(url, token):
    sign = {"how": "aws4", "id": "the-id", "secret": "hush", "region": "eu-west-1", "token": token or ""}
    made = signing.headers(sign, url, b"content", now=1_900_000_000.0)
    told = {"X-Amz-Content-SHA256": made["x-amz-content-sha256"], "X-Amz-Date": made["x-amz-date"]}
    asked = AWSRequest("PUT", url, headers=told)
    asked.context["timestamp"] = made["x-amz-date"]
    theirs = S3SigV4Auth(Credentials("the-id", "hush", token), "s3", "eu-west-1")
    if token:
        asked.headers["X-Amz-Security-Token"] = token
    text = theirs.string_to_sign(asked, theirs.canonical_request(asked))
    assert made["Authorization"].endswith(f"Signature={theirs.signature(text, asked)}")
    assert ("x-amz-security-token" in made) is bool(token)


@pytest.mark.parametrize(
    ("text", "label", "url"),
    [
        ("s3://b/out", "s3://b/out/", "https://s3.us-east-1.amazonaws.com/b/out/"),
        ("s3://b", "s3://b/", "https://s3.us-east-1.amazonaws.com/b/"),
        ("gs://b/a b/", "gs://b/a b/", "https://storage.googleapis.com/b/a%20b/"),
        ("az://c/ü", "az://c/ü/", "https://account.blob.core.windows.net/c/%C3%BC/"),
        (storage("s3://b", prefix="x-", endpoint="http://here:1/"), "s3://b/x-", "http://here:1/b/x-"),
    ],
)
def test_a_bucket_is_a_place(keys, text, label, url):
    found = place(text)
    told = found.to_json()
    assert (found.kind, found.label, told["to"]) == ("bucket", label, url)
    assert told["sign"]["secret"] in ("hush", "aHVzaA==")
    assert not {"hush", "aHVzaA==", "the-id"} & set(repr(found).split("'"))


def test_keys_are_in_the_order_and_in_no_annotation(keys):
    made = Wiring("t", TIMER, "/_/work", None, Outcome(success=(place("s3://b/out/"),))).route.generated[0]
    assert json.loads(made.order)["success"][0]["sign"]["secret"] == "hush"
    assert "hush" not in json.dumps(made.annotations) + repr(made)
    assert made.annotations["fnkit-destination"]["success"] == ["s3://b/out/"]


@pytest.mark.parametrize("scheme", ["s3", "gs", "az"])
def test_without_keys_it_is_told_which_are_missing(monkeypatch, scheme):
    for name in ("AWS_ACCESS_KEY_ID", "GOOGLE_ACCESS_KEY_ID", "AZURE_STORAGE_ACCOUNT_NAME"):
        monkeypatch.delenv(name, raising=False)
    wiring = Wiring("t", TIMER, "/_/work", None, Outcome(success=(place(f"{scheme}://bucket/out/"),)))
    wiring.check()  # who only looks, or takes it away, needs none
    with pytest.raises(BadArgument, match="are not in the environment"):
        _ = wiring.route.generated


def test_a_folder_is_no_place(tmp_path):
    with pytest.raises(BadArgument, match="a folder is on one machine"):
        place(storage(tmp_path))


def test_writing_into_the_bucket_that_is_watched_is_a_loop(keys):
    for source, into, loops in (
        (storage("s3://b/in/"), "s3://b/in/done/", True),
        (storage("s3://b"), "s3://b/out/", True),
        (storage("s3://b", suffix=".jpg"), "s3://b/out/", False),
        (storage("s3://b/in/"), "s3://b/out/", False),
        (storage("s3://b/in/"), "s3://other/in/", False),
    ):
        wired = Wiring("t", source, "/_/work", None, Outcome(success=(place(into),)))
        if loops:
            with pytest.raises(BadArgument, match="run for ever"):
                wired.check()
        else:
            wired.check()


@pytest.fixture(scope="module")
def s3():
    with moto() as address:
        make(address, "out")
        yield address


@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_an_outcome_is_written_into_a_bucket(keys, s3, scheme):
    to = place(storage(f"{scheme}://out", prefix=f"{scheme} ü/", endpoint=s3))
    destination.send(to.to_json(), MESSAGE, "id 1")
    assert json.loads(Bucket.open("s3://out", s3, "us-east-1").get(f"{scheme} ü/id 1.json")) == MESSAGE


def test_a_bucket_that_is_not_there_is_the_error_of_the_run(keys, s3, monkeypatch):
    to = place(storage("s3://none", endpoint=s3))
    order = {"target": "/_/work", "retries": 0, "pause": 0, "success": [to.to_json()], "failure": [], "dead": []}
    monkeypatch.setenv("FNKIT_DESTINATION", json.dumps(order))
    first = destination.main({"n": 1})
    end = destination.main({"answer": 1, **first["state"]})
    assert "404" in end["error"]
    assert "hush" not in json.dumps(end)
