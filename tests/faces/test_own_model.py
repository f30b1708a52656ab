"""A model of her own: trained in Keras, converted, deployed, and asked the same question there."""

from pathlib import Path

import numpy as np
import pytest

import fnkit

SCRIPT = '''"""Whether a point lies above the diagonal."""

import numpy as np

import fnkit

model = fnkit.models.load("above-the-diagonal")


def main(x: float, y: float):
    """The probability that (x, y) lies above the diagonal."""
    (answer,) = model(np.array([[x, y]], np.float32))
    return {"above": float(answer[0, 0]), "runtime": model.runtime}
'''
QUESTION = {"x": 0.2, "y": 0.9}


@pytest.fixture(scope="module")
def trained():
    """A small Keras model, really trained: 1 above the diagonal, 0 below."""
    keras = pytest.importorskip("tensorflow").keras
    keras.utils.set_random_seed(7)
    points = np.random.default_rng(7).random((512, 2)).astype(np.float32)
    layers = [keras.layers.Input((2,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential(layers, name="above-the-diagonal")
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    model.fit(points, points[:, 1] > points[:, 0], epochs=20, verbose=0)
    fnkit.models.convert(model, points[:8])
    return model


@pytest.fixture
def script(embedded, monkeypatch, tmp_path) -> Path:
    """Her script, and the session's platform."""
    monkeypatch.setenv("WSK_CONFIG_FILE", str(embedded.props))
    (tmp_path / "diagonal.py").write_text(SCRIPT)
    return tmp_path / "diagonal.py"


@pytest.mark.tensorflow
def test_a_model_that_she_trained_answers_on_the_platform_as_it_does_in_keras(trained, script):
    wanted = float(trained.predict(np.array([[0.2, 0.9]], np.float32), verbose=0)[0, 0])
    receipt = fnkit.deploy(script, "diagonal", model="above-the-diagonal", test=QUESTION)
    assert receipt.did == "created"
    answer = fnkit.invoke("diagonal", QUESTION).result
    assert wanted > 0.9
    assert answer["above"] == pytest.approx(wanted, abs=1e-4)
    assert answer["runtime"] == "litert"
