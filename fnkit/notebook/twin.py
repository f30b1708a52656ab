"""The same call in Python: what `--show-code` prints."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fnkit.notebook.parse import Call
from fnkit.notebook.words import Held
from fnkit.verbs.table import Parameter
from fnkit.verbs.values import assigned


def python(call: Call, source: str | None = None) -> str:
    """`fnkit.deploy(main, name='hello', memory=512)`; `source` is the expression of the function to deploy."""
    places: list[str] = [source] if source else []
    names: list[str] = []
    for parameter in call.verb.parameters:
        if parameter.name not in call.typed:
            continue
        written = _code(parameter, call.typed[parameter.name])
        if parameter.positional:
            places.append(written)
        else:
            names.append(f"{parameter.name}={written}")
    room = "fnkit" if len(call.verb.words) == 1 else "fnkit.verbs"
    return f"{room}.{'_'.join(call.verb.words)}({', '.join([*places, *names])})"


def _code(parameter: Parameter, typed: Any) -> str:
    if parameter.shape == "assignments":
        return _mapping(typed)
    if parameter.shape == "words":
        return f"[{', '.join(map(_literal, typed))}]"
    return _literal(typed)


def _mapping(typed: Iterable[Any]) -> str:
    """`{'image': photo, 'upper': 'eyes'}`; whole dicts of the notebook are spread: `{**sample}`."""
    items: list[str] = []
    for word in typed:
        if isinstance(word, Held):
            items.append(f"**{word.expression}")
            continue
        pairs: Mapping[str, Any] = word if isinstance(word, dict) else assigned([word])
        items += [f"{key!r}: {_literal(value)}" for key, value in pairs.items()]
    return "{" + ", ".join(items) + "}"


def _literal(value: Any) -> str:
    if isinstance(value, Held):
        return value.expression
    return f"Path({str(value)!r})" if isinstance(value, Path) else repr(value)
