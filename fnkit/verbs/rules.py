"""The verbs of rules: `fnkit rule create`, `update`, `get`, `list`, `delete`, `enable`, `disable`."""

from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context
from fnkit.core.names import ActionName, EntityName
from fnkit.verbs.answers import Deleted
from fnkit.verbs.naming import Limit, Skip, Yes, sure, within
from fnkit.verbs.table import Argument

if TYPE_CHECKING:
    from fnkit.whisk.rules import Rule, Rules

Name = Annotated[str, Argument("name or /namespace/name of the rule", "RULE")]


Trigger = Annotated[str, Argument("the trigger that starts the action", "TRIGGER", place=1)]
Action = Annotated[str, Argument("the action that is started", "ACTION", place=2)]


def rule_create(
    name: Name,
    trigger: Trigger,
    action: Action,
    *,
    context: Context | None = None,
) -> "Rule":
    """Let a trigger start an action, from now on."""
    rule, starter = EntityName.parse(name, "rule"), EntityName.parse(trigger, "trigger")
    started = ActionName.parse(action)
    return _rules(context, rule).put(rule.name, starter, started)


def rule_update(name: Name, trigger: Trigger, action: Action, *, context: Context | None = None) -> "Rule":
    """Let the rule join another trigger and action; it stays as active as it was."""
    rule, starter = EntityName.parse(name, "rule"), EntityName.parse(trigger, "trigger")
    return _rules(context, rule).put(rule.name, starter, ActionName.parse(action), overwrite=True)


def rule_get(name: Name, *, context: Context | None = None) -> "Rule":
    """Give a rule: its trigger, its action, and whether it is active."""
    rule = EntityName.parse(name, "rule")
    return _rules(context, rule).get(rule.name)


def rule_list(*, limit: Limit = 30, skip: Skip = 0, context: Context | None = None) -> "tuple[Rule, ...]":
    """Give the rules of your namespace with their status, the newest first."""
    rules = (context or Context()).client.rules
    # A list does not say which are active; one that was deleted meanwhile is left out.
    found = (rules.find(one.name) for one in rules.list(limit, skip))
    return tuple(rule for rule in found if rule is not None)


def rule_enable(name: Name, *, context: Context | None = None) -> "Rule":
    """Let the trigger start the action from now on, and give the rule."""
    rule = EntityName.parse(name, "rule")
    rules = _rules(context, rule)
    rules.enable(rule.name)
    return rules.get(rule.name)


def rule_disable(name: Name, *, context: Context | None = None) -> "Rule":
    """Let the trigger start the action no more until the rule is enabled, and give the rule."""
    rule = EntityName.parse(name, "rule")
    rules = _rules(context, rule)
    rules.disable(rule.name)
    return rules.get(rule.name)


def rule_delete(name: Name, *, yes: Yes = False, context: Context | None = None) -> Deleted:
    """Delete a rule after a question; its trigger and its action stay."""
    context, rule = context or Context(), EntityName.parse(name, "rule")
    sure(context, "rule", rule, yes)
    gone = _rules(context, rule).delete(rule.name)
    return Deleted(f"/{gone.namespace}/{gone.name}", gone.version)


def _rules(context: Context | None, rule: EntityName) -> "Rules":
    """The rules of the rule's namespace."""
    return within((context or Context()).client.rules, rule.namespace)
