"""The verbs of models: `fnkit models list`, `fetch`, `convert`, `show`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fnkit.context import Context
from fnkit.core.errors import BadArgument
from fnkit.verbs.answers import KnownModel, Listing
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.core.entities import ModelFile
    from fnkit.models.catalogue import Known

Model = Annotated[
    str, Argument("a model of the catalogue, one that you converted, a path, or URL#sha256=…", "MODEL")
]


def models_list(*, context: Context | None = None) -> Listing[KnownModel]:
    """Give the trained models of the catalogue and those that you converted."""
    from fnkit.models import catalogue, once

    rows = [
        KnownModel(known.name, known.task, known.licence, known.model.size, once.find(known.model.sha256))
        for known in catalogue.known().values()
    ]
    for name in once.names():
        path = once.find(once.named(name) or "")
        if path is not None:
            rows.append(KnownModel(name, "yours", "", path.stat().st_size, path))
    return Listing.of("model", rows, lambda one: one.name, lambda one: one.task)


def models_show(name: Model, *, context: Context | None = None) -> "Known | ModelFile":
    """Give what is known of a model: task, inputs and outputs, licence, size and sha256."""
    from fnkit.models import catalogue, download

    return catalogue.known().get(name) or download.fetch(name)


def models_fetch(
    name: Model,
    *,
    sha256: Annotated[str | None, Option("what a file of an URL must have", "HEX")] = None,
    context: Context | None = None,
) -> "ModelFile":
    """Bring a model to this machine, checked by its sha256, and give its file."""
    from fnkit.models import download

    return download.fetch(name, sha256=sha256)


def models_convert(
    path: Annotated[str, Argument("a Keras file, the folder of a SavedModel, or ssd-mobilenet-v2", "PATH")],
    *,
    sample: Annotated[
        Path | None, Option("what to compare both models on: an array (.npy, with the batch) or a photo", "FILE")
    ] = None,
    name: Annotated[str | None, Option("what --model finds it by, else the name of the file", "NAME")] = None,
    context: Context | None = None,
) -> "ModelFile":
    """Turn a TensorFlow model into a LiteRT model, compare both on a sample, and keep it for `--model`."""
    from fnkit.models import conversion

    return conversion.convert(path, None if sample is None else _sample(sample), name=name)


def _sample(path: Path) -> Any:
    """The array in a .npy file, or a photo as one: uint8, (1, height, width, 3)."""
    import numpy as np

    from fnkit.models import images

    if path.suffix != ".npy":
        return images.open(path)[None]
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadArgument(f"Reading the sample {path}", f"{error}.", "Write it with numpy.save.") from None
