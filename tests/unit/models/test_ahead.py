"""Networks that are opened before anybody asks: each is given once, and answers as any other does."""

import subprocess
import sys

import numpy as np
import pytest

from fnkit.models import catalogue, download, litert

SHAPES = {"movenet-multipose": (1, 256, 256, 3), "movenet-lightning": (1, 192, 192, 3)}


@pytest.mark.parametrize("name", SHAPES)
def test_it_is_given_once_and_answers_as_another(name):
    path = download.fetch(name).path
    litert.open_ahead(str(path))
    first, second = litert.open(path), litert.open(path)
    assert first is not second
    photo = np.random.default_rng(1).integers(0, 255, SHAPES[name], np.uint8)
    for _ in range(2):
        (one,), (other,) = first([photo]), second([photo])
        assert np.array_equal(one.view(np.uint8), other.view(np.uint8))
        photo = photo[:, ::-1].copy()


def test_what_is_no_network_is_left_alone(tmp_path):
    (tmp_path / "notes").write_text("no model")
    litert.open_ahead(str(tmp_path / "notes"))
    litert.open_ahead(str(tmp_path / "nowhere"))
    whole = download.fetch("movenet-multipose").path.read_bytes()
    (tmp_path / "other").write_bytes(whole)  # of an unknown name: nobody knows how large its photos are
    litert.open_ahead(str(tmp_path / "other"))
    assert litert.open(tmp_path / "other")([np.zeros((1, 128, 128, 3), np.uint8)])[0].shape == (1, 6, 56)


def test_the_usual_shapes_fit():
    for model in catalogue.known().values():
        for shape, tensor in zip(model.usual, model.inputs, strict=bool(model.usual)):
            assert tensor.takes(shape, tensor.dtype)


def test_a_fork_has_what_was_opened_before_it():
    """One thread runs, the model has been run once, and the fork's answer is that of a process of its own."""
    program = (
        "import os, sys\nos.environ['OPENBLAS_NUM_THREADS'] = '1'\n"
        "import numpy as np\nfrom pathlib import Path\nfrom fnkit.models import litert\n"
        "path, ahead = Path(sys.argv[1]), sys.argv[2] == 'ahead'\n"
        "if ahead:\n"
        "    litert.open_ahead(str(path))\n"
        "    assert len(os.listdir('/proc/self/task')) == 1\n"
        "    if os.fork():\n"
        "        sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
        "network = litert.open(path)\n"
        "assert bool(network.shapes) == ahead\n"
        "photo = np.random.default_rng(7).integers(0, 255, (1, 256, 256, 3), np.uint8)\n"
        "print(network([photo])[0].tobytes().hex())\n"
    )
    path = download.fetch("movenet-multipose").path
    ahead, plain = (
        subprocess.run([sys.executable, "-c", program, path, how], capture_output=True, text=True, check=True)
        for how in ("ahead", "plain")
    )
    assert ahead.stdout == plain.stdout != ""
