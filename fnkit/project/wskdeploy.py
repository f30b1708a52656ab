"""OpenWhisk's own manifest read as ours, for what the two share.

Source: apache/openwhisk-wskdeploy, parsers/yamlparser.go and its specification.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from fnkit.core.errors import BadArgument
from fnkit.project.fields import Fields

SHARED = ("actions", "sequences", "triggers", "rules")
LIMITS = {"timeout": "timeout", "memorySize": "memory", "logSize": "logs"}
RUNS_AS_IT_IS = ("function", "inputs", "limits", "annotations", "web", "web-export", "runtime", "main", "version")
VARIABLE = re.compile(r"^\$([^\W\d]\w*)$|\$\{([^\W\d]\w*)\}")
"""One of the environment: `$NAME` as a whole text, `${NAME}` within one."""


def is_one(content: Any) -> bool:
    """True for a manifest in wskdeploy's words."""
    return isinstance(content, dict) and ("packages" in content or "project" in content)


def translated(file: str, content: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """The same project in our words; `notes` says what has none; `variables` are those of the environment.

    Raises BadArgument for several packages, and for a variable that is not set.
    """
    top = Fields.of(file, "", {key: _set(file, key, one, variables) for key, one in content.items()})
    inner = top.table("project") if "project" in content else top
    packages = inner.tables("packages")
    if len(packages) != 1:
        found = (
            f"it has {len(packages) or 'no'} packages: {', '.join(packages)}."
            if packages
            else "it has no package."
        )
        raise BadArgument(f"Reading {file}", found, "One manifest is one package here: make a file of each.")
    ((package, fields),) = packages.items()
    actions = fields.tables("actions")
    return {
        "name": inner.get("name", str, "") or package,
        **({"package": package} if package != "default" else {}),
        "functions": {name: _function(one) for name, one in actions.items()},
        "sequences": {name: {"actions": list(one.texts("actions"))} for name, one in _mapped(fields, "sequences")},
        "triggers": {name: _trigger(one) for name, one in _mapped(fields, "triggers")},
        "rules": {name: _rule(one) for name, one in _mapped(fields, "rules")},
        "notes": [*_left(fields), *_left_of_actions(actions)],
    }


def _set(file: str, place: str, value: Any, variables: Mapping[str, str]) -> Any:
    """A value with the variables of the environment in it. wskdeploy takes one that is not set for nothing."""
    if isinstance(value, dict):
        return {key: _set(file, f"{place}.{key}", one, variables) for key, one in value.items()}
    if isinstance(value, list):
        return [_set(file, f"{place}.{at}", one, variables) for at, one in enumerate(value)]
    return VARIABLE.sub(partial(_variable, file, place, variables), value) if isinstance(value, str) else value


def _variable(file: str, place: str, variables: Mapping[str, str], found: re.Match[str]) -> str:
    name = found[1] or found[2]
    if name not in variables:
        asked = f"{place} asks for {found[0]}, and the environment has no such variable."
        raise BadArgument(f"Reading {file}", asked, f"export {name}=…")
    return variables[name]


def _mapped(fields: Fields, name: str) -> Iterator[tuple[str, Fields]]:
    yield from fields.tables(name).items()


def _function(fields: Fields) -> dict[str, Any]:
    limits = fields.table("limits")
    main, web = fields.get("main", str, ""), fields.content.get("web", fields.content.get("web-export"))
    made: dict[str, Any] = {
        "from": fields.need("function", str) + (f":{main}" if main else ""),
        **{ours: limits.content[theirs] for theirs, ours in LIMITS.items() if theirs in limits.content},
    }
    if inputs := values(fields.table("inputs")):
        made["param"] = inputs
    if annotations := fields.table("annotations").content:
        made["annotation"] = dict(annotations)
    if runtime := fields.get("runtime", str, ""):
        made["kind"] = runtime
    if web is not None:
        made["web"] = {True: "true", False: "false", "yes": "true", "no": "false"}.get(web, str(web))
    return made


def _trigger(fields: Fields) -> dict[str, Any]:
    made: dict[str, Any] = {"param": values(fields.table("inputs"))}
    feed = fields.get("feed", str, "") or fields.get("source", str, "")
    return {**made, **({"feed": feed} if feed else {})}


def _rule(fields: Fields) -> dict[str, Any]:
    return {"trigger": fields.need("trigger", str), "action": fields.need("action", str)}


def values(inputs: Fields) -> dict[str, Any]:
    """Inputs are values, or tables with `value` or `default` in them; a declared one without either has none."""
    found: dict[str, Any] = {}
    for name, given in inputs.content.items():
        declared = isinstance(given, dict) and {"type", "value", "default", "description"} & set(given)
        value = given.get("value", given.get("default")) if declared else given
        if value is not None:
            found[name] = value
    return found


def _left(fields: Fields) -> Iterator[str]:
    for name in fields.content:
        if name not in (*SHARED, "version", "license"):
            yield f"{fields.place}.{name} has no meaning here and is left out."


def _left_of_actions(actions: Mapping[str, Fields]) -> Iterator[str]:
    for fields in actions.values():
        for name in fields.content:
            if name not in RUNS_AS_IT_IS:
                yield f"{fields.place}.{name} has no meaning here and is left out."
