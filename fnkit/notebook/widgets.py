"""Two panels for people who would rather choose than type. Each does what a plain call does, and shows which.

`crop_panel(photo, person)` is `draw.box(photo, crop.between(person, upper, lower))`; `form(name)` is
`fnkit.invoke(name, …)`.
"""

import base64
import json
import mimetypes
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from fnkit.context import Context
from fnkit.core.entities import EntryParameter, Json
from fnkit.core.errors import BadArgument, FnkitError
from fnkit.models.images import Photo
from fnkit.notebook import calls
from fnkit.notebook.markup import block, card, code
from fnkit.verbs.actions import get, invoke
from fnkit.vision import crop, draw
from fnkit.vision.body import GROUPS
from fnkit.vision.pose import Person

PHOTOS = ("image", "photo", "picture")
"""A text parameter of such a name is offered a photo picker."""


def crop_panel(photo: Photo, person: Person, upper: str = "eyes", lower: str = "hips") -> widgets.VBox:
    """A panel that draws the crop box again while the upper and the lower part are chosen."""
    top = widgets.Dropdown(options=list(GROUPS), value=upper, description="from")
    bottom = widgets.Dropdown(options=list(GROUPS), value=lower, description="to")
    picture = widgets.Image(format="png", layout=widgets.Layout(max_width="480px"))
    said = widgets.HTML()

    def redraw(_change: Any = None) -> None:
        picture.value, said.value = _drawn(photo, person, top.value, bottom.value)

    for choice in (top, bottom):
        choice.observe(redraw, names="value")
    redraw()
    return widgets.VBox([widgets.HBox([top, bottom]), picture, said])


def _drawn(photo: Photo, person: Person, upper: str, lower: str) -> tuple[bytes, str]:
    """The picture as PNG and what stands below it; the photo alone and the reason where there is no box."""
    try:
        box = crop.between(person, upper, lower)
    except FnkitError as error:
        return draw.people(photo, person)._repr_png_(), card(block(str(error)))
    call = f"draw.box(photo, crop.between(person, {upper!r}, {lower!r}))"
    return draw.box(photo, box, f"{upper} to {lower}")._repr_png_(), card(code(call))


def form(name: str, context: Context | None = None) -> widgets.VBox:
    """A form that calls an action, made from the signature that its deploy has left with it.

    Raises Missing where there is no such action, BadArgument where fnkit did not deploy it.
    """
    entry = (get(name, context=context).annotations.get("fnkit") or {}).get("entry")
    if not entry:
        raise BadArgument(
            f"Making a form for {name}",
            "its deploy left no signature.",
            "Deploy it with fnkit, or use fnkit.invoke.",
        )
    fields = {one.name: field(one) for one in map(_parameter, entry["parameters"])}
    button = widgets.Button(description=f"Run {name}", button_style="primary", layout=widgets.Layout(width="auto"))
    answer = widgets.HTML()

    def run(_button: Any) -> None:
        button.disabled = True
        try:
            arguments = {key: value for key, one in fields.items() if (value := one.read()) is not None}
            shown = calls.one(invoke(name, arguments, blocking=False, context=context).wait())
            answer.value = shown.html
        except FnkitError as error:
            answer.value = card(block(str(error)))
        finally:
            button.disabled = False

    button.on_click(run)
    return widgets.VBox([*(one.widget for one in fields.values()), widgets.HBox([button]), answer])


class Field:
    """One parameter of a form: what is shown, and how its value is read (None: leave the default)."""

    def __init__(self, widget: widgets.Widget, read: Callable[[], Json]) -> None:
        self.widget = widget
        self.read = read


def field(parameter: EntryParameter) -> Field:
    """A drop-down for choices, a box for numbers, a tick for truth, a picker for photos, text for the rest."""
    label = {"description": parameter.name, "style": {"description_width": "120px"}}
    value = parameter.default
    if parameter.choices:
        first = value if value in parameter.choices else parameter.choices[0]
        return _plain(widgets.Dropdown(options=list(parameter.choices), value=first, **label))
    match parameter.type:
        case "boolean":
            made = _plain(widgets.Checkbox(value=bool(value), **label))
        case "integer":
            made = _plain(widgets.IntText(value=value or 0, **label))
        case "number":
            made = _plain(widgets.FloatText(value=value or 0.0, **label))
        case "string" if parameter.name in PHOTOS:
            made = _photo(label)
        case "string":
            made = _plain(widgets.Text(value=value or "", **label))
        case _:
            made = _json(parameter, label)
    return made


def _plain(widget: Any) -> Field:
    return Field(widget, lambda: widget.value)


def _photo(label: Mapping[str, Any]) -> Field:
    """A file from the computer, or an address."""
    address = widgets.Text(placeholder="https://… or choose a file", **label)
    picker = widgets.FileUpload(accept="image/*", multiple=False)

    def read() -> Json:
        if not picker.value:
            return address.value or None
        chosen = picker.value[0]
        media = mimetypes.guess_type(chosen["name"])[0] or "application/octet-stream"
        return f"data:{media};base64,{base64.b64encode(bytes(chosen['content'])).decode()}"

    return Field(widgets.HBox([address, picker]), read)


def _json(parameter: EntryParameter, label: Mapping[str, Any]) -> Field:
    """Lists, objects and whatever has no type: typed as JSON."""
    written = "" if parameter.default is None else json.dumps(parameter.default)
    area = widgets.Textarea(value=written, placeholder="JSON", **label)

    def read() -> Json:
        try:
            return json.loads(area.value) if area.value.strip() else None
        except ValueError as error:
            raise BadArgument(f"Reading {parameter.name}", f"it is not JSON: {error}.") from None

    return Field(area, read)


def _parameter(told: Mapping[str, Json]) -> EntryParameter:
    known = {key: told[key] for key in ("name", "type", "required", "default") if key in told}
    return EntryParameter(**known, choices=tuple(told.get("choices") or ()))
