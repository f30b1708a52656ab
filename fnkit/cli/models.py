"""How models look in a shell."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import Columns, pairs, size
from fnkit.core.entities import ModelFile
from fnkit.models.catalogue import Known
from fnkit.verbs.answers import KnownModel


def _known(known: Known) -> Iterable[str]:
    return pairs(
        {
            "model": f"{known.name}: {known.title}",
            "task": known.task,
            "format": known.format,
            "inputs": tuple(f"{tensor.name}: {tensor}" for tensor in known.inputs),
            "outputs": tuple(f"{tensor.name}: {tensor}" for tensor in known.outputs),
            "size": size(known.model.size),
            "sha256": known.model.sha256,
            "licence": known.licence,
            "by": known.attribution,
            "from": f"{known.wheel.package} {known.wheel.version}",
        }
    )


def _model(model: ModelFile) -> Iterable[str]:
    return pairs(
        {
            "model": model.name,
            "size": size(model.size),
            "sha256": model.sha256,
            "path": model.path,
            "url": model.url,
        }
    )


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Known: _known, ModelFile: _model}
TABLES: Mapping[type, Columns] = {
    KnownModel: {
        "name": lambda model: model.name,
        "task": lambda model: model.task,
        "size": lambda model: size(model.size),
        "licence": lambda model: model.licence,
        "here": lambda model: "yes" if model.path else "no",
    }
}
