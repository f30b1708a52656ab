"""Namespaces: the one of the key, and its limits. Source: apache/openwhisk Namespaces.scala, Limits.scala."""

from dataclasses import dataclass

from fnkit.core.entities import Json
from fnkit.whisk.messages import Request
from fnkit.whisk.resource import Resource, strange


@dataclass(frozen=True, slots=True)
class Namespaces(Resource):
    """What the key stands for."""

    def own(self) -> str:
        """The name of the key's namespace. Raises Unauthorized: the cheapest check of a key."""
        request = Request("GET", f"{self.base}/namespaces", "the namespace of the key", repeatable=True)
        answer = self.ask(request)
        if not (isinstance(answer, list) and answer and isinstance(answer[0], str)):
            raise strange(request)
        return answer[0]

    def limits(self) -> dict[str, Json]:
        """`invocationsPerMinute`, `concurrentInvocations`, `maxActionMemory` (MB), as OpenWhisk has them."""
        request = Request("GET", self.at("limits"), "limits of the namespace", repeatable=True)
        answer = self.ask(request)
        if not isinstance(answer, dict):
            raise strange(request)
        return answer
