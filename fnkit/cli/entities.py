"""Packages, triggers and rules as lines for a shell."""

import json
from collections.abc import Iterable, Mapping

from fnkit.cli.layout import moment, pairs
from fnkit.core.entities import Json
from fnkit.delivery.secrets import shown
from fnkit.whisk.documents import Package, Parameter
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger


def package(package: Package) -> Iterable[str]:
    """What is in a package."""
    return pairs(
        {
            "package": f"/{package.namespace}/{package.name}",
            "version": package.version,
            "bound to": f"/{package.binding}" if package.binding else None,
            "shared": "yes" if package.publish else "no",
            "parameters": parameters(package.parameters),
            "actions": package.actions,
            "annotations": annotations(package.annotations, "binding"),
        }
    )


def trigger(trigger: Trigger) -> Iterable[str]:
    """A trigger and what it starts."""
    return pairs(
        {
            "trigger": f"/{trigger.namespace}/{trigger.name}",
            "version": trigger.version,
            "updated": moment(trigger.updated),
            "feed": trigger.feed,
            "parameters": parameters(trigger.parameters),
            "rules": tuple(
                f"/{name} → /{linked.action} ({status(linked.active)})" for name, linked in trigger.rules.items()
            ),
            "annotations": annotations(trigger.annotations, "feed"),
        }
    )


def rule(rule: Rule) -> Iterable[str]:
    """A rule."""
    return pairs(
        {
            "rule": f"/{rule.namespace}/{rule.name}",
            "version": rule.version,
            "updated": moment(rule.updated),
            "status": status(rule.active),
            "trigger": f"/{rule.trigger}",
            "action": f"/{rule.action}",
            "annotations": annotations(rule.annotations),
        }
    )


def status(active: bool | None) -> str | None:
    """In OpenWhisk's words; None where it is not known."""
    return None if active is None else "active" if active else "inactive"


def parameters(found: Iterable[Parameter]) -> tuple[str, ...]:
    """`name='Ada'`, without what is secret."""
    return tuple(f"{one.name}={'•••' if one.init else shown(one.name, one.value)}" for one in found)


def annotations(found: Mapping[str, Json], *told: str) -> tuple[str, ...]:
    """Those that are not `told` by a line of their own."""
    return tuple(f"{key}={json.dumps(value)}" for key, value in found.items() if key not in told)
