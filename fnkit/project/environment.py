"""A project as it is to be in one environment: full names, that environment's parameters, its mark. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fnkit.core.entities import Json
from fnkit.project.manifest import Environment, Function, Project, Rule, Sequence, Trigger, named

MARK = "fnkit-project"
"""The annotation that says which project, in which environment, something belongs to."""


def _mark(project: Project, environment: Environment) -> str:
    return f"{project.name}@{environment.name}" if environment.name else project.name


def within(project: Project, environment: Environment) -> Project:
    """The project with the names, parameters and marks that it has in `environment`."""
    place = _Place(project, environment)
    return replace(
        project,
        mark=_mark(project, environment),
        names={name: place.action(name) for name in project.actions},
        package=f"{environment.prefix}{project.package}" if project.package else None,
        functions=tuple(map(place.function, project.functions)),
        flows=tuple(map(place.function, project.flows)),
        sequences=tuple(map(place.sequence, project.sequences)),
        triggers=tuple(map(place.trigger, project.triggers)),
        rules=tuple(map(place.rule, project.rules)),
    )


class _Place:
    """The names of one environment."""

    def __init__(self, project: Project, environment: Environment) -> None:
        self._package = f"{environment.prefix}{project.package}/" if project.package else environment.prefix
        self._prefix = environment.prefix
        self._parameters = environment.parameters
        self._mark = {MARK: _mark(project, environment)}

    def action(self, name: str) -> str:
        return name if name.startswith("/") else self._package + name

    def function(self, one: Function) -> Function:
        options: dict[str, Any] = dict(one.options)
        options["annotation"] = self._marked(options.get("annotation", {}))
        if parameters := self._set(one.name, options.get("param", {})):
            options["param"] = parameters
        return replace(one, name=self.action(one.name), options=options)

    def sequence(self, one: Sequence) -> Sequence:
        actions = tuple(map(self.action, one.actions))
        return replace(one, name=self.action(one.name), actions=actions, annotations=self._marked(one.annotations))

    def trigger(self, one: Trigger) -> Trigger:
        parameters = self._set(one.name, one.parameters)
        marked = self._marked(one.annotations)
        return replace(one, name=self._prefix + one.name, parameters=parameters, annotations=marked)

    def rule(self, one: Rule) -> Rule:
        trigger = one.trigger if one.trigger.startswith("/") else self._prefix + one.trigger
        asked = one.destinations
        success, failure, dead = (
            tuple(map(self.destination, texts)) for texts in (asked.success, asked.failure, asked.dead)
        )
        return replace(
            one,
            name=self._prefix + one.name,
            trigger=trigger,
            action=self.action(one.action),
            destinations=replace(asked, success=success, failure=failure, dead=dead),
            between=self.action(one.name),
        )

    def destination(self, text: str) -> str:
        """The same place with the names of the environment."""
        kind, name = named(text)
        if not kind or name.startswith("/"):
            return text
        return self.action(name) if kind == "action" else f"trigger:{self._prefix}{name}"

    def _set(self, name: str, parameters: Mapping[str, Json]) -> Mapping[str, Json]:
        return {**parameters, **self._parameters.get(name, {})}

    def _marked(self, annotations: Mapping[str, Json]) -> Mapping[str, Json]:
        return {**annotations, **self._mark}
