"""The annotation `fnkit` of an action: what one GET without code tells about a deploy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fnkit
from fnkit.action.bundle import Bundle, entry_to_json, origins_to_json
from fnkit.action.spec import Origin
from fnkit.action.trace import origins_from_json
from fnkit.core.entities import Entry, EntryParameter, Json
from fnkit.whisk.documents import Action

NAME = "fnkit"


@dataclass(frozen=True, slots=True)
class Deployed:
    """What fnkit noted when it deployed an action."""

    digest: str
    """Of all files of the bundle."""
    version: str
    """Of the action. Another one today means that somebody changed it since, by other means."""
    entry: Entry | None
    """How it is called, None where that is not known."""
    origins: tuple[Origin, ...]
    notebook: str | None
    model: str | None
    parameters: tuple[str, ...]
    """Names of the bound parameters that the deploy set: a package's come on top."""
    annotations: tuple[str, ...]
    """Names of the annotations that the deploy set."""


def written(
    bundle: Bundle,
    version: str,
    names: Mapping[str, tuple[str, ...]],
    notebook: str | None,
) -> Json:
    """The annotation's value; `names` has the `parameters` and `annotations` that this deploy sets."""
    return {
        "fnkit": fnkit.__version__,
        "digest": bundle.digest,
        "version": version,
        "entry": entry_to_json(bundle.entry),
        "origins": origins_to_json(bundle.origins),
        "notebook": notebook,
        "model": bundle.model.name if bundle.model else None,
        **{key: list(value) for key, value in names.items()},
    }


def read(action: Action) -> Deployed | None:
    """What fnkit noted, None where the action is not fnkit's or the note cannot be read."""
    note = action.annotations.get(NAME)
    try:
        return _deployed(note) if isinstance(note, dict) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # others may write what they like there


def _deployed(note: Mapping[str, Any]) -> Deployed:
    return Deployed(
        digest=str(note["digest"]),
        version=str(note.get("version", "")),
        entry=_entry(note["entry"]) if note.get("entry") else None,
        origins=origins_from_json(note.get("origins") or ()),
        notebook=note.get("notebook"),
        model=note.get("model"),
        parameters=tuple(note.get("parameters") or ()),
        annotations=tuple(note.get("annotations") or ()),
    )


def _entry(value: Mapping[str, Any]) -> Entry:
    return Entry(
        name=value["name"],
        parameters=tuple(
            EntryParameter(
                name=item["name"],
                type=item.get("type"),
                required=bool(item.get("required", True)),
                default=item.get("default"),
                choices=tuple(item.get("choices") or ()),
            )
            for item in value.get("parameters") or ()
        ),
        rest=bool(value.get("rest")),
        whole=bool(value.get("whole")),
        doc=value.get("doc") or "",
    )
