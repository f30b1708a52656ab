"""Her own model, made small: TensorFlow in the notebook, `.tflite` in the action, the same numbers."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.core.canonical import sha256
from fnkit.core.entities import ModelFile
from fnkit.core.errors import BadArgument, BadModel
from fnkit.models import catalogue, download, litert, once, ssd, tf

TOLERANCE = 1e-4
"""Largest difference between the two, as a share of the largest number (or of 1 where all are smaller)."""


def convert(model: Any, sample: Any = None, *, name: str | None = None) -> ModelFile:
    """The model as a `.tflite` file, compared with the original on `sample`, and kept for `load` and `--model`.

    `model` is a Keras model, the folder of a SavedModel, a `.keras` or `.h5` file or a concrete function.
    `sample` is an array as the model takes it, with the batch (a list of arrays where it has several inputs).
    `name` (else the model's own) is what both find it by. The catalogue's `ssd-mobilenet-v2` needs
    no sample and becomes `ssd-mobilenet-v2-litert`.
    Raises BadModel where it cannot be converted, or where the results differ by more than 1e-4: then it says by
    how much, and nothing is kept.
    """
    if isinstance(model, str | os.PathLike) and os.fspath(model) in catalogue.known():
        return _convert_known(os.fspath(model), name)
    name = _legal(name or _name(model))
    function = tf.concrete(model)
    original = tf.GraphNetwork(function)
    if sample is None:
        found = "there is no sample to compare on."
        raise BadArgument(f"Converting {name}", found, f"It takes {', '.join(map(str, original.inputs))}.")
    return _keep(name, tf.to_tflite(function), original, _arrays(name, sample, original))


def _convert_known(known_name: str, name: str | None) -> ModelFile:
    if catalogue.find(known_name).format == "tflite":
        advice = f'Load it: fnkit.models.load("{known_name}")'
        raise BadModel(f"Converting {known_name}", "it is a .tflite file already.", advice)
    function = ssd.concrete(download.fetch(known_name).path)
    network = tf.GraphNetwork(function)
    noise = np.random.default_rng(0).integers(0, 256, network.inputs[0].shape, np.uint8)
    return _keep(_legal(name or f"{known_name}-litert"), tf.to_tflite(function), network, [noise])


def _keep(name: str, content: bytes, original: tf.GraphNetwork, arrays: Sequence[NDArray[Any]]) -> ModelFile:
    with tempfile.TemporaryDirectory() as scratch:
        candidate = Path(scratch, "candidate.tflite")
        candidate.write_bytes(content)
        _compare(name, original(arrays), litert.open(candidate)(arrays))
    digest = sha256(content)
    path = once.keep(digest, lambda sink: sink.write(content), f"Keeping the converted model {name}")
    once.give_name(name, digest)
    return ModelFile(name, digest, len(content), path)


def _compare(name: str, wanted: Sequence[NDArray[Any]], got: Sequence[NDArray[Any]]) -> None:
    tried = f"Converting {name}"
    shapes = [array.shape for array in wanted], [array.shape for array in got]
    if shapes[0] != shapes[1]:
        raise BadModel(tried, f"on the sample TensorFlow gives {shapes[0]}, LiteRT {shapes[1]}.")
    for index, (one, other) in enumerate(zip(wanted, got, strict=True)):
        off, scale = _largest(np.abs(one.astype(float) - other)), max(1.0, _largest(np.abs(one)))
        if not off <= TOLERANCE * scale:
            found = f"output {index} is off by {off:.2g} on the sample, where {TOLERANCE * scale:.2g} is allowed."
            raise BadModel(tried, found, "Nothing was kept. Is the model fixed: no dropout, no random numbers?")


def _largest(array: NDArray[Any]) -> float:
    return float(array.max()) if array.size else 0.0


def _arrays(name: str, sample: Any, network: tf.GraphNetwork) -> list[NDArray[Any]]:
    """The sample as the network takes it; float64 becomes float32."""
    arrays = [np.asarray(array) for array in (sample if isinstance(sample, list | tuple) else [sample])]
    if len(arrays) == len(network.inputs):
        arrays = [array.astype(tensor.dtype) for array, tensor in zip(arrays, network.inputs, strict=True)]
        if all(t.takes(a.shape, a.dtype.name) for t, a in zip(network.inputs, arrays, strict=True)):
            return arrays
    found = f"the sample has the shape {', '.join(str(array.shape) for array in arrays)}."
    advice = f"The model takes {', '.join(map(str, network.inputs))}; -1 or ? is the batch."
    raise BadArgument(f"Converting {name}", found, advice)


def _name(model: Any) -> str:
    if isinstance(model, str | os.PathLike):
        return Path(model).stem
    name = getattr(model, "name", None)
    return str(name if isinstance(name, str) else "model")


def _legal(name: str) -> str:
    name = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "model"
    if name in catalogue.known():
        raise BadArgument(
            f"Converting {name}", "the catalogue has a model of this name.", "Choose another: name=…"
        )
    return name
