"""The verbs of models: `fnkit models list`, `fetch`, `convert`, `show`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fnkit.context import Context
from fnkit.verbs.answers import KnownModel
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.core.entities import ModelFile
    from fnkit.models.catalogue import Known

Model = Annotated[str, Argument("a model of the catalogue, one that you converted, a path or an URL", "MODEL")]


def models_list(*, context: Context | None = None) -> tuple[KnownModel, ...]:
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
    return tuple(rows)


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
    path: Annotated[Path, Argument("a Keras file, a SavedModel or a frozen graph", "PATH")],
    *,
    sample: Annotated[Path | None, Option("an input to compare both models on: .npy or a photo", "FILE")] = None,
    context: Context | None = None,
) -> Any:
    """Turn a TensorFlow model into a LiteRT model, compare both on a sample, and keep it for `--model`."""
    raise NotImplementedError
