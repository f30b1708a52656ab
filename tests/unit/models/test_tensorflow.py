"""TensorFlow and LiteRT give the same numbers; her own model becomes a small file that gives them too."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fnkit
from fnkit.core.errors import BadArgument, BadModel
from fnkit.models import images, once
from fnkit.vision import objects, pose

pytestmark = pytest.mark.tensorflow

PHOTOS = Path(__file__).parents[3] / "notebooks" / "photos"
PEOPLE = [
    "person-front-jumping.jpg",
    "person-side-walking.jpg",
    "person-half-hidden.jpg",
    "astronaut.png",
    "camera.png",
]


@pytest.fixture(scope="module")
def tf():
    pytest.importorskip("tensorflow")
    from fnkit.models.tf import library

    return library()


@pytest.fixture(scope="module")
def digits(tf):
    """A small net trained to tell in which quarter of an 8 × 8 picture a bright spot is; its data and answers."""
    tf.keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    x = random.uniform(0, 0.3, (512, 8, 8, 1)).astype(np.float32)
    y = random.integers(0, 4, 512)
    for picture, quarter in zip(x, y, strict=True):
        row, column = divmod(int(quarter), 2)
        picture[row * 4 + random.integers(4), column * 4 + random.integers(4)] = 1
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            tf.keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.Dropout(0.1),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(4, activation="softmax"),
        ],
        name="quarters",
    )
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(x, y, epochs=12, verbose=0)
    return model, x, y


@pytest.mark.parametrize("name", ["movenet-multipose", "movenet-lightning"])
def test_the_runtimes_agree_on_the_photos(tf, name):
    lite, full = (fnkit.models.load(name, runtime=runtime) for runtime in ("litert", "tensorflow"))
    assert (lite.runtime, full.runtime) == ("litert", "tensorflow")
    side = {"movenet-multipose": pose.SIDE, "movenet-lightning": pose.LIGHTNING_SIDE}[name]
    for photo in PEOPLE:
        square, _ = images.letterbox(images.open(PHOTOS / photo), side)
        assert np.abs(lite(square[None])[0] - full(square[None])[0]).max() < 1e-4


def test_a_keras_model_becomes_a_small_file(digits, own_cache):
    model, x, y = digits
    file = fnkit.models.convert(model, x[:4])
    assert (file.name, file.path) == ("quarters", own_cache / file.sha256)
    loaded = fnkit.models.load("quarters")
    assert (loaded.runtime, loaded.name, loaded.sha256) == ("litert", "quarters", file.sha256)
    (answers,) = loaded(x)
    assert np.abs(answers - model.predict(x, verbose=0)).max() < 1e-4
    assert (answers.argmax(axis=1) == y).mean() > 0.9, "it learnt something, and kept it"
    assert np.array_equal(loaded(x[:1].astype(np.float64))[0], loaded(x[:1])[0])
    assert fnkit.models.fetch("quarters") == file
    assert fnkit.models.fetch(file.sha256).path == file.path


def test_every_form_of_her_model_loads_and_converts(tf, digits, own_cache, tmp_path):
    model, x, _ = digits
    model.save(tmp_path / "net.keras")
    model.export(tmp_path / "saved", verbose=False)
    model.save(tmp_path / "net.h5")
    function = tf.function(lambda picture: model(picture, training=False))
    concrete = function.get_concrete_function(tf.TensorSpec((None, 8, 8, 1), tf.float32))
    wanted = model.predict(x[:9], verbose=0)
    for source in (tmp_path / "net.keras", tmp_path / "saved", tmp_path / "net.h5"):
        loaded = fnkit.models.load(source)
        assert loaded.runtime == "tensorflow"
        assert np.abs(loaded(x[:9])[0] - wanted).max() < 1e-6
    for source in (tmp_path / "net.keras", str(tmp_path / "saved"), concrete):
        file = fnkit.models.convert(source, x[:9], name="again")
        assert np.abs(fnkit.models.load(file)(x[:9])[0] - wanted).max() < 1e-4


def test_several_inputs_and_outputs_keep_their_order(tf, own_cache):
    spec = tf.TensorSpec((None, 3), tf.float32)
    function = tf.function(lambda b, a: {"y": a - b, "x": a * 10, "z": tf.cast(b > a, tf.int32)})
    concrete = function.get_concrete_function(tf.TensorSpec(spec.shape, spec.dtype, "b"), spec)
    b, a = np.ones((2, 3), np.float32), np.full((2, 3), 5, np.float32)
    file = fnkit.models.convert(concrete, [b, a], name="several")
    assert len(fnkit.models.load(file).inputs) == 2
    by_name = {"a": a, "b": b}
    loaded = fnkit.models.load(file)
    given = [by_name[tensor.name.split(":")[0].removeprefix("serving_default_")] for tensor in loaded.inputs]
    x, y, z = loaded(*given)
    assert (x == 50).all() and (y == 4).all() and (z == 0).all()


def test_a_model_that_rolls_dice_is_refused_and_says_how_far_off(tf, own_cache):
    function = tf.function(lambda x: x + tf.random.uniform((1, 4)))
    concrete = function.get_concrete_function(tf.TensorSpec((1, 4), tf.float32))
    concrete(tf.zeros((1, 4)))  # the dice of both begin alike: one throw apart they differ
    with pytest.raises(BadModel, match=r"output 0 is off by 0\.\d+ on the sample, where 0\.0001 is allowed"):
        fnkit.models.convert(concrete, np.zeros((1, 4), np.float32), name="dice")
    assert once.names() == [] and not list(own_cache.glob("?" * 64))


def test_what_cannot_be_converted_is_refused_in_words(tf, digits, own_cache, tmp_path):
    model, x, _ = digits
    with pytest.raises(BadArgument, match=r"there is no sample.* It takes float32 \?×8×8×1"):
        fnkit.models.convert(model)
    with pytest.raises(BadArgument, match=r"the sample has the shape \(8, 8, 1\)"):
        fnkit.models.convert(model, x[0])
    with pytest.raises(BadArgument, match="the catalogue has a model of this name"):
        fnkit.models.convert(model, x, name="movenet-multipose")
    with pytest.raises(BadModel, match=r"a \.tflite file already"):
        fnkit.models.convert("movenet-multipose")
    with pytest.raises(BadModel, match="dict is none of"):
        fnkit.models.convert({}, x)
    words = tf.function(lambda text: tf.strings.regex_replace(text, "a", "b"))
    concrete = words.get_concrete_function(tf.TensorSpec((1,), tf.string))
    with pytest.raises(BadModel, match="TensorFlow cannot"):
        fnkit.models.convert(concrete, np.array(["a"]), name="words")
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(BadModel, match="none of"):
        fnkit.models.load(tmp_path / "notes.txt")
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadModel, match="no model that TensorFlow can read"):
        fnkit.models.load(tmp_path / "folder")


def test_a_frozen_graph_and_what_litert_makes_of_it(tf, own_cache):
    full = fnkit.models.load("ssd-mobilenet-v2")
    assert full.runtime == "tensorflow"
    with pytest.raises(BadModel, match="fnkit models convert ssd-mobilenet-v2"):
        fnkit.models.load("ssd-mobilenet-v2", runtime="litert")
    file = fnkit.models.convert("ssd-mobilenet-v2")
    lite = fnkit.models.load("ssd-mobilenet-v2-litert")
    assert (lite.runtime, lite.sha256) == ("litert", file.sha256)
    for name, kinds in [
        (PEOPLE[0], [1]),
        (PEOPLE[1], [1]),
        ("chelsea.png", [17, 65]),
        ("coffee.png", [47, 51, 67]),
    ]:
        photo = images.open(PHOTOS / name)
        wanted, got = objects.find(full, photo), objects.find(lite, photo)
        assert [one.kind for one in got] == [one.kind for one in wanted] == kinds
        height, width = photo.shape[:2]
        shares = np.array([width, height, width, height])
        for one, other in zip(wanted, got, strict=True):
            assert abs(one.score - other.score) < 1e-4
            assert (np.abs(np.subtract(one.box, other.box)) / shares).max() < 1e-4
    assert objects.find(lite, images.open(PHOTOS / "nobody-park.jpg")) == ()


def test_importing_the_models_imports_no_tensorflow():
    code = """
import sys
import fnkit
from fnkit.models import images
from fnkit.vision import crop, pose
fnkit.models.load
print([name for name in ("tensorflow", "ai_edge_litert", "matplotlib", "requests") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
