import base64
import csv
import hashlib
import io
import zipfile
from dataclasses import replace

import pytest

from fnkit.core.errors import BadModel
from fnkit.models import catalogue, download, once, wheels
from fnkit.models.catalogue import Known, Member, Wheel
from fnkit.models.progress import TextBar

CONTENT = b"weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def known(tmp_path, monkeypatch):
    """A model in an archive in a wheel that pip finds by its own settings: a folder, no index."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("models/net.tflite", CONTENT)
    wheel = tmp_path / "wheels" / "fnkit_test_carrier-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    _write_wheel(wheel, {"carrier/bundle.zip": inner.getvalue(), "carrier/labels.txt": b"one\ntwo\n"})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    content = wheel.read_bytes()
    return Known(
        name="net",
        title="A net",
        task="none",
        format="tflite",
        licence="CC0",
        attribution="nobody",
        inputs=(),
        outputs=(),
        model=Member(("carrier/bundle.zip", "models/net.tflite"), SHA256, len(CONTENT)),
        wheel=Wheel("fnkit-test-carrier", "1.0", hashlib.sha256(content).hexdigest(), len(content)),
    )


def _write_wheel(path, members):
    info = "fnkit_test_carrier-1.0.dist-info"
    members = {
        **members,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: fnkit-test-carrier\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = io.StringIO()
    for name, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        csv.writer(rows).writerow([name, f"sha256={digest}", len(content)])
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in {**members, f"{info}/RECORD": rows.getvalue().encode()}.items():
            wheel.writestr(name, content)


def test_a_member_of_an_archive_in_a_wheel(known, cache):
    seen = []
    path = wheels.take(known, known.model, lambda done, total: seen.append((done, total)))
    assert path == cache / SHA256
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (known.wheel.size, known.wheel.size)
    assert not list(cache.rglob("*.whl")), "the wheel itself is not kept"
    # What rotted on the disk is brought again.
    path.chmod(0o644)
    path.write_bytes(b"rotten")
    assert wheels.take(known, known.model).read_bytes() == CONTENT


def test_another_wheel_is_refused(known, cache):
    other = replace(known, wheel=replace(known.wheel, sha256="0" * 64))
    with pytest.raises(BadModel, match="wheel of this version has another sha256"):
        wheels.take(other, other.model)
    assert once.find(SHA256) is None


def test_another_member_is_refused(known, cache):
    missing = replace(known.model, path=("carrier/bundle.zip", "models/other.tflite"))
    with pytest.raises(BadModel, match=r"there is no carrier/bundle.zip / models/other.tflite in it"):
        wheels.take(known, missing)


def test_no_network(known, cache, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "empty"))
    with pytest.raises(BadModel, match="Is there a network") as caught:
        wheels.take(known, known.model)
    assert "fnkit-test-carrier==1.0" in str(caught.value)


def test_two_processes_bring_a_wheel_once(known, cache, python):
    code = f"""
import sys
from fnkit.models import wheels
from fnkit.models.catalogue import Known, Member, Wheel
print(wheels.take({known!r}, {known.model!r}).read_bytes() == b"weights" * 1000)
"""
    said = [process.communicate(timeout=60) for process in [python(code), python(code)]]
    assert [out.strip() for out, _ in said] == ["True", "True"], said


def test_an_unknown_name(cache):
    with pytest.raises(BadModel, match="Did you mean movenet-multipose"):
        download.fetch("movenet-multipos")
    with pytest.raises(BadModel, match="there is no such file"):
        download.fetch("weights/mine.tflite")


def test_a_url_needs_its_sha256(files, cache):
    files.content["net.tflite"] = CONTENT
    with pytest.raises(BadModel, match=r"sha256 is not given\. Write it behind: URL#sha256="):
        download.fetch(files.url("net.tflite"))
    with pytest.raises(BadModel, match="not a sha256"):
        download.fetch(files.url("net.tflite"), sha256="abc")
    file = download.fetch(files.url("net.tflite"), sha256=SHA256.upper())
    assert (file.name, file.sha256, file.size) == ("net.tflite", SHA256, len(CONTENT))
    assert file.url == files.url("net.tflite")
    assert file.path == cache / SHA256
    assert download.fetch(f"{files.url('net.tflite')}#sha256={SHA256}") == file
    with pytest.raises(BadModel, match="not a sha256"):
        download.fetch(f"{files.url('net.tflite')}#sha256=abc")


def test_a_path_with_and_without_a_sha256(tmp_path, cache):
    (tmp_path / "net.tflite").write_bytes(CONTENT)
    file = download.fetch(tmp_path / "net.tflite")
    assert (file.sha256, file.path, file.url) == (SHA256, cache / SHA256, None)
    assert download.fetch(SHA256).path == file.path
    with pytest.raises(BadModel, match="its sha256 is"):
        download.fetch(tmp_path / "net.tflite", sha256="0" * 64)
    with pytest.raises(BadModel, match="not kept on this machine"):
        download.fetch("0" * 64)


def test_the_bar_waits_half_a_second_and_ends_its_line():
    quick, slow = io.StringIO(), io.StringIO()
    bar = TextBar("net", quick)
    bar(10, 20)
    bar(20, 20)
    assert quick.getvalue() == ""
    bar = TextBar("net", slow, patience=0.0)
    bar(5_000_000, 10_000_000)
    bar(10_000_000, 10_000_000)
    assert slow.getvalue().endswith("━" * 30 + " 10.0 of 10.0 MB\n")
    assert "━" * 15 + "╌" * 15 + " 5.0 of 10.0 MB" in slow.getvalue()


def test_every_entry_of_the_catalogue_is_whole():
    models = catalogue.known()
    assert set(models) == {"movenet-multipose", "movenet-lightning", "efficientnet-lite3", "ssd-mobilenet-v2"}
    for model in models.values():
        assert once.is_sha256(model.model.sha256) and model.model.size > 0
        assert once.is_sha256(model.wheel.sha256)
        assert model.inputs and model.outputs and model.licence and model.task
