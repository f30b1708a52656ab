"""Models from the shell: what there is, what is known of it, and one's own."""

import re

import numpy as np
import pytest

from fnkit.cli.commands import run
from fnkit.core import places


@pytest.fixture
def said(capsys):
    """Runs a line that must leave with `code` and gives what it says."""

    def one(*words: str, code: int = 0) -> str:
        left = run(["models", *words])
        out, err = capsys.readouterr()
        assert left == code, err
        return err if code else out

    return one


def test_the_catalogue_is_listed(said):
    rows = [line.split("\t") for line in said("list").splitlines()]
    assert {"movenet-multipose", "movenet-lightning", "efficientnet-lite3", "ssd-mobilenet-v2"} <= {
        row[0] for row in rows
    }
    assert {len(row) for row in rows} == {5}


def test_what_is_known_of_a_model(said):
    shown = said("show", "movenet-lightning")
    assert re.search(r"^inputs +RGB image: uint8 1×192×192×3$", shown, re.M)
    assert re.search(r"^licence +Apache-2\.0$", shown, re.M)


@pytest.mark.parametrize("verb", ["show", "fetch"])
def test_an_unknown_model_is_said(said, verb):
    assert "movenet-lightning" in said(verb, "movenet-lightnin", code=1)


def test_a_file_is_fetched_by_its_hash(said, tmp_path):
    (tmp_path / "model.tflite").write_bytes(b"not a model, but a file")
    wrong = said("fetch", (tmp_path / "model.tflite").as_uri(), "--sha256", 64 * "0", code=1)
    assert "sha256" in wrong


@pytest.mark.parametrize("content", [b"no numpy", b""])
def test_a_sample_that_is_no_array_is_said(said, tmp_path, content):
    (tmp_path / "sample.npy").write_bytes(content)
    assert "numpy.save" in said("convert", "model.keras", "--sample", str(tmp_path / "sample.npy"), code=2)


@pytest.mark.tensorflow
def test_ones_own_model_is_converted_and_found_by_its_name(said, tmp_path, monkeypatch):
    keras = pytest.importorskip("tensorflow").keras
    monkeypatch.setenv("FNKIT_CACHE", str(tmp_path / "cache"))
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2)])
    model.save(tmp_path / "mine.keras")
    np.save(tmp_path / "sample.npy", np.ones((1, 4), np.float32))
    made = said("convert", str(tmp_path / "mine.keras"), "--sample", str(tmp_path / "sample.npy"))
    digest = re.search(r"^sha256 +([0-9a-f]{64})$", made, re.M)[1]
    assert (places.cache() / "models" / digest).is_file()
    assert re.search(r"^mine\tyours\t.*\tyes$", said("list"), re.M)
    assert digest in said("show", "mine")
