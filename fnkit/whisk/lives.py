"""The lives of instances, as an embedded platform tells them. Moments in ms since 1970."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fnkit.core.entities import Json


@dataclass(frozen=True, slots=True)
class Stay:
    """One run in an instance."""

    activation_id: str
    asked: int
    """When the request arrived; 0 where that is not known."""
    start: int
    """After the init code."""
    end: int | None
    """None while it runs."""


@dataclass(frozen=True, slots=True)
class Life:
    """One instance from its place in the pool to its end. A moment is None for what has not come."""

    id: int
    action: str
    """`/namespace/[package/]name`."""
    memory: int
    """MB."""
    state: str
    """`starting`, `initialising`, `running`, `idle` or `gone`."""
    began: str | None
    """`cold` or `forked`."""
    prepared: bool
    """Made ready ahead of its first run."""
    keep: float | None
    """Seconds that it may be unused, where its action fixes them."""
    allocated: int
    started: int | None
    """Its process was there."""
    ready: int | None
    """Its init code had run."""
    released: int | None
    why: str | None
    """It was released: `idle`, `evicted`, `changed`, `failed`, `ended` or `stopped`."""
    runs: tuple[Stay, ...]

    @classmethod
    def from_json(cls, item: Mapping[str, Json]) -> Self:
        """Read an item of GET /fnkit/v1/instances."""
        runs = [Stay(one["activationId"], one["asked"], one["start"], one["end"]) for one in item["runs"]]
        return cls(**{**item, "runs": tuple(runs)})
