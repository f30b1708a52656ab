"""Folders and buckets behind the one small interface: what they keep, what they list, what they say no to."""

import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest

from fnkit.core import wire
from fnkit.core.errors import BadArgument, FnkitError, Missing, PlatformFault, Unauthorized, Unreachable
from fnkit.events.bucket import Bucket, fault
from fnkit.events.changes import Filter, changes
from fnkit.events.folder import Folder
from fnkit.events.objects import Objects
from fnkit.events.settling import Settling
from fnkit.events.sources import Storage, storage
from fnkit.events.store import Stored
from tests.buckets import make, moto

KEYS = ("photos/a b ü.jpg", "photos/sub/c.JPG", "notes.txt")


@pytest.fixture(scope="module")
def s3():
    """The address of an S3 that keeps everything in memory."""
    with moto() as address:
        yield address


@pytest.fixture
def keys(monkeypatch):
    """Credentials where the cloud's own tools look for them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def bucket(s3, keys, request):
    """A bucket of the test's own."""
    name = f"bucket-{abs(hash(request.node.name)) % 10**8}"
    make(s3, name)
    return Bucket.open(f"s3://{name}", s3, "us-east-1")


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path):
    """Each kind of store, empty."""
    return Folder(tmp_path) if request.param == "folder" else request.getfixturevalue("bucket")


def test_what_is_put_is_listed_read_presigned_and_deleted(store):
    for key in KEYS:
        store.put(key, key.encode(), "text/plain")
    assert sorted(one.key for one in store.list()) == sorted(KEYS)
    assert sorted(one.key for one in store.list("photos/")) == sorted(KEYS[:2])
    assert [one.key for one in store.list("photos/a")] == [KEYS[0]]
    assert [one.key for one in store.list("nowhere/")] == []
    before = {one.key: one for one in store.list()}
    assert before[KEYS[0]].size == len(KEYS[0].encode())
    assert before[KEYS[0]].modified > 1e9
    assert store.get(KEYS[0]) == KEYS[0].encode()
    with urlopen(store.presign(KEYS[0])) as answer:
        assert answer.read() == KEYS[0].encode()
    store.put(KEYS[2], b"other content")
    after = {one.key: one for one in store.list()}
    assert {key for key in KEYS if before[key].etag != after[key].etag} == {KEYS[2]}
    store.delete(KEYS[0])
    store.delete(KEYS[0])
    with pytest.raises(Missing):
        store.get(KEYS[0])


def test_a_bucket_that_is_not_there_is_missing(s3, keys):
    gone = Bucket.open("s3://no-such-bucket-here", s3, "us-east-1")
    with pytest.raises(Missing, match="Make the bucket"):
        list(gone.list())


@pytest.fixture
def echo():
    """An HTTP server that answers with what it was asked for; its URL, and the ports that asked."""
    ports = []

    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            ports.append(self.client_address[1])
            self.send_response(404 if "gone" in self.path else 200)
            self.send_header("Content-Length", str(len(self.path)))
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", ports
    server.shutdown()
    server.server_close()


BY_PROXY = """
from fnkit.core.errors import Missing
from fnkit.events.objects import Objects
away = Objects("http://platform.example:3233", "user:key")
print(away.get("a b.txt").decode())
try:
    away.get("gone")
except Missing as missing:
    print(missing.status)
"""


def test_the_platforms_own_store_is_reached_by_a_proxy_where_there_is_one(echo):
    """In a process of its own: urllib looks for proxies once."""
    kept = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    kept["http_proxy"], command = echo[0], [sys.executable, "-c", BY_PROXY]
    told = subprocess.run(command, env=kept, capture_output=True, text=True, timeout=60, check=False)
    said = told.stdout.splitlines()
    assert said == ["http://platform.example:3233/fnkit/v1/objects/a%20b.txt", "404"], told.stderr


def test_an_action_keeps_one_connection_to_its_own_platform(echo, monkeypatch):
    url, ports = echo
    monkeypatch.setenv("__OW_API_HOST", url)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    own = Objects(url, "user:key")
    assert [own.get(key) for key in "ab"] == [b"/fnkit/v1/objects/a", b"/fnkit/v1/objects/b"]
    wire.kept(url)._connection.close()
    assert len(ports) == 2 and len(set(ports)) == 1


def test_nobody_at_the_endpoint(keys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = Bucket.open("s3://bucket", f"http://127.0.0.1:{taken.getsockname()[1]}", "us-east-1")
        with pytest.raises(Unreachable):
            list(away.list())


@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"])
def test_wrong_credentials_are_told_with_where_to_set_them(code, keys, refusing):
    wrong = Bucket.open("s3://bucket", refusing(code), "us-east-1")
    with pytest.raises(Unauthorized, match="AWS_ACCESS_KEY_ID") as told:
        list(wrong.list())
    assert "test" not in str(told.value).replace("bucket", "")


@pytest.fixture
def refusing():
    """An endpoint that answers 403 with a code, as S3 does."""
    servers = []

    def start(code):
        class Refuses(BaseHTTPRequestHandler):
            def do_GET(self):
                body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
                self.send_response(403)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        server = HTTPServer(("127.0.0.1", 0), Refuses)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_requests_are_not_signed_where_nobody_says_who_we_are(monkeypatch):
    """Else obstore asks the machine's cloud for a key, and waits."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    assert Bucket.open("s3://bucket", "http://127.0.0.1:1").store.config["skip_signature"]


@pytest.mark.parametrize(("url", "said"), [("s3://", "Give s3://"), ("gs://", "Give s3://")])
def test_an_address_that_is_none(url, said):
    with pytest.raises(BadArgument, match=said):
        Bucket.open(url)


def test_any_other_fault_is_the_stores_own():
    from obstore.exceptions import GenericError

    assert isinstance(fault("Listing", GenericError("the disk is on fire")), PlatformFault)


@pytest.mark.parametrize("key", ["../outside", "", ".", "a/../../b", "/etc/passwd", "a\0b"])
def test_a_key_never_leaves_its_folder(tmp_path, key):
    with pytest.raises(BadArgument):
        Folder(tmp_path / "in").path(key)


def test_a_folder_hides_what_is_not_finished(tmp_path):
    for name in ("a.jpg", ".hidden", "b.jpg.part", "c.crdownload", "d.tmp", "e~"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("x")
    assert [one.key for one in Folder(tmp_path).list()] == ["a.jpg"]


def test_a_folder_that_is_named_from_here_has_the_same_keys(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    for name in ("a.jpg", "sub/b.jpg"):
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path / "sub")
    for root, keys in ((".", ["b.jpg"]), ("..", ["a.jpg", "sub/b.jpg"])):
        here = Folder(Path(root))
        assert [one.key for one in here.list()] == keys
        assert [here.get(key) for key in keys] == [b"x"] * len(keys)
        with pytest.raises(BadArgument):
            here.path("../" * 2 + "outside.jpg")


@pytest.mark.parametrize(
    "prefix", ["out/", "in/", "out/deep/", "../", "../other/", ".git/", "x.part/", "a.jpg/", "//"]
)
def test_a_prefix_leads_nowhere_that_a_list_does_not(tmp_path, prefix):
    """Not through a link, not out of it, not to what is hidden."""
    root = tmp_path / "root"
    for place in (tmp_path / "other" / "deep", root / "real", root / ".git", root / "x.part"):
        place.mkdir(parents=True)
        (place / "secret.jpg").write_text("x")
    (root / "a.jpg").write_text("x")
    (root / "out").symlink_to(tmp_path / "other")
    (root / "in").symlink_to(root / "real")
    assert [one.key for one in Folder(root).list()] == ["a.jpg", "real/secret.jpg"]
    assert [one.key for one in Folder(root).list("real/")] == ["real/secret.jpg"]
    assert list(Folder(root).list(prefix)) == []


def test_a_folder_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(Missing, match="no such folder"):
        list(Folder(tmp_path / "none").list())


def test_a_name_that_is_no_utf8_is_listed_in_a_way_that_json_can_hold(tmp_path):
    raw = os.fsencode(tmp_path) + b"/photo-\xff.jpg"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    [one] = Folder(tmp_path).list()
    one.key.encode()
    with pytest.raises(FnkitError):
        Folder(tmp_path).get(one.key)


def test_a_file_is_complete_once_it_has_not_changed_for_a_while():
    settling = Settling(1.0)
    growing, old = Stored("a", 1, "1", 100.0), Stored("b", 1, "1", 50.0)
    assert settling.complete([growing, old], 100.2, 0.0) == [old]
    assert settling.waiting == {"a"}
    grown = Stored("a", 2, "2", 100.9)
    assert settling.complete([grown], 101.1, 0.9) == []
    assert settling.complete([grown], 101.9, 1.7) == [grown]
    assert settling.waiting == frozenset()


def test_a_file_from_the_future_is_complete_once_it_looks_the_same_for_a_while():
    settling = Settling(1.0)
    strange = Stored("a", 1, "1", 1e10)
    assert settling.complete([strange], 100.0, 0.0) == []
    assert settling.complete([strange], 50.0, 0.5) == []
    assert settling.complete([strange], 50.0, 1.1) == [strange]


def test_what_has_changed():
    wanted = Filter("in/", (".jpg",), ("created", "removed"))
    seen = {"in/kept.jpg": "1", "in/changed.jpg": "1", "in/gone.jpg": "1"}
    listed = [
        Stored("in/kept.jpg", 1, "1"),
        Stored("in/changed.jpg", 1, "2"),
        Stored("in/new.JPG", 1, "1"),
        Stored("in/new.png", 1, "1"),
        Stored("out/new.jpg", 1, "1"),
    ]
    found = [(one.kind, one.object.key) for one in changes(seen, listed, wanted)]
    assert found == [("created", "in/changed.jpg"), ("created", "in/new.JPG"), ("removed", "in/gone.jpg")]


def test_an_events_id_is_that_of_the_object():
    [one] = changes({}, [Stored("a", 1, "1", 5.0)], Filter())
    assert one.event("s").id == one.event("s").id
    assert one.event("s").id != one.event("t").id
    [other] = changes({}, [Stored("a", 1, "2", 5.0)], Filter())
    assert other.event("s").id != one.event("s").id


def test_a_source_survives_its_way_as_a_feeds_parameters(tmp_path):
    made = storage(
        tmp_path, prefix="in/", suffix=[".jpg", ".png"], on=("created", "removed"), into="image", settle=2
    )
    assert Storage.from_json(made.to_json()) == made
    own = storage("objects:photos/", suffix=".jpg")
    assert (own.store, own.prefix, own.label) == ("objects:", "photos/", "objects:photos/*.jpg")
    assert Storage.from_json(own.to_json()) == own
    assert storage("s3://bucket/", endpoint="http://here").store == "s3://bucket"
