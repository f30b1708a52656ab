"""Reads a manifest: ours, or OpenWhisk's wskdeploy's for what the two share."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, did_you_mean
from fnkit.events.sources import FEED
from fnkit.project import wskdeploy
from fnkit.project.check import check
from fnkit.project.fields import Fields
from fnkit.project.manifest import (
    FILE,
    Destinations,
    Environment,
    Function,
    Project,
    Rule,
    Sequence,
    Trigger,
)

TOP = ("name", "package", "functions", "flows", "sequences", "triggers", "rules", "notes")
BESIDE = ("stores", "values", "environments")
OPTIONS: Mapping[str, type] = {
    **dict.fromkeys(("memory", "timeout", "logs"), int),
    **dict.fromkeys(("model", "model_url", "kind", "web"), str),
    **dict.fromkeys(("require", "include", "secret", "ignore"), list),
    **dict.fromkeys(("param", "annotation", "test"), dict),
    **{"tolerance": float, "bundle_model": bool},
}
"""What a function may say besides where it is from: the options of `fnkit deploy`, by their names."""
KEYS = ("env:", "file:")
DESTINATIONS = ("on_success", "on_failure", "dead_letter")


def read(
    path: Path, environment: str | None = None, values: Mapping[str, Json] | None = None
) -> tuple[Project, Environment]:
    """The project of a file and the environment that it is for; `stores` and `values` are filled in.

    `values` stand in the place of the file's own. Raises BadArgument, which says where in the file it is wrong.
    """
    content = load(path)
    if wskdeploy.is_one(content):
        content = wskdeploy.translated(str(path), content, os.environ)
    top = Fields.of(str(path), "", content)
    top.known(*TOP, *BESIDE)
    environments = tuple(_environment(name, one) for name, one in top.tables("environments").items())
    chosen = choose(str(path), environments, environment)
    told = {**top.table("values").content, **chosen.values}
    told |= _given(str(path), values or {}, told)
    stores = filled(str(path), "stores", {**top.table("stores").content, **chosen.stores}, {"values": told})
    known = {"stores": stores, "values": told}
    declared = {key: filled(str(path), key, top.content[key], known) for key in TOP if key in top.content}
    made = _project(Fields.of(str(path), "", declared), path.parent, environments)
    check(str(path), made, chosen)
    return made, chosen


def load(path: Path) -> Any:
    """The YAML of a file. Raises BadArgument where it cannot be read."""
    import yaml

    try:
        return yaml.safe_load(path.read_text("utf-8")) or {}
    except FileNotFoundError:
        advice = f"Write one (docs/project.md shows how), or name another: fnkit deploy my-{FILE}."
        raise BadArgument(f"Reading {path}", "there is no such file.", advice) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadArgument(f"Reading {path}", f"it is not YAML: {' '.join(str(error).split())}.") from None


def choose(file: str, environments: tuple[Environment, ...], name: str | None) -> Environment:
    """The environment of a name; without one, what is in use anyway. Raises BadArgument."""
    if name is None:
        return Environment("")
    for one in environments:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in environments) or "none"
    raise BadArgument(f"Choosing the environment {name!r}", f"{file} declares no such one.", f"It has: {names}.")


def filled(file: str, place: str, value: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """`value` with `${stores.NAME}` and `${values.NAME}` replaced; alone in its text, one keeps its type."""
    if isinstance(value, dict):
        return {key: filled(file, f"{place}.{key}", one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(file, f"{place}.{at}", one, known) for at, one in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    before, _, rest = value.partition("${")
    name, closed, after = rest.partition("}")
    kind, _, key = name.partition(".")
    if not closed or key not in known.get(kind, {}):
        there = ", ".join(f"{group}.{one}" for group, ones in known.items() for one in ones) or "nothing"
        raise BadArgument(f"Reading {file}", f"{place} asks for ${{{name}}}.", f"There is: {there}.")
    found = known[kind][key]
    if not before and not after:
        return found
    return f"{before}{found}{filled(file, place, after, known)}"


def _given(file: str, values: Mapping[str, Json], known: Mapping[str, Any]) -> Mapping[str, Json]:
    """Raises BadArgument where one is not declared."""
    for name in values:
        if name not in known:
            raise BadArgument(f"Reading {file}", f"it has no value {name!r}.", did_you_mean(name, sorted(known)))
    return values


def _project(top: Fields, folder: Path, environments: tuple[Environment, ...]) -> Project:
    return Project(
        name=top.get("name", str, folder.resolve().name),
        functions=tuple(_function(name, one, folder) for name, one in top.tables("functions").items()),
        flows=tuple(_function(name, one, folder) for name, one in top.tables("flows").items()),
        sequences=tuple(_sequence(name, one) for name, one in top.tables("sequences").items()),
        triggers=tuple(_trigger(name, one, folder) for name, one in top.tables("triggers").items()),
        rules=tuple(_rule(name, one) for name, one in top.tables("rules").items()),
        package=top.get("package", str, "") or None,
        environments=environments,
        notes=top.texts("notes"),
    )


def _function(name: str, fields: Fields, folder: Path) -> Function:
    fields.known("from", *OPTIONS)
    file, colon, entry = fields.need("from", str).rpartition(":")
    file, entry = (file, entry) if colon and "/" not in entry else (fields.need("from", str), "")
    options = {key: fields.get(key, kind, kind()) for key, kind in OPTIONS.items() if key in fields.content}
    for key in ("include", "test"):
        options |= {key: _paths(options[key], folder)} if key in options else {}
    return Function(name, folder / file, entry or None, options)


def _paths(value: Any, folder: Path) -> Any:
    """Files are named from the manifest's folder; in a test a text that begins with @ is one."""
    if isinstance(value, list):
        return [folder / str(one) for one in value]
    return {
        key: folder / one[1:] if isinstance(one, str) and one.startswith("@") else one
        for key, one in value.items()
    }


def _sequence(name: str, fields: Fields) -> Sequence:
    fields.known("actions", "annotation")
    return Sequence(name, fields.texts("actions"), fields.table("annotation").content)


def _trigger(name: str, fields: Fields, folder: Path) -> Trigger:
    fields.known("feed", "param", "annotation")
    feed, parameters = fields.get("feed", str, "") or None, dict(fields.table("param").content)
    if feed == FEED and "store" in parameters:
        parameters["store"] = _store(fields.table("param").need("store", str), folder)
    return Trigger(name, feed, parameters, fields.table("annotation").content)


def _store(text: str, folder: Path) -> str:
    """A folder is named from the manifest's, too."""
    return text if ":" in text else str((folder / text).absolute())


def _rule(name: str, fields: Fields) -> Rule:
    fields.known("trigger", "action", "where", *DESTINATIONS, "retry", "pause")
    success, failure, dead = (fields.texts(one) for one in DESTINATIONS)
    destinations = Destinations(
        success, failure, dead, fields.get("retry", int, 0), fields.get("pause", float, 1.0)
    )
    where = fields.table("where").content if "where" in fields.content else None
    return Rule(name, fields.need("trigger", str), fields.need("action", str), where, destinations)


def _environment(name: str, fields: Fields) -> Environment:
    fields.known("host", "key", "prefix", "stores", "values", "param")
    key = fields.get("key", str, "") or None
    if key is not None and not key.startswith(KEYS):
        advice = "Write env:NAME of a variable, or file:PATH of a props file; a key itself is never in a manifest."
        raise BadArgument(f"Reading {fields.file}", f"{fields.place}.key does not say where the key is.", advice)
    return Environment(
        name=name,
        host=fields.get("host", str, "") or None,
        key=key,
        prefix=fields.get("prefix", str, ""),
        stores=fields.table("stores").content,
        values=fields.table("values").content,
        parameters={key: one.content for key, one in fields.tables("param").items()},
    )
