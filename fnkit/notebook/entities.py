"""How packages, triggers and rules look, one by one and in lists."""

from collections.abc import Iterable, Sequence

from fnkit.core.entities import Json
from fnkit.delivery.secrets import shown
from fnkit.notebook.markup import Html, View, card, code, facts, grid, lines, pill, title
from fnkit.whisk.documents import Package, Parameter
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger


def package(package: Package) -> View:
    """What is in a package."""
    rows: list[tuple[str, object]] = [
        ("namespace", package.namespace),
        ("bound to", package.binding or ""),
        ("shared", "with every namespace" if package.publish else ""),
        ("parameters", lines(_parameters(package.parameters))),
        ("actions", lines(package.actions)),
    ]
    line = f"{package.name} {package.version}: {', '.join(package.actions) or 'no actions'}"
    return View(line, card(title(package.name, package.version), facts(rows)), "package", _package(package))


def packages(found: Sequence[Package]) -> View:
    """A list of packages, the newest first."""
    rows = [(one.name, one.version, one.binding or "", "shared" if one.publish else "") for one in found]
    line = f"{len(found)} packages: {', '.join(one.name for one in found)}"
    html = card(grid(("package", "version", "bound to", ""), rows))
    return View(line, html, "packages", [_package(one) for one in found])


def trigger(trigger: Trigger) -> View:
    """A trigger and what it starts."""
    rules = [
        (name, linked.action, "active" if linked.active else "inactive") for name, linked in trigger.rules.items()
    ]
    rows: list[tuple[str, object]] = [
        ("namespace", trigger.namespace),
        ("feed", code(trigger.feed) if trigger.feed else ""),
        ("parameters", lines(_parameters(trigger.parameters))),
    ]
    table = grid(("rule", "action", "status"), rules) if rules else Html("")
    line = f"{trigger.name} {trigger.version}: {', '.join(name for name, *_ in rules) or 'no rules'}"
    html = card(title(trigger.name, trigger.version), facts(rows), table)
    return View(line, html, "trigger", _trigger(trigger))


def triggers(found: Sequence[Trigger]) -> View:
    """A list of triggers, the newest first."""
    rows = [(one.name, one.version, one.feed or "") for one in found]
    line = f"{len(found)} triggers: {', '.join(one.name for one in found)}"
    return View(
        line, card(grid(("trigger", "version", "feed"), rows)), "triggers", [_trigger(one) for one in found]
    )


def rule(rule: Rule) -> View:
    """What a rule joins."""
    rows: list[tuple[str, object]] = [
        ("namespace", rule.namespace),
        ("trigger", code(rule.trigger)),
        ("action", code(rule.action)),
    ]
    html = card(title(rule.name, rule.version, _pill(rule)), facts(rows))
    return View(_said(rule), html, "rule", _rule(rule))


def rules(found: Sequence[Rule]) -> View:
    """A list of rules, the newest first."""
    rows = [(one.name, one.version, code(one.trigger), code(one.action), _pill(one)) for one in found]
    html = card(grid(("rule", "version", "trigger", "action", "status"), rows))
    return View("; ".join(map(_said, found)), html, "rules", [_rule(one) for one in found])


def _said(rule: Rule) -> str:
    return (
        f"{rule.name} {rule.version}: {rule.trigger} → {rule.action} ({'active' if rule.active else 'inactive'})"
    )


def _pill(rule: Rule) -> Html:
    return pill("active", "good") if rule.active else pill("inactive", "quiet")


def _parameters(found: Iterable[Parameter]) -> list[str]:
    return [f"{one.name}={'•••' if one.init else shown(one.name, one.value)}" for one in found]


def _package(package: Package) -> dict[str, Json]:
    return {
        "name": package.name,
        "namespace": package.namespace,
        "version": package.version,
        "actions": list(package.actions),
        "binding": package.binding,
        "publish": package.publish,
    }


def _trigger(trigger: Trigger) -> dict[str, Json]:
    return {
        "name": trigger.name,
        "namespace": trigger.namespace,
        "version": trigger.version,
        "feed": trigger.feed,
        "rules": {name: {"action": one.action, "active": one.active} for name, one in trigger.rules.items()},
    }


def _rule(rule: Rule) -> dict[str, Json]:
    return {
        "name": rule.name,
        "namespace": rule.namespace,
        "version": rule.version,
        "trigger": rule.trigger,
        "action": rule.action,
        "active": rule.active,
    }
