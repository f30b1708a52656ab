import numpy as np
import pytest

import fnkit
from fnkit.core.errors import BadArgument, BadModel
from fnkit.models import download


@pytest.fixture(scope="module")
def lightning():
    return fnkit.models.load("movenet-lightning")


def test_a_model_says_what_it_is(lightning):
    assert repr(lightning) == ("<Model movenet-lightning in litert: uint8 1×192×192×3 → float32 1×1×17×3>")
    assert lightning.sha256 == download.catalogue.find("movenet-lightning").model.sha256
    assert lightning.inputs[0].dtype == "uint8"


@pytest.mark.parametrize("name", ["movenet-multipose", "movenet-lightning", "efficientnet-lite3"])
def test_the_catalogue_says_what_the_file_says(name):
    known, model = download.catalogue.find(name), fnkit.models.load(name)
    assert [(t.shape, t.dtype) for t in known.inputs] == [(t.shape, t.dtype) for t in model.inputs]
    assert [(t.shape, t.dtype) for t in known.outputs] == [(t.shape, t.dtype) for t in model.outputs]


def test_times_are_apart_from_results():
    model = fnkit.models.load("movenet-lightning")
    assert model.timings.inference is None
    (points,) = model(np.zeros((1, 192, 192, 3), np.uint8))
    assert points.shape == (1, 1, 17, 3)
    assert 0 < model.timings.inference < 30
    assert model.timings.total == pytest.approx(
        sum(model.timings.to_json()[key] for key in ("download", "load", "inference"))
    )


def test_another_size_each_time():
    model = fnkit.models.load("movenet-multipose")
    for side in (256, 128, 256):
        assert model(np.zeros((1, side, side, 3), np.uint8))[0].shape == (1, 6, 56)


def test_results_stay_what_they_were(lightning):
    (black,) = lightning(np.zeros((1, 192, 192, 3), np.uint8))
    before = black.copy()
    lightning(np.full((1, 192, 192, 3), 255, np.uint8))
    assert np.array_equal(black, before)


@pytest.mark.parametrize(
    "arrays",
    [
        (),
        (np.zeros((192, 192, 3), np.uint8),),
        (np.zeros((1, 192, 192, 3), np.float32),),
        (np.zeros((1, 192, 192, 3), np.uint8),) * 2,
    ],
)
def test_what_does_not_fit_is_refused(lightning, arrays):
    with pytest.raises(BadArgument, match="It takes uint8 1×192×192×3"):
        lightning(*arrays)


def test_what_is_no_model(tmp_path, cache):
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(BadModel, match=r"LiteRT runs \.tflite files only"):
        fnkit.models.load(tmp_path / "notes.txt", runtime="litert")
    with pytest.raises(BadArgument, match="'onnx' is no runtime"):
        fnkit.models.load("movenet-lightning", runtime="onnx")
    with pytest.raises(BadModel, match="Did you mean movenet-lightning"):
        fnkit.models.load("movenet-lightnin")


def test_a_broken_model_does_not_take_the_notebook_along(tmp_path, own_cache):
    whole = download.fetch("movenet-lightning").path.read_bytes()
    (tmp_path / "half.tflite").write_bytes(whole[:100_000])
    with pytest.raises(BadModel, match=r"half\.tflite: the file is broken"):
        fnkit.models.load(tmp_path / "half.tflite")


def test_only_chatter_is_dropped(python):
    code = """
import os
from concurrent.futures import ThreadPoolExecutor
from fnkit.models.litert import hushed

def speak(number):
    with hushed():
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\\nheard %d\\n" % number)

with ThreadPoolExecutor(8) as pool:
    list(pool.map(speak, range(40)))
os.write(2, b"still there\\n")
"""
    lines = python(code).communicate(timeout=60)[1].splitlines()
    assert sorted(lines[:-1]) == sorted(f"heard {number}" for number in range(40))
    assert lines[-1] == "still there"


def test_a_url(files, own_cache, monkeypatch):
    path = download.fetch("movenet-lightning").path
    monkeypatch.delenv("FNKIT_MODELS")
    known = download.catalogue.find("movenet-lightning").model
    files.content["net.tflite"] = path.read_bytes()
    model = fnkit.models.load(files.url("net.tflite"), sha256=known.sha256)
    assert (model.name, model.sha256, model.runtime) == ("net.tflite", known.sha256, "litert")
    with pytest.raises(BadModel, match="sha256 is not given"):
        fnkit.models.load(files.url("net.tflite"))
