"""What a deploy would do, decided from what is wanted and what is there. Pure: no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fnkit.action.bundle import Bundle
from fnkit.action.spec import Requirement
from fnkit.core.entities import Json, Limits
from fnkit.core.names import ActionName
from fnkit.delivery import annotation
from fnkit.delivery.annotation import Deployed
from fnkit.delivery.order import Settings
from fnkit.delivery.secrets import shown
from fnkit.whisk.documents import Action, Draft, Parameter

Change = Literal["create", "update", "unchanged"]
FIRST = "0.0.1"
KEY = "provide-api-key"
"""The annotation by which an action gets the key of who calls it."""
UNITS = {"timeout": " ms", "memory": " MB", "logs": " MB", "concurrency": ""}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for, built: the action as it is to be."""

    name: ActionName
    bundle: Bundle
    settings: Settings
    notebook: str | None = None

    @property
    def kind(self) -> str:
        """As OpenWhisk spells it: `python:3.11`."""
        return self.bundle.target.kind

    @property
    def conducts(self) -> bool:
        """True for a conductor: what it answers is one turn, and only the platform knows the result."""
        return bool(self.settings.annotations.get("conductor"))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Bound parameters and secrets, by name."""
        bound = [Parameter(name, value) for name, value in self.settings.parameters.items()]
        secret = [Parameter(secret.name, secret.value, init=True) for secret in self.settings.secrets]
        return tuple(sorted([*bound, *secret], key=lambda parameter: parameter.name))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deploy would do and why; `--dry-run` shows it."""

    wanted: Wanted = field(repr=False)
    host: str
    change: Change
    reasons: tuple[str, ...]
    """`memory: 256 → 512 MB`, `code: 3f2a90… → 9c01aa…`; empty where nothing changes."""
    version: str
    """After the deploy."""
    drop: tuple[str, ...] = ()
    """Annotations that an earlier deploy set and this one does not."""
    needs: tuple["Plan", ...] = ()
    """Of the actions that a flow brings along; they go first."""

    @property
    def name(self) -> ActionName:
        """The action."""
        return self.wanted.name

    @property
    def digest(self) -> str:
        """Of all files of all layers."""
        return self.wanted.bundle.digest

    @property
    def files(self) -> tuple[tuple[str, str, int], ...]:
        """(layer, path, bytes) of every file."""
        return tuple(
            (layer.kind, file.path, file.size) for layer in self.wanted.bundle.layers for file in layer.files
        )

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What is vendored, with versions and licences."""
        return self.wanted.bundle.requirements

    @property
    def size(self) -> int:
        """Bytes of `exec.code`: base64, what the limit counts. Makes the zip where it is not made yet."""
        return self.wanted.bundle.base64_size

    @property
    def limit(self) -> int:
        """Bytes that `exec.code` may have."""
        return self.wanted.bundle.target.limit

    @property
    def carrier(self) -> str:
        """How it travels."""
        return "layers by digest, then a small zip" if self.wanted.bundle.target.embedded else "one zip"

    @property
    def model(self) -> str:
        """The model's name and where the instance gets it; empty where there is none."""
        bundle, model = self.wanted.bundle, self.wanted.bundle.model
        if model is None:
            return ""
        where = "from the platform's cache" if bundle.target.embedded else "in the zip"
        if all(layer.kind != "model" for layer in bundle.layers):
            where = "downloaded once by each instance"
        return f"{model.name}, {model.size:,} bytes, {where}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know first."""
        return self.wanted.bundle.notes

    def draft(self, code: str) -> Draft:
        """The body of the PUT."""
        wanted = self.wanted
        parameters, set_here = wanted.parameters, wanted.settings.annotations
        names = {"parameters": tuple(p.name for p in parameters), "annotations": tuple(sorted(set_here))}
        note = annotation.written(wanted.bundle, self.version, names, wanted.notebook)
        # Without that annotation OpenWhisk gives the key: what asks for it no more has to say so.
        without = {KEY: False} if KEY in self.drop else {}
        return Draft(
            exec={"kind": wanted.kind, "code": code, "main": wanted.bundle.main},
            limits=wanted.settings.limits,
            parameters=parameters,
            annotations={**without, **set_here, annotation.NAME: note},
            drop=tuple(name for name in self.drop if name != KEY),
            version=self.version,
        )

    def __str__(self) -> str:
        why = f": {'; '.join(self.reasons)}" if self.reasons else ""
        first = "".join(f"{one}\n" for one in self.needs)
        return f"{first}{self.change} {self.name} ({self.digest[:8]}) at {self.host}{why}"


def plan(wanted: Wanted, there: Action | None, host: str) -> Plan:
    """Compare. The same files, settings and kind are "unchanged": nothing has to be sent."""
    if there is None:
        return Plan(wanted, host, "create", ("there is no such action yet",), FIRST)
    deployed = annotation.read(there)
    drop = tuple(sorted(set(deployed.annotations if deployed else ()) - set(wanted.settings.annotations)))
    reasons = (
        *_code(wanted, there, deployed),
        *_limits(there.limits, wanted.settings.limits),
        *_parameters(wanted.parameters, own_parameters(there, deployed)),
        *_annotations(wanted.settings.annotations, there.annotations, drop),
    )
    if not reasons:
        return Plan(wanted, host, "unchanged", (), there.version)
    return Plan(wanted, host, "update", reasons, next_version(there.version), drop)


def own_parameters(there: Action, deployed: Deployed | None) -> tuple[Parameter, ...]:
    """The action's parameters without those of its package, which a GET merges in.

    Of an action in a package that is not fnkit's they cannot be told apart: then it is all of them.
    """
    if there.package is None or deployed is None:
        return there.parameters
    return tuple(parameter for parameter in there.parameters if parameter.name in deployed.parameters)


def _code(wanted: Wanted, there: Action, deployed: Deployed | None) -> Iterator[str]:
    if deployed is None:
        yield "code: what is there was not deployed by fnkit"
    elif deployed.digest != wanted.bundle.digest:
        yield f"code: {deployed.digest[:8]} → {wanted.bundle.digest[:8]}"
    elif deployed.version != there.version:
        yield f"changed by other means since {deployed.version}: it is {there.version}"
    if there.kind != wanted.kind:
        yield f"kind: {there.kind} → {wanted.kind}"
    if there.main != wanted.bundle.main:
        yield f"main: {there.main} → {wanted.bundle.main}"


def _limits(old: Limits, new: Limits) -> Iterator[str]:
    before = old.to_json()
    for name, value in new.to_json().items():
        if before[name] != value:
            yield f"{name}: {before[name]} → {value}{UNITS[name]}"


def _parameters(new: tuple[Parameter, ...], old: tuple[Parameter, ...]) -> Iterator[str]:
    after, before = {p.name: p for p in new}, {p.name: p for p in old}
    for name in sorted(after.keys() | before.keys()):
        one, other = after.get(name), before.get(name)
        if one == other:
            continue
        what = "secret" if (one or other).init else "parameter"  # type: ignore[union-attr]
        if other is None:
            yield f"{what} {name}: new"
        elif one is None:
            yield f"{what} {name}: taken away"
        elif one.init or other.init:
            yield f"{what} {name}: another value"
        else:
            yield f"{what} {name}: {shown(name, other.value)} → {shown(name, one.value)}"


def _annotations(new: Mapping[str, Json], old: Mapping[str, Json], drop: tuple[str, ...]) -> Iterator[str]:
    for name, value in sorted(new.items()):
        if name not in old or old[name] != value:
            before = shown(name, old[name]) if name in old else "none"
            yield f"annotation {name}: {before} → {shown(name, value)}"
    yield from (f"annotation {name}: taken away" for name in drop if name in old)


def next_version(version: str) -> str:
    """The version after this one, as the platform counts: the last number goes up."""
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + 1}"
