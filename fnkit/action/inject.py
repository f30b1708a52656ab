"""The action file: the slice, and the one function that OpenWhisk calls."""

import json
import re
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import jinja2

import fnkit
from fnkit.action.spec import ActionSpec, Origin
from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Entry, EntryParameter


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
    text = _environment().get_template("action.py.j2").render(
        name=spec.name.name,
        version=fnkit.__version__,
        notebook=spec.notebook,
        signature=signature(spec.entry),
        python=python,
        requirements=spec.requirements,
        model=spec.model,
        model_urls=json.dumps(json.dumps({spec.model.sha256: spec.model.url})) if spec.model else "",
        digest=sha256(canonical([spec.body, signature(spec.entry), list(spec.requirements)])),
        future=future,
        body=body,
        entry=spec.entry,
        main=main,
        called=f"_{main}" if spec.entry.name == main else spec.entry.name,
        parameters=[_row(parameter) for parameter in spec.entry.parameters],
    )
    before = text[: text.index(body)].count("\n") if body else 0
    origins = tuple(
        replace(origin, line=origin.line - skipped + before) for origin in spec.origins if origin.line > skipped
    )
    return ActionFile(text, main, origins)


def main_name(spec: ActionSpec) -> str:
    """`main`, unless the slice uses that name for something else than its entry."""
    if spec.entry.whole and spec.entry.name == "main":
        return "main"
    uses = len(re.findall(r"\bmain\b", spec.body))
    return "main" if uses <= (spec.entry.name == "main") else "openwhisk"


def signature(entry: Entry) -> str:
    """The entry as one would write it: `main(image: string, upper: string = "eyes", **rest)`."""
    parts = [_shown(parameter) for parameter in entry.parameters]
    return f"{entry.name}({', '.join([*parts, *(['**rest'] if entry.rest else [])])})"


def _shown(parameter: EntryParameter) -> str:
    text = parameter.name + (f": {parameter.type}" if parameter.type else "")
    return text if parameter.required else f"{text} = {json.dumps(parameter.default, ensure_ascii=False)}"


def _row(parameter: EntryParameter) -> str:
    nullable = not parameter.required and parameter.default is None
    return repr((parameter.name, parameter.type, parameter.required, nullable, list(parameter.choices)))


def _without_future(body: str) -> tuple[str, str, int]:
    """The `from __future__` line, the rest, and how many lines were taken off."""
    first, _, rest = body.partition("\n")
    if not first.startswith("from __future__ "):
        return "", body.strip("\n"), 0
    stripped = rest.lstrip("\n")
    return first, stripped.rstrip("\n"), body.count("\n") - stripped.count("\n")


def _environment() -> jinja2.Environment:
    def read(name: str) -> str:
        return resources.files("fnkit.templates").joinpath(name).read_text("utf-8")

    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    return jinja2.Environment(loader=jinja2.FunctionLoader(read), undefined=jinja2.StrictUndefined, **options)
