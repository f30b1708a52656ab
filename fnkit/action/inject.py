"""The action file: the slice, and the one function that OpenWhisk calls."""

import ast
import json
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import fnkit
from fnkit.action.memory import remembered
from fnkit.action.spec import ActionSpec, Origin
from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Entry, EntryParameter, Json, ModelFile

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True, slots=True)
class ActionFile:
    """`__main__.py`, made."""

    text: str
    main: str
    """The function that OpenWhisk calls."""
    origins: tuple[Origin, ...]
    """Line numbers in `text`."""


def injected(spec: ActionSpec, python: str) -> ActionFile:
    """The action file of `spec` for this version of Python: the same text for the same spec."""
    future, body, skipped = _without_future(spec.body)
    main = main_name(spec)
    text = _rendered(
        {
            "name": spec.name.name,
            "version": fnkit.__version__,
            "notebook": spec.notebook,
            "signature": signature(spec.entry),
            "python": python,
            "requirements": list(spec.requirements),
            "model": {"name": spec.model.name, "sha256": spec.model.sha256} if spec.model else None,
            "settings": _settings(spec.model),
            "digest": sha256(canonical([spec.body, signature(spec.entry), list(spec.requirements)])),
            "future": future,
            "body": body,
            "entry": {"name": spec.entry.name, "rest": spec.entry.rest, "whole": spec.entry.whole},
            "main": main,
            "direct": spec.entry.whole and spec.entry.name == main,
            "parameters": [_row(parameter) for parameter in spec.entry.parameters],
        }
    )
    before = text[: text.index(body)].count("\n") if body else 0
    origins = tuple(
        replace(origin, line=origin.line - skipped + before) for origin in spec.origins if origin.line > skipped
    )
    return ActionFile(text, main, origins)


def _settings(model: ModelFile | None) -> dict[str, str]:
    """What an instance has to know about the model, as `fnkit.models.once` reads it, spelled as Python."""
    if model is None:
        return {}
    known = {"FNKIT_MODEL_NAMES": {model.name: model.sha256}}
    if model.url is not None:
        known["FNKIT_MODEL_URLS"] = {model.sha256: model.url}
    return {name: repr(json.dumps(value, ensure_ascii=False)) for name, value in known.items()}


def main_name(spec: ActionSpec) -> str:
    """`main`, unless the slice itself uses that name for something else than its entry."""
    if spec.entry.whole and spec.entry.name == "main":
        return "main"
    tree = ast.parse(spec.body)
    read = any(isinstance(node, ast.Name) and node.id == "main" for node in ast.walk(tree))
    made = any(getattr(node, "name", None) == "main" for node in tree.body) and spec.entry.name != "main"
    return "openwhisk" if read or made else "main"


def signature(entry: Entry) -> str:
    """The entry as one would write it: `main(image: string, upper: string = "eyes", **rest)`."""
    parts = [_shown(parameter) for parameter in entry.parameters]
    return f"{entry.name}({', '.join([*parts, *(['**rest'] if entry.rest else [])])})"


def _shown(parameter: EntryParameter) -> str:
    text = parameter.name + (f": {parameter.type}" if parameter.type else "")
    return text if parameter.required else f"{text} = {json.dumps(parameter.default, ensure_ascii=False)}"


def _row(parameter: EntryParameter) -> str:
    nullable = not parameter.required and parameter.default is None
    row = (parameter.type, parameter.required, nullable, list(parameter.choices))
    return f"{parameter.name!r}: {row!r}"


def _without_future(body: str) -> tuple[str, str, int]:
    """The `from __future__` line, the rest, and how many lines were taken off."""
    first, _, rest = body.partition("\n")
    if not first.startswith("from __future__ "):
        return "", body.strip("\n"), 0
    stripped = rest.lstrip("\n")
    return first, stripped.rstrip("\n"), body.count("\n") - stripped.count("\n")


def _rendered(values: dict[str, Json]) -> str:
    """The template's text with these values; remembered, since an unchanged function needs no Jinja."""
    name = "action.py.j2"
    return str(remembered("files", [_text(name), values], lambda: template(name).render(values)))


def template(name: str) -> "jinja2.Template":
    """One of the texts in templates/."""
    import jinja2

    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    loader = jinja2.FunctionLoader(_text)
    return jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, **options).get_template(name)


def _text(name: str) -> str:
    return resources.files("fnkit.templates").joinpath(name).read_text("utf-8")
