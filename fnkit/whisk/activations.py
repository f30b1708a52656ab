"""Activations: get, result, logs, list, and waiting for the end of one.

Source: apache/openwhisk Activations.scala. Records are written late: a 404 just after a call means "not yet".
"""

import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from fnkit.core.entities import Activation, Json
from fnkit.core.errors import Missing
from fnkit.whisk.messages import Request
from fnkit.whisk.resource import Resource, strange


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list of activations. Times in ms."""

    id: str
    name: str
    path: str
    """`namespace/package/name` of the action."""
    version: str
    start: int
    duration: int | None
    """None on a trigger's record."""
    status: str | None
    """As in a record; None on a trigger's record."""
    wait_time: int | None
    init_time: int | None
    """None on a warm run."""
    cause: str | None = None
    """The id of the sequence or composition that it is a step of."""
    kind: str | None = None
    """The action's kind; `sequence` of a sequence and a composition, None on a trigger's record."""
    memory: int | None = None
    """The action's limit in MB."""


STATUSES = ("success", "application error", "action developer error", "whisk internal error")


@dataclass(frozen=True, slots=True)
class Activations(Resource):
    """The activations of a namespace."""

    def get(self, activation_id: str) -> Activation:
        """The record. Raises Missing, also for a while after the end of the run."""
        return Activation.from_json(self._one(activation_id))

    def find(self, activation_id: str) -> Activation | None:
        """The record, or None where there is none (yet)."""
        try:
            return self.get(activation_id)
        except Missing:
            return None

    def result(self, activation_id: str) -> Json:
        """`{"result", "success", "status", "size"?}`. Raises Missing."""
        return self._one(activation_id, "/result")

    def logs(self, activation_id: str) -> tuple[str, ...]:
        """The log lines. Raises Missing."""
        return tuple(self._one(activation_id, "/logs")["logs"])

    def list(
        self,
        name: str | None = None,
        limit: int = 30,
        skip: int = 0,
        since: int | None = None,
        upto: int | None = None,
    ) -> list[Summary]:
        """Activations, the newest first; of one action (`name` or `package/name`); times in ms since 1970."""
        query = {"name": name, "limit": limit, "skip": skip, "since": since, "upto": upto}
        return [_summary(item) for item in self.page(self.at("activations"), "activations", query)]

    def records(
        self,
        name: str | None = None,
        limit: int = 30,
        skip: int = 0,
        since: int | None = None,
        upto: int | None = None,
    ) -> builtins.list[Activation]:
        """The same with results and logs: one request in place of many."""
        query = {"name": name, "limit": limit, "skip": skip, "since": since, "upto": upto, "docs": "true"}
        return [Activation.from_json(item) for item in self.page(self.at("activations"), "activations", query)]

    def _one(self, activation_id: str, part: str = "") -> dict[str, Json]:
        subject = f"activation {activation_id}"
        request = Request("GET", self.at("activations", activation_id + part), subject, repeatable=True)
        answer = self.ask(request)
        if not isinstance(answer, dict):
            raise strange(request)
        return answer


def backoff(first: float = 0.02, factor: float = 1.5, most: float = 2.0) -> Iterator[float]:
    """Seconds to pause between looks: soon at first, then ever more patient, without end."""
    while True:
        yield first
        first = min(first * factor, most)


def _summary(item: dict[str, Json]) -> Summary:
    record = Activation.from_json(item)
    code = item.get("statusCode")
    return Summary(
        id=record.id,
        name=record.name,
        path=record.path,
        version=record.version,
        start=record.start,
        duration=record.duration,
        status=None if record.end is None or code is None else STATUSES[code],
        wait_time=record.wait_time,
        init_time=record.init_time,
        cause=record.cause,
        kind=record.annotations.get("kind"),
        memory=(record.annotations.get("limits") or {}).get("memory"),
    )
