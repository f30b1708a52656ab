"""The record of a fired trigger: what was given, and a line for each rule. Pure. Source: Triggers.scala."""

from dataclasses import dataclass

from fnkit.core.entities import Json
from fnkit.local.entities import Entity
from fnkit.local.jobs import Status
from fnkit.local.links import Link
from fnkit.local.records import Record, dumps, response_of
from fnkit.local.rejected import Rejected


@dataclass(frozen=True, slots=True)
class Fired:
    """What came of one rule: the id of what it started, or why it started nothing."""

    link: Link
    status: Status
    activation_id: str | None = None
    error: str | None = None
    refused: Rejected | None = None
    """The platform's own answer, where that is why."""

    @property
    def line(self) -> str:
        """As in the record's logs."""
        said = {"statusCode": int(self.status), "success": self.status is Status.SUCCESS}
        names = {"rule": self.link.rule, "action": str(self.link.action)}
        if self.activation_id is not None:
            return dumps({**said, "activationId": self.activation_id, **names})
        return dumps({**said, "rule": names["rule"], "error": self.error, "action": names["action"]})


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing of a trigger."""

    activation_id: str
    namespace: str
    """Of the caller."""
    start: int
    payload: Json
    """What the caller gave, without the trigger's parameters."""

    def record(self, trigger: Entity, lines: list[str]) -> Record:
        """Its record: a success whatever came of the rules, without an end. `lines`: one of each rule."""
        result = dumps(self.payload)
        head = {
            "name": trigger.name,
            "version": trigger.document["version"],
            "publish": False,
            "annotations": [],
            "namespace": self.namespace,
            "subject": self.namespace,
            "activationId": self.activation_id,
            "start": self.start,
        }
        return Record(
            id=self.activation_id,
            namespace=self.namespace,
            filter_name=trigger.name,
            start=self.start,
            status=Status.SUCCESS,
            began="",
            head=dumps(head),
            result=result,
            response=response_of(Status.SUCCESS, result, None),
            logs=dumps(lines),
        )
