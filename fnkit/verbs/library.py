"""The verbs of models: `fnkit models list`, `fetch`, `convert`, `show`."""

from pathlib import Path
from typing import Annotated, Any

from fnkit.verbs.table import Argument, Option

Model = Annotated[str, Argument("a model of the catalogue, a path or an URL", "MODEL")]


def models_list() -> Any:
    """Give the trained models of the catalogue and those that you converted."""
    raise NotImplementedError


def models_show(name: Model) -> Any:
    """Give what is known of a model: task, shapes, licence, size and sha256."""
    raise NotImplementedError


def models_fetch(
    name: Model,
    *,
    sha256: Annotated[str | None, Option("what the file must have where it is not of the catalogue", "HEX")] = None,
) -> Any:
    """Bring a model into the cache of this machine, checked by its sha256."""
    raise NotImplementedError


def models_convert(
    path: Annotated[Path, Argument("a Keras file, a SavedModel or a frozen graph", "PATH")],
    *,
    sample: Annotated[Path | None, Option("an input to compare both models on: .npy or a photo", "FILE")] = None,
) -> Any:
    """Turn a TensorFlow model into a LiteRT model, compare both on a sample, and keep it for `--model`."""
    raise NotImplementedError
