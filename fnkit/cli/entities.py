"""How actions, packages, triggers and rules look in a shell."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import Columns, moment, pairs
from fnkit.core.entities import Json
from fnkit.delivery.secrets import shown
from fnkit.whisk.documents import Action, Package, Parameter
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger


def _action(action: Action) -> Iterable[str]:
    ours = action.annotations.get("fnkit") or {}
    limits = action.limits
    yield from pairs(
        {
            "action": f"/{action.namespace}/{action.path}",
            "version": action.version,
            "kind": action.kind,
            "updated": moment(action.updated),
            "limits": f"{limits.memory} MB, {limits.timeout} ms, {limits.logs} MB of logs",
            "parameters": tuple(
                f"{one.name}={'•••' if one.init else shown(one.name, one.value)}" for one in action.parameters
            ),
            "entry": _signature(ours.get("entry") or {}),
            "from": ours.get("notebook"),
            "model": ours.get("model"),
            "digest": ours.get("digest"),
            "annotations": tuple(
                f"{key}={json.dumps(value)}" for key, value in action.annotations.items() if key != "fnkit"
            ),
        }
    )


def _signature(entry: dict[str, Any]) -> str:
    """`main(image, upper="eyes")` of the annotation `fnkit`."""
    if not entry:
        return ""
    words = [
        parameter["name"]
        + (f": {parameter['type']}" if parameter.get("type") else "")
        + ("" if parameter.get("required", True) else f" = {json.dumps(parameter.get('default'))}")
        for parameter in entry.get("parameters") or ()
    ]
    return f"{entry['name']}({', '.join([*words, *(['**rest'] if entry.get('rest') else [])])})"


def _package(package: Package) -> Iterable[str]:
    """What is in a package."""
    return pairs(
        {
            "package": f"/{package.namespace}/{package.name}",
            "version": package.version,
            "bound to": f"/{package.binding}" if package.binding else None,
            "shared": "yes" if package.publish else "no",
            "parameters": _parameters(package.parameters),
            "actions": package.actions,
            "annotations": _annotations(package.annotations, "binding"),
        }
    )


def _trigger(trigger: Trigger) -> Iterable[str]:
    """A trigger and what it starts."""
    return pairs(
        {
            "trigger": f"/{trigger.namespace}/{trigger.name}",
            "version": trigger.version,
            "updated": moment(trigger.updated),
            "feed": trigger.feed,
            "parameters": _parameters(trigger.parameters),
            "rules": tuple(
                f"/{name} → /{linked.action} ({_status(linked.active)})" for name, linked in trigger.rules.items()
            ),
            "annotations": _annotations(trigger.annotations, "feed"),
        }
    )


def _rule(rule: Rule) -> Iterable[str]:
    """A rule."""
    return pairs(
        {
            "rule": f"/{rule.namespace}/{rule.name}",
            "version": rule.version,
            "updated": moment(rule.updated),
            "status": _status(rule.active),
            "trigger": f"/{rule.trigger}",
            "action": f"/{rule.action}",
            "annotations": _annotations(rule.annotations),
        }
    )


def _status(active: bool | None) -> str | None:
    """In OpenWhisk's words; None where it is not known."""
    return None if active is None else "active" if active else "inactive"


def _parameters(found: Iterable[Parameter]) -> tuple[str, ...]:
    """`name='Ada'`, without what is secret."""
    return tuple(f"{one.name}={'•••' if one.init else shown(one.name, one.value)}" for one in found)


def _annotations(found: Mapping[str, Json], *told: str) -> tuple[str, ...]:
    """Those that are not `told` by a line of their own."""
    return tuple(f"{key}={json.dumps(value)}" for key, value in found.items() if key not in told)


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {
    Action: _action,
    Package: _package,
    Rule: _rule,
    Trigger: _trigger,
}
TABLES: Mapping[type, Columns] = {
    Action: {
        "name": lambda action: action.path,
        "version": lambda action: action.version,
        "kind": lambda action: action.kind,
        "memory": lambda action: f"{action.limits.memory} MB",
        "updated": lambda action: moment(action.updated),
    },
    Package: {
        "name": lambda package: package.name,
        "version": lambda package: package.version,
        "shared": lambda package: "yes" if package.publish else "no",
        "bound to": lambda package: f"/{package.binding}" if package.binding else None,
    },
    Trigger: {
        "name": lambda trigger: trigger.name,
        "version": lambda trigger: trigger.version,
        "feed": lambda trigger: trigger.feed,
        "updated": lambda trigger: moment(trigger.updated),
    },
    Rule: {
        "name": lambda rule: rule.name,
        "version": lambda rule: rule.version,
        "status": lambda rule: _status(rule.active),
        "trigger": lambda rule: f"/{rule.trigger}",
        "action": lambda rule: f"/{rule.action}",
    },
}
