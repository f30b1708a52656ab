"""Packages: create, bind, get, find, list, delete. Source: apache/openwhisk Packages.scala."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fnkit.core.entities import Json, dict_to_pairs
from fnkit.core.errors import Missing
from fnkit.core.names import EntityName
from fnkit.whisk.documents import Package, Parameter
from fnkit.whisk.messages import Request
from fnkit.whisk.resource import Resource


@dataclass(frozen=True, slots=True)
class Packages(Resource):
    """The packages of a namespace."""

    def create(
        self,
        name: str,
        parameters: Sequence[Parameter] = (),
        annotations: Mapping[str, Json] | None = None,
        publish: bool = False,
    ) -> Package:
        """An empty package, for every namespace where `publish`. Raises Conflict where the name is taken."""
        return self._put(name, {"publish": True} if publish else {}, parameters, annotations)

    def update(
        self,
        name: str,
        parameters: Sequence[Parameter] = (),
        annotations: Mapping[str, Json] | None = None,
        publish: bool | None = None,
    ) -> Package:
        """The package with what is given in the place of what it had; the rest stays. Made where there is none."""
        body: dict[str, Json] = {} if publish is None else {"publish": publish}
        return self._put(name, body, parameters, annotations, overwrite=True)

    def bind(
        self,
        name: str,
        provider: EntityName,
        parameters: Sequence[Parameter] = (),
        annotations: Mapping[str, Json] | None = None,
    ) -> Package:
        """A copy of `provider` with parameters of its own, which win.

        Raises Conflict where the name is taken, Rejected where there is no such package or it is
        a copy itself.
        """
        owner = self.namespace if provider.namespace == "_" else provider.namespace
        binding = {"binding": {"namespace": owner, "name": provider.name}}
        return self._put(name, binding, parameters, annotations)

    def get(self, name: str) -> Package:
        """The package with the names of its actions. Raises Missing."""
        return Package.from_json(self.ask(Request("GET", self._path(name), f"package {name}", repeatable=True)))

    def find(self, name: str) -> Package | None:
        """The package, or None where there is none."""
        try:
            return self.get(name)
        except Missing:
            return None

    def list(self, limit: int = 30, skip: int = 0) -> list[Package]:
        """Packages, the newest first; `limit` up to 200, 0 means 200."""
        items = self.page(self.at("packages"), "packages", {"limit": limit, "skip": skip})
        return [Package.from_json(item) for item in items]

    def delete(self, name: str) -> Package:
        """Take an empty package away. Raises Missing; Conflict where actions are in it."""
        return Package.from_json(self.ask(Request("DELETE", self._path(name), f"package {name}")))

    def _put(
        self,
        name: str,
        body: dict[str, Json],
        parameters: Sequence[Parameter],
        annotations: Mapping[str, Json] | None,
        overwrite: bool = False,
    ) -> Package:
        if parameters:
            body["parameters"] = [parameter.to_json() for parameter in parameters]
        if annotations:
            body["annotations"] = dict_to_pairs(annotations)
        query = {"overwrite": "true" if overwrite else "false"}
        request = Request("PUT", self._path(name), f"package {name}", query, body, repeatable=overwrite)
        return Package.from_json(self.ask(request))

    def _path(self, name: str) -> str:
        return self.at("packages", quote(name, safe=""))
