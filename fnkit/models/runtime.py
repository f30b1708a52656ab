"""One call that loads a trained model, whichever runtime it needs. Ships with actions, where that is LiteRT."""

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from fnkit.core.entities import ModelFile
from fnkit.core.errors import BadArgument, BadModel, MissingPackage
from fnkit.models import litert, once
from fnkit.models.catalogue import Tensor, known

Runtime = Literal["auto", "litert", "tensorflow"]


class Network(Protocol):
    """What a runtime makes of a file: arrays in, arrays out."""

    runtime: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
        """One array per output, for one array per input."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that a model took so far, apart from what it gave."""

    download: float
    """To find its file, or to bring it."""
    load: float
    inference: float | None = None
    """The last call; None before the first."""

    @property
    def total(self) -> float:
        """From the call of `load` to the result of the last inference, without what happened between."""
        return self.download + self.load + (self.inference or 0.0)

    def to_json(self) -> dict[str, float | None]:
        """`{"download", "load", "inference", "total"}` in seconds."""
        return {
            "download": self.download,
            "load": self.load,
            "inference": self.inference,
            "total": self.total,
        }


class Model:
    """A loaded model. Call it with one numpy array per input; you get a tuple with one per output.

    `inputs` and `outputs` say names, shapes and types, `timings` how long it all took, `runtime` who runs it
    (`litert` or `tensorflow`), `sha256` which file it is (None for a folder).
    """

    def __init__(self, name: str, sha256: str | None, network: Network, timings: Timings) -> None:
        self.name = name
        self.sha256 = sha256
        self.timings = timings
        self._network = network

    @property
    def runtime(self) -> str:
        """`litert` or `tensorflow`."""
        return self._network.runtime

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What a call takes."""
        return self._network.inputs

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """What a call gives."""
        return self._network.outputs

    def __call__(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One array per output. Raises BadArgument where shapes or types do not fit `inputs`."""
        given = [np.asarray(array) for array in arrays]
        if len(given) == len(self.inputs):
            given = [_as_float(array, tensor) for array, tensor in zip(given, self.inputs, strict=True)]
        fits = len(given) == len(self.inputs) and all(
            tensor.takes(array.shape, array.dtype.name) for tensor, array in zip(self.inputs, given, strict=True)
        )
        if not fits:
            found = " and ".join(f"{a.dtype} {'×'.join(map(str, a.shape))}" for a in given) or "nothing"
            wanted = " and ".join(map(str, self.inputs))
            raise BadArgument(f"Running {self.name}", f"it was given {found}.", f"It takes {wanted}.")
        start = perf_counter()
        try:
            results = self._network(given)
        except (RuntimeError, ValueError) as error:
            raise BadModel(f"Running {self.name} in {self.runtime}", f"it failed ({error}).") from error
        self.timings = Timings(self.timings.download, self.timings.load, perf_counter() - start)
        return results

    def __repr__(self) -> str:
        takes, gives = ", ".join(map(str, self.inputs)), ", ".join(map(str, self.outputs))
        return f"<Model {self.name} in {self.runtime}: {takes} → {gives}>"


def load(
    source: str | os.PathLike[str] | ModelFile, *, sha256: str | None = None, runtime: Runtime = "auto"
) -> Model:
    """A trained model, ready to be called with numpy arrays.

    `source` is a name of the catalogue or of a converted model, the sha256 of a kept file, an `https:`, `http:` or
    `file:` URL (with its sha256), a path (`.tflite`, `.keras`, `.h5`, a frozen graph's `.pb`, the folder of a
    SavedModel) or a ModelFile. `auto` takes LiteRT for a `.tflite` file and TensorFlow for everything else.
    Raises BadModel (unknown, not reachable, another hash, not a model) and MissingPackage (no such runtime here).
    """
    if runtime not in ("auto", "litert", "tensorflow"):
        raise BadArgument(
            f"Loading {source}", f"{runtime!r} is no runtime.", "There is auto, litert and tensorflow."
        )
    begun = perf_counter()
    file = source if isinstance(source, ModelFile) else _file(os.fspath(source), sha256)
    found = perf_counter()
    network = _open(file, runtime)
    timings = Timings(found - begun, perf_counter() - found)
    return Model(file.name, file.sha256 or None, network, timings)


def _file(source: str, sha256: str | None) -> ModelFile:
    """What is here already, else what `download` brings; an action has no `download` and looks at less."""
    if Path(source).is_dir():
        return ModelFile(Path(source).name, "", 0, Path(source))
    source, _, behind = source.partition("#sha256=")
    sha256 = sha256 or behind or None
    name, digest = _content(source, sha256)
    if digest and (path := once.bring(digest)):
        return ModelFile(name, digest, path.stat().st_size, path)
    try:
        fetch = importlib.import_module("fnkit.models.download").fetch
    except ImportError:
        return _in_action(source, name, sha256)
    file: ModelFile = fetch(source, sha256=sha256)
    return file


def _in_action(source: str, name: str, sha256: str | None) -> ModelFile:
    """A model by URL, or a file that travelled beside the action."""
    if source.startswith(("https:", "http:", "file:")):
        path = once.download(source, once.checked(sha256))
    elif Path(source).is_file():
        path = Path(source)
    else:
        advice = f"Deploy with --model {source}, or with --model-url where it is."
        raise BadModel(f"Loading the model {source}", "it did not travel with this action.", advice)
    return ModelFile(name, once.digest(path), path.stat().st_size, path)


def _content(source: str, sha256: str | None) -> tuple[str, str | None]:
    """The name of a source, and the sha256 of its content where that is known before anything is read."""
    if once.is_sha256(source):
        return source[:12], source
    if model := known().get(source):
        return source, model.model.sha256
    name = source.rsplit("/", 1)[-1]
    if sha256:
        return name, once.checked(sha256)
    return name, None if Path(source).exists() else once.named(name)


def _open(file: ModelFile, runtime: Runtime) -> Network:
    lite = litert.is_tflite(file.path)
    if lite and runtime != "tensorflow":
        return litert.open(file.path)
    if runtime == "litert":
        advice = f"Convert it and load what comes of it: fnkit models convert {file.name}"
        raise BadModel(f"Loading {file.name}", "LiteRT runs .tflite files only.", advice)
    try:
        tf = importlib.import_module("fnkit.models.tf")
    except ImportError as error:
        found = "it needs TensorFlow, which does not travel with an action."
        raise MissingPackage(f"Loading {file.name}", found, "Convert it: fnkit.models.convert(…)") from error
    network: Network = tf.open(file.path, lite)
    return network


def _as_float(array: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    """Floats as the input wants them: numpy makes float64 unless it is told otherwise, models take float32."""
    return array.astype(tensor.dtype) if array.dtype.kind == "f" and tensor.dtype.startswith("float") else array
