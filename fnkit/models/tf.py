"""The only door to TensorFlow. Stays at home: no action has room for it."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.core.errors import BadModel, MissingPackage
from fnkit.models.catalogue import Tensor
from fnkit.models.litert import LiteNetwork, hushed

CAUGHT = (ValueError, TypeError, KeyError, OSError, RuntimeError, NotImplementedError, AttributeError)
"""What TensorFlow and Keras raise where a file is not what it seems."""


class GraphNetwork:
    """A network as a concrete function: SavedModel, Keras or frozen graph."""

    runtime = "tensorflow"

    def __init__(self, function: Any) -> None:
        tf = library()
        self._function = function
        args, kwargs = function.structured_input_signature
        self._names = sorted(kwargs)
        specs = [*tf.nest.flatten(args), *(kwargs[name] for name in self._names)]
        self._positional = len(specs) - len(self._names)
        self.inputs = tuple(_tensor(spec) for spec in specs)
        self.outputs = _outputs(function.structured_outputs)

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
        """One array per output; dicts are read in the order of their names."""
        tf = library()
        given = [tf.constant(array) for array in arrays]
        named = dict(zip(self._names, given[self._positional :], strict=True))
        results = self._function(*given[: self._positional], **named)
        return tuple(np.asarray(result) for result in tf.nest.flatten(results))


def library() -> Any:
    """The `tensorflow` module, without its chatter. Raises MissingPackage."""
    if find_spec("tensorflow") is None:
        advice = "Install it: pip install 'fnkit[tensorflow]'"
        raise MissingPackage("Loading TensorFlow", "it is not installed.", advice)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with hushed():
        import tensorflow

    return tensorflow


def open(path: Path, lite: bool) -> LiteNetwork | GraphNetwork:
    """The network in a file or folder, run by TensorFlow. Raises BadModel where it is none."""
    tf = library()
    if lite:
        with warnings.catch_warnings():  # "deprecated, use LiteRT": we do, and compare the two
            warnings.simplefilter("ignore")
            return LiteNetwork(tf.lite.Interpreter(model_path=str(path), num_threads=1), "tensorflow")
    return GraphNetwork(concrete(path))


def concrete(model: Any) -> Any:
    """The concrete function of a Keras model, of a file or folder of TensorFlow's, or itself. Raises BadModel."""
    tf = library()
    if hasattr(model, "structured_input_signature"):
        return model
    if isinstance(model, tf.keras.Model):
        return _of_keras(model)
    if not isinstance(model, str | os.PathLike):
        found = f"{type(model).__name__} is none of Keras model, SavedModel folder, file and concrete function."
        raise BadModel("Reading a model", found, "From a tf.function f take f.get_concrete_function(…).")
    path = Path(model)
    try:
        return _reader(path)(path)
    except CAUGHT as error:
        found = f"it is no model that TensorFlow can read ({_first_line(error)})."
        raise BadModel(f"Reading the model {path.name}", found) from error


def to_tflite(function: Any) -> bytes:
    """The same network as the content of a `.tflite` file, float32. Raises BadModel where it has no such form."""
    tf = library()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], function)
    try:
        with hushed():
            content: bytes = converter.convert()
    except Exception as error:  # the converter has no error class of its own that one may name
        advice = "LiteRT has only TensorFlow's common operations: leave out the rest, or do it in numpy."
        raise BadModel("Converting to .tflite", f"TensorFlow cannot ({_first_line(error)}).", advice) from error
    return content


def _reader(path: Path) -> Callable[[Path], Any]:
    if path.is_dir():
        return _of_saved_model
    with path.open("rb") as content:
        start = content.read(4)
    return _of_keras_file if start in (b"PK\x03\x04", b"\x89HDF") else _of_frozen_graph


def _of_keras(model: Any) -> Any:
    tf = library()
    if not getattr(model, "inputs", None):
        advice = "Call it once on a sample, or give it an Input."
        raise BadModel(f"Reading the Keras model {model.name}", "it has no inputs yet.", advice)
    specs = [tf.TensorSpec(tensor.shape, tensor.dtype, tensor.name) for tensor in model.inputs]

    def call(*arrays: Any) -> Any:
        return model(arrays[0] if len(arrays) == 1 else list(arrays), training=False)

    return tf.function(call).get_concrete_function(*specs)


def _of_keras_file(path: Path) -> Any:
    tf = library()
    with path.open("rb") as content, tempfile.TemporaryDirectory() as scratch:
        # A kept file is named by its content; Keras goes by the end of the name.
        named = Path(scratch, "model.keras" if content.read(2) == b"PK" else "model.h5")
        shutil.copyfile(path, named)
        return _of_keras(tf.keras.models.load_model(named, compile=False))


def _of_saved_model(path: Path) -> Any:
    loaded = library().saved_model.load(str(path))
    signatures = loaded.signatures
    name = "serving_default" if "serving_default" in signatures else next(iter(signatures))
    function = signatures[name]
    function.fnkit_owner = loaded  # its variables live as long as the object that it came from
    return function


def _of_frozen_graph(path: Path) -> Any:
    """All placeholders as inputs; as outputs what no other node uses, in the order of the names."""
    from google.protobuf.message import DecodeError

    tf = library()
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise BadModel(
            f"Reading the model {path.name}", "it is none of .tflite, Keras file and frozen graph."
        ) from error
    used = {name.split(":")[0].lstrip("^") for node in graph.node for name in node.input}
    inputs = {node.name: f"{node.name}:0" for node in graph.node if node.op == "Placeholder"}
    outputs = {
        node.name: f"{node.name}:0"
        for node in graph.node
        if node.name not in used and node.op not in ("Const", "Assert")
    }
    run = pruned(graph, list(inputs.values()), outputs)
    specs = [tf.TensorSpec.from_tensor(tensor, name) for name, tensor in zip(inputs, run.inputs, strict=True)]

    def call(*arrays: Any) -> Any:  # which gives the function a signature
        return run(*arrays)

    return tf.function(call).get_concrete_function(*specs)


def pruned(graph: Any, feeds: Any, fetches: Any) -> Any:
    """The part of a graph from some tensors (`name:0`) to others, as a function."""
    tf = library()
    wrapped = tf.compat.v1.wrap_function(lambda: tf.graph_util.import_graph_def(graph, name=""), [])
    element = wrapped.graph.as_graph_element
    return wrapped.prune(tf.nest.map_structure(element, feeds), tf.nest.map_structure(element, fetches))


def _outputs(structure: Any) -> tuple[Tensor, ...]:
    """What a function gives, flat; of a dict in the order of its keys and named by them."""
    specs = library().nest.flatten(structure)
    names = (
        sorted(structure) if isinstance(structure, dict) else [f"output_{index}" for index in range(len(specs))]
    )
    return tuple(replace(_tensor(spec), name=name) for name, spec in zip(names, specs, strict=True))


def _tensor(spec: Any) -> Tensor:
    sides = spec.shape.as_list() if spec.shape.rank is not None else []
    return Tensor(spec.name.split(":")[0], tuple(-1 if side is None else side for side in sides), spec.dtype.name)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
