"""Triggers: put, get, find, list, delete, fire. Source: apache/openwhisk Triggers.scala, WhiskTrigger.scala."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote

from fnkit.core.entities import Json, dict_to_pairs, pairs_to_dict
from fnkit.core.errors import Missing
from fnkit.whisk.documents import Parameter
from fnkit.whisk.messages import Request
from fnkit.whisk.resource import Resource, parsed, strange


@dataclass(frozen=True, slots=True)
class Linked:
    """A rule as its trigger knows it."""

    action: str
    """`namespace/package/name`."""
    active: bool


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger as the platform has it."""

    namespace: str
    name: str
    version: str
    publish: bool
    annotations: Mapping[str, Json]
    parameters: tuple[Parameter, ...] = ()
    """Empty in lists."""
    rules: Mapping[str, Linked] = field(default_factory=dict)
    """By `namespace/name` of the rule; empty in lists."""
    updated: int | None = None
    """Ms since 1970."""

    @property
    def feed(self) -> str | None:
        """The name of the feed action that fires it, as it was annotated."""
        feed = self.annotations.get("feed")
        return feed if isinstance(feed, str) else None

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> Self:
        """Read a trigger as GET, PUT, DELETE and lists give it."""
        rules = document.get("rules") or {}
        return cls(
            namespace=document["namespace"],
            name=document["name"],
            version=document["version"],
            publish=bool(document.get("publish")),
            annotations=pairs_to_dict(document.get("annotations")),
            parameters=tuple(map(Parameter.from_json, document.get("parameters") or ())),
            rules={
                name: Linked(f"{rule['action']['path']}/{rule['action']['name']}", rule["status"] == "active")
                for name, rule in rules.items()
            },
            updated=document.get("updated"),
        )


@dataclass(frozen=True, slots=True)
class Triggers(Resource):
    """The triggers of a namespace."""

    def put(
        self,
        name: str,
        parameters: Sequence[Parameter] | None = None,
        annotations: Mapping[str, Json] | None = None,
        overwrite: bool = False,
    ) -> Trigger:
        """Create the trigger, or update it where `overwrite`; what is None stays as it is. Raises Conflict.

        Parameters and annotations that an update gives are all that there are afterwards.
        """
        body: dict[str, Json] = {}
        if parameters is not None:
            body["parameters"] = [parameter.to_json() for parameter in parameters]
        if annotations is not None:
            body["annotations"] = dict_to_pairs(annotations)
        query = {"overwrite": "true" if overwrite else "false"}
        request = Request("PUT", self._path(name), f"trigger {name}", query, body, repeatable=overwrite)
        return Trigger.from_json(self.ask(request))

    def get(self, name: str) -> Trigger:
        """The trigger with its rules. Raises Missing."""
        return Trigger.from_json(self.ask(Request("GET", self._path(name), f"trigger {name}", repeatable=True)))

    def find(self, name: str) -> Trigger | None:
        """The trigger, or None where there is none."""
        try:
            return self.get(name)
        except Missing:
            return None

    def list(self, limit: int = 30, skip: int = 0) -> list[Trigger]:
        """Triggers, the newest first; `limit` up to 200, 0 means 200."""
        items = self.page(self.at("triggers"), "triggers", {"limit": limit, "skip": skip})
        return [Trigger.from_json(item) for item in items]

    def delete(self, name: str) -> Trigger:
        """Take the trigger away; its rules stay, inactive. Raises Missing."""
        return Trigger.from_json(self.ask(Request("DELETE", self._path(name), f"trigger {name}")))

    def fire(
        self, name: str, payload: Mapping[str, Json] | None = None, headers: Mapping[str, str] | None = None
    ) -> str | None:
        """Start the action of each active rule: the firing's activation id, None where there is no such rule.

        The actions see `headers` in `__ow_headers`. The firing's record has a line of JSON for each rule in its
        logs. Raises Missing.
        """
        place, subject, body = self._path(name), f"trigger {name}", dict(payload or {})
        request = Request("POST", place, subject, body=body, expected=(202, 204), headers=headers or {})
        response = self.transport.send(request)
        if response.status == 204:
            return None
        answer = parsed(request, response)
        if not isinstance(answer, dict) or not isinstance(answer.get("activationId"), str):
            raise strange(request)
        return str(answer["activationId"])

    def _path(self, name: str) -> str:
        return self.at("triggers", quote(name, safe=""))
