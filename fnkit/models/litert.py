"""The only door to LiteRT. Ships with actions."""

import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.core.errors import BadModel, MissingPackage
from fnkit.models.catalogue import Tensor, known

CHATTER = (b"INFO: Created TensorFlow Lite", b"I0000 ", b"W0000 ", b"WARNING: All log messages before absl")
"""How the lines begin that the C++ libraries write to stderr whatever one asks for."""
LARGEST = 64 << 20
"""Bytes of a file that is opened ahead: it takes several times its size."""
_STDERR = threading.RLock()
"""A process has one stderr: two threads that turned it aside at once would lose it."""


class LiteNetwork:
    """A `.tflite` network in an interpreter, LiteRT's or `tf.lite`'s: the two have the same methods.

    An interpreter runs one call at a time, so calls from several threads wait for each other.
    """

    def __init__(self, interpreter: Any, runtime: str) -> None:
        self.runtime = runtime
        self._interpreter = interpreter
        self._lock = threading.Lock()
        self._slots, results = _ends(interpreter)
        self._results = [detail["index"] for detail in results]
        self.inputs = tuple(map(_tensor, self._slots))
        self.outputs = tuple(map(_tensor, results))
        self.shapes: list[tuple[int, ...]] = []
        """Of the inputs of the last call."""

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
        """One array per output, for one array per input."""
        with self._lock:
            self._allocate([array.shape for array in arrays])
            for slot, array in zip(self._slots, arrays, strict=True):
                self._interpreter.set_tensor(slot["index"], array)
            self._interpreter.invoke()
            return tuple(self._interpreter.get_tensor(index) for index in self._results)

    def rehearse(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Run once on nothing of these shapes, so that what the first run makes is there; nothing of it stays."""
        self([np.zeros(shape, tensor.dtype) for shape, tensor in zip(shapes, self.inputs, strict=True)])
        self._interpreter.reset_all_variables()

    def prepare(self) -> None:
        """Read the weights and take room for the default shapes. Raises RuntimeError where there are none."""
        with self._lock:
            self._interpreter.allocate_tensors()

    def _allocate(self, shapes: list[tuple[int, ...]]) -> None:
        """Room for inputs of these shapes; nothing to do where the last call had the same."""
        if shapes == self.shapes:
            return
        for slot, shape in zip(self._slots, shapes, strict=True):
            self._interpreter.resize_tensor_input(slot["index"], shape)
        with hushed():
            self._interpreter.allocate_tensors()
        self.shapes = shapes


def open(path: Path, threads: int = 1) -> LiteNetwork:
    """The network in a `.tflite` file. Its weights are memory-mapped: instances on one machine share them.

    One thread, because instances share a machine; the numbers do not depend on it. What was opened ahead is given
    once: whoever opens a file twice has two networks.
    """
    if threads == 1 and (network := _ahead().pop(os.fspath(path), None)) is not None:
        return network
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        advice = "Install ai-edge-litert."
        raise MissingPackage(f"Loading {path.name}", "LiteRT is not installed.", advice) from error
    try:
        return LiteNetwork(Interpreter(model_path=str(path), num_threads=threads), "litert")
    except (ValueError, RuntimeError) as error:
        raise BadModel(
            f"Loading {path.name}", f"it is not a .tflite model that LiteRT can run ({error})."
        ) from error


def open_ahead(path: str) -> None:
    """Open a `.tflite` file, named by its sha256, before anybody asks, and run it once: for a process that forks.

    Nothing is done for other files, for large ones, and where nobody knows of which shape its inputs will be.
    Raises as `open` does, and what running it raises.
    """
    file = Path(path)
    if not is_tflite(file) or file.stat().st_size > LARGEST:
        return
    network = open(file)
    usual = next((model.usual for model in known().values() if model.model.sha256 == file.name), ())
    shapes = usual or [tensor.shape for tensor in network.inputs]
    if all(side >= 0 for shape in shapes for side in shape):
        network.rehearse(shapes)
        _ahead()[path] = network


def rehearse() -> None:
    """Run once more what was opened ahead and that nobody has taken."""
    for network in _ahead().values():
        network.rehearse(network.shapes)


@cache
def _ahead() -> dict[str, LiteNetwork]:
    """What this process, or the one that it was forked from, opened ahead."""
    return {}


def is_tflite(path: Path) -> bool:
    """True where the file begins as a FlatBuffer of TensorFlow Lite does."""
    if not path.is_file():
        return False
    with path.open("rb") as content:
        return content.read(8)[4:] == b"TFL3"


def _ends(interpreter: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What describes each input and each output, in the order of their names where the file has a signature.

    The converter shuffles them; TensorFlow reads dicts in the order of their names, and so both agree.
    """
    if not interpreter.get_signature_list():
        return interpreter.get_input_details(), interpreter.get_output_details()
    signature = interpreter.get_signature_runner()
    inputs, outputs = signature.get_input_details(), signature.get_output_details()
    return [inputs[name] for name in sorted(inputs)], [outputs[name] for name in sorted(outputs)]


@contextmanager
def hushed() -> Iterator[None]:
    """Without the libraries' chatter on stderr; whatever else they say is passed on."""
    with _STDERR, ExitStack() as stack:
        try:
            heard = stack.enter_context(tempfile.TemporaryFile())
            stderr = os.dup(2)
        except OSError:  # a process without stderr, or with nowhere to write
            yield
            return
        os.dup2(heard.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            heard.seek(0)
            os.write(2, b"".join(line for line in heard if not line.startswith(CHATTER)))


def _tensor(detail: dict[str, Any]) -> Tensor:
    return Tensor(
        detail["name"], tuple(int(side) for side in detail["shape_signature"]), np.dtype(detail["dtype"]).name
    )
