"""OpenWhisk's documents of actions and packages as values.

Source: apache/openwhisk WhiskAction.scala, WhiskPackage.scala, Parameter.scala.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from fnkit.core.entities import Json, Limits, dict_to_pairs, pairs_to_dict
from fnkit.core.names import ActionName


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value bound to an action or a package."""

    name: str
    value: Json = field(repr=False)
    init: bool = False
    """True where it becomes an environment variable of the instance instead of an argument."""
    encryption: str | None = None
    """How the stored value is encrypted; then `value` is the locked form."""

    @classmethod
    def from_json(cls, item: Mapping[str, Json]) -> Self:
        """Read `{"key", "value", "init"?, "encryption"?}`."""
        return cls(item["key"], item.get("value"), bool(item.get("init")), item.get("encryption"))

    def to_json(self) -> dict[str, Json]:
        """As in `parameters` of a document."""
        item = {"key": self.name, "value": self.value}
        if self.init:
            item["init"] = True
        if self.encryption is not None:
            item["encryption"] = self.encryption
        return item

    def __str__(self) -> str:
        return f"{self.name}=•••" if self.init else f"{self.name}={self.value!r}"


@dataclass(frozen=True, slots=True)
class Action:
    """An action as the platform has it."""

    namespace: str
    """Without the package."""
    package: str | None
    name: str
    version: str
    kind: str
    limits: Limits
    annotations: Mapping[str, Json]
    parameters: tuple[Parameter, ...] = ()
    """With those of the package; empty in lists."""
    exec: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """`kind`, `code` (text, or base64 where `binary`), `main`; or image, or components. Lists have less."""
    publish: bool = False
    updated: int | None = None
    """Ms since 1970."""

    @property
    def path(self) -> str:
        """`package/name` or `name`."""
        return f"{self.package}/{self.name}" if self.package else self.name

    @property
    def code(self) -> str | None:
        """Text, or base64 where `binary`; None where it was not asked for or there is none."""
        code = self.exec.get("code")
        return None if code is None else str(code)

    @property
    def binary(self) -> bool:
        """True where the code is base64 of a zip."""
        return bool(self.exec.get("binary"))

    @property
    def components(self) -> tuple[str, ...]:
        """`/namespace/[package/]name` of each step of a sequence; none where it has code."""
        return tuple(self.exec.get("components") or ())

    @property
    def main(self) -> str:
        """The function that the platform calls."""
        return str(self.exec.get("main") or "main")

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> Self:
        """Read an action as GET, PUT, DELETE and lists give it."""
        namespace, _, package = document["namespace"].partition("/")
        execution = document.get("exec") or {}
        annotations = pairs_to_dict(document.get("annotations"))
        limits = document.get("limits") or {}
        return cls(
            namespace=namespace,
            package=package or None,
            name=document["name"],
            version=document["version"],
            kind=execution.get("kind") or annotations.get("exec") or "",
            limits=Limits(**{key: limits[key] for key in Limits().to_json() if key in limits}),
            annotations=annotations,
            parameters=tuple(map(Parameter.from_json, document.get("parameters") or ())),
            exec=execution,
            publish=bool(document.get("publish")),
            updated=document.get("updated"),
        )


def sequence(components: Sequence[ActionName]) -> dict[str, Json]:
    """`exec` of a sequence: each action gets the answer of the one before."""
    return {"kind": "sequence", "components": [f"/{one.namespace}/{_plain(one)}" for one in components]}


def _plain(name: ActionName) -> str:
    return f"{name.package}/{name.name}" if name.package else name.name


@dataclass(frozen=True, slots=True)
class Draft:
    """What a PUT says of an action. What is None stays as it is on the platform."""

    exec: Mapping[str, Json] | None = field(default=None, repr=False)
    """`kind`, `code`, `main`, or what `sequence` gives; what it does not say of an action is taken away."""
    limits: Limits | None = None
    parameters: Sequence[Parameter] | None = None
    """All of them: those that are not named are taken away."""
    annotations: Mapping[str, Json] = field(default_factory=dict)
    """Merged into those that are there."""
    drop: Sequence[str] = ()
    """Annotations to take away first."""
    publish: bool | None = None
    version: str | None = None
    """The new version; None bumps the last number."""

    def to_json(self) -> dict[str, Json]:
        """The body of the PUT."""
        body: dict[str, Any] = {}
        if self.exec is not None:
            body["exec"] = dict(self.exec)
        if self.limits is not None:
            body["limits"] = self.limits.to_json()
        if self.parameters is not None:
            body["parameters"] = [parameter.to_json() for parameter in self.parameters]
        if self.annotations:
            body["annotations"] = dict_to_pairs(self.annotations)
        if self.drop:
            body["delAnnotations"] = list(self.drop)
        if self.publish is not None:
            body["publish"] = self.publish
        if self.version is not None:
            body["version"] = self.version
        return body


@dataclass(frozen=True, slots=True)
class Package:
    """A package as the platform has it."""

    namespace: str
    name: str
    version: str
    publish: bool
    annotations: Mapping[str, Json]
    parameters: tuple[Parameter, ...] = ()
    actions: tuple[str, ...] = ()
    """Names of what is in it; empty in lists."""
    binding: str | None = None
    """`namespace/package` of the provider where it is a binding."""

    @classmethod
    def from_json(cls, document: Mapping[str, Json]) -> Self:
        """Read a package as GET, PUT, DELETE and lists give it."""
        binding = document.get("binding") or None
        return cls(
            document["namespace"],
            document["name"],
            document["version"],
            bool(document.get("publish")),
            pairs_to_dict(document.get("annotations")),
            tuple(map(Parameter.from_json, document.get("parameters") or ())),
            tuple(item["name"] for item in document.get("actions") or ()),
            f"{binding['namespace']}/{binding['name']}" if binding else None,
        )
