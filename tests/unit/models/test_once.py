import hashlib
import json
import signal

import pytest

from fnkit.core.errors import BadModel
from fnkit.models import once

CONTENT = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()

DOWNLOAD = "import sys; from fnkit.models import once; print(once.download(sys.argv[1], sys.argv[2]))"


def test_a_download_is_kept_by_its_content(files, cache):
    files.content["a.tflite"] = CONTENT
    seen = []
    path = once.download(files.url("a.tflite"), SHA256, lambda done, total: seen.append((done, total)))
    assert path == cache / SHA256
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mode & 0o222 == 0, "kept files are read-only"
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert all(total == len(CONTENT) for _, total in seen)


def test_what_is_kept_is_not_downloaded_again(files, cache):
    files.content["a.tflite"] = CONTENT
    once.download(files.url("a.tflite"), SHA256)
    once.download(files.url("a.tflite"), SHA256)
    assert files.asked["a.tflite"] == 1


def test_a_file_url(tmp_path, cache):
    (tmp_path / "a.tflite").write_bytes(CONTENT)
    assert once.download((tmp_path / "a.tflite").as_uri(), SHA256).read_bytes() == CONTENT


def test_another_hash_keeps_nothing_and_says_both(files, cache):
    files.content["a.tflite"] = b"something else"
    with pytest.raises(BadModel) as caught:
        once.download(files.url("a.tflite"), SHA256)
    assert SHA256 in str(caught.value)
    assert hashlib.sha256(b"something else").hexdigest() in str(caught.value)
    assert not [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_connection_that_ends_early_keeps_nothing(files, cache):
    files.content["a.tflite"] = CONTENT
    files.cut.add("a.tflite")
    with pytest.raises(BadModel, match=f"ended after {len(CONTENT) // 2} of {len(CONTENT)} bytes"):
        once.download(files.url("a.tflite"), SHA256)
    assert once.find(SHA256) is None


def test_errors_of_the_network_are_words(files, cache):
    with pytest.raises(BadModel, match="answered 404"):
        once.download(files.url("nothing"), SHA256)
    with pytest.raises(BadModel, match="nobody answers"):
        once.download("http://127.0.0.1:1/a.tflite", SHA256)
    with pytest.raises(BadModel, match="not an https:, http: or file: URL"):
        once.download("ftp://127.0.0.1/a.tflite", SHA256)
    with pytest.raises(BadModel, match="nobody answers"):
        once.download("file:///no/such/file", SHA256)


def test_a_cache_that_cannot_be_written(files, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path / "file"))
    files.content["a.tflite"] = CONTENT
    with pytest.raises(BadModel, match="FNKIT_CACHE"):
        once.download(files.url("a.tflite"), SHA256)


def test_half_a_file_is_never_seen(files, cache, python):
    files.content["a.tflite"] = CONTENT
    files.go.clear()
    process = python(DOWNLOAD, files.url("a.tflite"), SHA256)
    assert files.waiting.wait(20)
    assert once.find(SHA256) is None, "half of it is here, and has no name yet"
    files.go.set()
    assert process.communicate(timeout=20)[0].strip() == str(once.find(SHA256))


def test_two_processes_download_once(files, cache, python):
    files.content["a.tflite"] = CONTENT
    files.go.clear()
    processes = [python(DOWNLOAD, files.url("a.tflite"), SHA256) for _ in range(2)]
    assert files.waiting.wait(20)
    files.go.set()
    paths = {process.communicate(timeout=20)[0].strip() for process in processes}
    assert paths == {str(cache / SHA256)}
    assert files.asked["a.tflite"] == 1


def test_a_killed_download_leaves_no_lock_and_no_half_file(files, cache, python):
    files.content["a.tflite"] = CONTENT
    files.go.clear()
    process = python(DOWNLOAD, files.url("a.tflite"), SHA256)
    assert files.waiting.wait(20)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    files.go.set()
    assert once.find(SHA256) is None
    assert once.download(files.url("a.tflite"), SHA256).read_bytes() == CONTENT
    assert not list(cache.rglob("*.part/*.part"))


def test_an_interrupted_download_leaves_nothing(files, cache, python):
    files.content["a.tflite"] = CONTENT
    files.go.clear()
    process = python(DOWNLOAD, files.url("a.tflite"), SHA256)
    assert files.waiting.wait(20)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode != 0
    assert [path.suffix for path in cache.rglob("*") if path.is_file()] in ([], [".lock"])


def test_what_travels_with_an_action_comes_first(tmp_path, cache, monkeypatch):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    (tmp_path / "two" / SHA256).write_bytes(CONTENT)
    monkeypatch.setenv("FNKIT_MODELS", f"{tmp_path / 'one'}:{tmp_path / 'two'}")
    assert once.find(SHA256) == tmp_path / "two" / SHA256


def test_an_instance_downloads_what_its_action_names(files, cache, monkeypatch):
    files.content["a.tflite"] = CONTENT
    monkeypatch.setenv("FNKIT_MODEL_URLS", json.dumps({SHA256: files.url("a.tflite")}))
    assert once.bring(SHA256).read_bytes() == CONTENT
    assert once.bring(SHA256) == cache / SHA256
    assert files.asked["a.tflite"] == 1
    assert once.bring("0" * 64) is None


def test_names_of_converted_models(cache, monkeypatch):
    once.keep(SHA256, lambda sink: sink.write(CONTENT), "Keeping")
    once.give_name("digits", SHA256)
    assert once.named("digits") == SHA256
    assert once.names() == ["digits"]
    assert once.named("../models/digits") is None
    monkeypatch.setenv("FNKIT_MODEL_NAMES", json.dumps({"digits": "f" * 64}))
    assert once.named("digits") == "f" * 64, "what travels with an action wins"
