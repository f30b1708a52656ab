"""Azure Blob as a store, against azurite, its emulator from npm."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import select
import shutil
import subprocess
from email.utils import formatdate
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from fnkit.core.errors import FnkitError, Missing
from fnkit.events import destination
from fnkit.events.bucket import Bucket
from fnkit.events.places import place
from fnkit.events.sources import storage

AZURITE = (
    Path(__file__).parents[3] / "build" / "npm" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
)
NODE = shutil.which("node")
ACCOUNT = "tester"
SLOWEST_START = 60

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="azurite, the emulator of Azure Blob, needs node"),
    pytest.mark.skipif(
        not AZURITE.is_file(), reason="azurite, the emulator of Azure Blob, is not installed from npm"
    ),
]


@pytest.fixture(scope="module")
def key():
    """Of the emulator's account, made up for these tests."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="module")
def azurite(key):
    """The address of an Azure Blob that keeps everything in memory."""
    words = ["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", "0"]
    process = subprocess.Popen(
        [str(NODE), str(AZURITE), *words, "--disableTelemetry", "--skipApiVersionCheck"],
        env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = b""
    while not (found := re.search(rb"successfully listens on (\S+)", said)):
        ready, _, _ = select.select([process.stdout], [], [], SLOWEST_START)
        piece = os.read(process.stdout.fileno(), 4096) if ready else b""
        if not piece:
            process.kill()
            raise TimeoutError(said)
        said += piece
    yield found[1].decode()
    process.kill()
    process.stdout.close()
    process.wait(SLOWEST_START)


@pytest.fixture
def container(azurite, key, monkeypatch):
    """A store on a container of the test's own; its key is where Azure's tools look for it."""
    name = f"c{secrets.token_hex(6)}"
    date, version = formatdate(usegmt=True), "2021-08-06"
    canonical = f"x-ms-date:{date}\nx-ms-version:{version}\n/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    text = "PUT" + "\n" * 12 + canonical
    signed = base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), hashlib.sha256)).decode()
    headers = {"x-ms-date": date, "x-ms-version": version, "Authorization": f"SharedKey {ACCOUNT}:{signed}"}
    connection = HTTPConnection(azurite.removeprefix("http://"), timeout=60)
    connection.request("PUT", f"/{ACCOUNT}/{name}?restype=container", headers={**headers, "Content-Length": "0"})
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", key)
    return Bucket.open(f"az://{name}", f"{azurite}/{ACCOUNT}")


def test_what_is_put_is_listed_read_presigned_and_deleted(container):
    container.put("in/a b ü.jpg", b"photo", "image/jpeg")
    [one] = container.list("in/")
    assert (one.key, one.size, bool(one.etag)) == ("in/a b ü.jpg", 5, True)
    assert container.get(one.key) == b"photo"
    container.put(one.key, b"other")
    [other] = container.list()
    assert other.etag != one.etag
    container.delete(one.key)
    assert list(container.list()) == []
    with pytest.raises(Missing):
        container.get(one.key)


@pytest.mark.parametrize("name", ["plain.jpg", "in/a b ü.jpg", "100%, ?#&+=:é/日本 (1).jpg"])
@pytest.mark.parametrize("prefix", ["", "/a folder/ß"])
def test_a_signed_url_reads_a_blob_whatever_its_name_is(container, azurite, prefix, name):
    within = Bucket.open(f"{container.url}{prefix}", f"{azurite}/{ACCOUNT}")
    within.put(name, name.encode())
    with urlopen(within.presign(name)) as answer:
        assert answer.read() == name.encode()
    with pytest.raises(HTTPError, match="403"):
        urlopen(within.presign(name).replace("sig=", "sig=x"))


def test_an_outcome_is_written_into_a_container(container, azurite):
    """Signed by what a destination carries, checked by the emulator."""
    to = place(storage(container.url, prefix="out/ü b/", endpoint=f"{azurite}/{ACCOUNT}"))
    destination.send(to.to_json(), {"action": "/_/look", "condition": "success", "response": 1}, "id 1")
    assert json.loads(container.get("out/ü b/id 1.json"))["response"] == 1


def test_a_container_that_is_not_there_is_missing(container, azurite):
    with pytest.raises(Missing):
        list(Bucket.open("az://none", f"{azurite}/{ACCOUNT}").list())


def test_a_wrong_key_is_told_and_is_in_no_message(container, azurite, monkeypatch):
    wrong = base64.b64encode(b"not the key at all").decode()
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", wrong)
    with pytest.raises(FnkitError, match="credentials are not accepted") as told:
        list(Bucket.open(container.url, f"{azurite}/{ACCOUNT}").list())
    assert wrong not in str(told.value)
