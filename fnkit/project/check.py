"""Does a project hang together? Names that are twice or mean nothing, wrong patterns, loops. Pure."""

from fnkit.core.errors import BadArgument
from fnkit.core.names import legal
from fnkit.project.manifest import Environment, Project, named


def check(file: str, project: Project, environment: Environment) -> None:
    """Raises BadArgument where a name is twice, is none, or means nothing that is declared."""
    told = f"Reading {file}"
    actions, triggers = project.actions, tuple(one.name for one in project.triggers)
    for kind, names in (("action", actions), ("trigger", triggers), ("rule", [r.name for r in project.rules])):
        for name in names:
            if not legal(environment.prefix + name):
                raise BadArgument(told, f"{environment.prefix + name!r} is no name for a {kind}.")
            if list(names).count(name) > 1:
                raise BadArgument(told, f"the {kind} {name} is declared twice.")
    used = [*((one.name, "action", step) for one in project.sequences for step in one.actions)]
    used += [(rule.name, "action", rule.action) for rule in project.rules]
    used += [(rule.name, "trigger", rule.trigger) for rule in project.rules]
    used += [(rule.name, *named(text)) for rule in project.rules for text in rule.destinations.texts]
    for user, kind, name in used:
        declared = actions if kind == "action" else triggers
        if kind and not name.startswith("/") and name not in declared:
            there = ", ".join(declared) or "none"
            advice = f"Declared: {there}. Another's is named whole: /namespace/…"
            raise BadArgument(told, f"{user} names the {kind} {name!r}, which is not declared.", advice)
    _wired(file, project)
    for name in environment.parameters:
        if name not in (*actions, *triggers):
            raise BadArgument(
                told, f"environments.{environment.name}.param names {name!r}, which is not declared."
            )


def _wired(file: str, project: Project) -> None:
    """Raises BadArgument where a trigger watches nothing that can be, or a rule has a wrong pattern or a loop."""
    place = ""
    try:
        sources = {}
        for trigger in project.triggers:
            place = f"triggers.{trigger.name}"
            sources[trigger.name] = trigger.source
        for rule in project.rules:
            place = f"rules.{rule.name}"
            rule.route.check(rule.trigger, sources.get(rule.trigger))
    except BadArgument as error:
        tried = f"Reading {place} in {file}"
        raise BadArgument(tried, f"{error.tried}: {error.found}", error.advice) from None
