"""Packages: create, get, find, list, delete. Source: apache/openwhisk Packages.scala."""

from dataclasses import dataclass
from urllib.parse import quote

from fnkit.core.errors import Missing
from fnkit.whisk.documents import Package
from fnkit.whisk.messages import Request
from fnkit.whisk.resource import Resource


@dataclass(frozen=True, slots=True)
class Packages(Resource):
    """The packages of a namespace."""

    def create(self, name: str) -> Package:
        """An empty package. Raises Conflict where the name is taken."""
        query = {"overwrite": "false"}
        return Package.from_json(self.ask(Request("PUT", self._path(name), f"package {name}", query, {})))

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

    def _path(self, name: str) -> str:
        return self.at("packages", quote(name, safe=""))
