"""Rules: put, get, find, list, delete, enable, disable. Source: apache/openwhisk Rules.scala, WhiskRule.scala."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from fnkit.core.entities import Json, dict_to_pairs, pairs_to_dict
from fnkit.core.errors import Missing
from fnkit.core.names import ActionName, EntityName
from fnkit.whisk.messages import Request
from fnkit.whisk.resource import Resource


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the platform has it: when `trigger` is fired, `action` starts."""

    namespace: str
    name: str
    version: str
    trigger: str
    """`namespace/name`."""
    action: str
    """`namespace/package/name`."""
    annotations: Mapping[str, Json]
    active: bool | None = None
    """None in lists: only `get` knows. False too where the trigger is gone."""
    publish: bool = False
    updated: int | None = None
    """Ms since 1970."""

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> Self:
        """Read a rule as GET, PUT, DELETE and lists give it."""
        status = document.get("status")
        return cls(
            namespace=document["namespace"],
            name=document["name"],
            version=document["version"],
            trigger=_joined(document["trigger"]),
            action=_joined(document["action"]),
            annotations=pairs_to_dict(document.get("annotations")),
            active=None if status is None else status == "active",
            publish=bool(document.get("publish")),
            updated=document.get("updated"),
        )


@dataclass(frozen=True, slots=True)
class Rules(Resource):
    """The rules of a namespace."""

    def put(
        self,
        name: str,
        trigger: EntityName,
        action: ActionName,
        overwrite: bool = False,
        annotations: Mapping[str, Json] | None = None,
    ) -> Rule:
        """Let `trigger` start `action`: an active rule, or where `overwrite` a changed one with its status kept.

        Raises Conflict where the name is taken, Rejected where trigger or action is missing.
        """
        package = f"{action.package}/" if action.package else ""
        body: dict[str, Json] = {
            "trigger": f"/{trigger.namespace}/{trigger.name}",
            "action": f"/{action.namespace}/{package}{action.name}",
        }
        if annotations is not None:
            body["annotations"] = dict_to_pairs(annotations)
        query = {"overwrite": "true" if overwrite else "false"}
        request = Request("PUT", self._path(name), f"rule {name}", query, body, repeatable=overwrite)
        return Rule.from_json(self.ask(request))

    def get(self, name: str) -> Rule:
        """The rule with its status. Raises Missing."""
        return Rule.from_json(self.ask(Request("GET", self._path(name), f"rule {name}", repeatable=True)))

    def find(self, name: str) -> Rule | None:
        """The rule, or None where there is none."""
        try:
            return self.get(name)
        except Missing:
            return None

    def list(self, limit: int = 30, skip: int = 0) -> list[Rule]:
        """Rules, the newest first, without their status; `limit` up to 200, 0 means 200."""
        items = self.page(self.at("rules"), "rules", {"limit": limit, "skip": skip})
        return [Rule.from_json(item) for item in items]

    def enable(self, name: str) -> None:
        """Let the trigger start the action from now on. Raises Missing, also where the trigger is gone."""
        self._set(name, "active")

    def disable(self, name: str) -> None:
        """Let the trigger start the action no more. Raises Missing."""
        self._set(name, "inactive")

    def delete(self, name: str) -> Rule:
        """Take the rule away; trigger and action stay. Raises Missing."""
        return Rule.from_json(self.ask(Request("DELETE", self._path(name), f"rule {name}")))

    def _set(self, name: str, status: str) -> None:
        # The answer is the word OK.
        body = {"status": status}
        self.transport.send(Request("POST", self._path(name), f"rule {name}", body=body, repeatable=True))

    def _path(self, name: str) -> str:
        return self.at("rules", quote(name, safe=""))


def _joined(reference: Mapping[str, Json]) -> str:
    return f"{reference['path']}/{reference['name']}"
