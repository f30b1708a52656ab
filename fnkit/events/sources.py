"""A store that is watched: the value that says it, and how it travels as a feed's parameters."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, did_you_mean
from fnkit.events.bucket import SCHEMES, Bucket
from fnkit.events.changes import KINDS, Filter, Kind
from fnkit.events.store import Store
from fnkit.events.watched import Watched

OWN = "objects"
"""The scheme of the embedded platform's own store: `objects:photos/`."""
FEED = "/whisk.system/storage/changes"
SECRET = ("key", "secret", "token", "password", "sas")


@dataclass(frozen=True, slots=True)
class Storage:
    """A store that is watched, and which of its changes are told."""

    store: str
    """`file:///srv/photos`, `objects:`, `s3://bucket`, `gs://bucket`, `az://container`."""
    prefix: str = ""
    suffix: tuple[str, ...] = ()
    on: tuple[Kind, ...] = ("created",)
    interval: float = 10.0
    """Seconds between two looks; a folder and the platform's own store tell at once."""
    settle: float = 0.5
    """Seconds after its last change that a file of a folder counts as complete."""
    into: str | None = None
    """One more argument that gets the object's URL: `image`."""
    existing: bool = False
    """Whether what is there already is told too."""
    endpoint: str | None = None
    region: str | None = None
    at_once: int | None = None
    """Events whose runs may go on at a time, where the platform watches; None: twice its processors."""

    @property
    def most_at_once(self) -> int:
        """The same as a number."""
        return self.at_once or 2 * (os.cpu_count() or 1)

    @property
    def filter(self) -> Filter:
        """Which changes are told."""
        return Filter(self.prefix, self.suffix, self.on)

    @property
    def label(self) -> str:
        """As a person would name it."""
        return "".join((self.root, *self._stars))

    @property
    def root(self) -> str:
        """Where it begins: `objects:photos/`, `s3://bucket/photos/`."""
        place = self.store.removeprefix("file://")
        return (f"{place.rstrip('/')}/" if place != f"{OWN}:" else f"{OWN}:") + self.prefix

    @property
    def _stars(self) -> tuple[str, ...]:
        return ("*" + "|*".join(self.suffix),) if self.suffix else ()

    def to_json(self) -> dict[str, Json]:
        """As the parameters of a feed."""
        plain = {"store": self.store, "prefix": self.prefix, "suffix": list(self.suffix), "on": list(self.on)}
        more = {name: getattr(self, name) for name in _PLAIN}
        return {**plain, **{name: value for name, value in more.items() if value is not None}}

    @classmethod
    def from_json(cls, given: Mapping[str, Json]) -> "Storage":
        """From the parameters of a feed. Raises BadArgument."""
        tried = "Watching a store"
        known = {*cls.__dataclass_fields__}
        for name in given:
            if name not in known:
                secret = any(word in name.lower() for word in SECRET)
                advice = _KEYS if secret else did_you_mean(name, sorted(known))
                raise BadArgument(tried, f"it has no parameter {name!r}.", advice)
        if not isinstance(given.get("store"), str) or not given["store"]:
            raise BadArgument(tried, "the parameter store is missing.", "Give a folder, objects:, s3://bucket, …")
        made = replace(storage(str(given["store"])), **{name: given[name] for name in given if name in _PLAIN})
        made = replace(
            made,
            prefix=made.prefix + str(given.get("prefix", "")),
            suffix=_texts(given.get("suffix", ()), "suffix"),
            on=cast(tuple[Kind, ...], _texts(given.get("on", ("created",)), "on")),
        )
        made.check()
        return made

    def check(self) -> None:
        """Raises BadArgument."""
        tried = f"Watching {self.label}"
        for name, least in (("interval", 0.1), ("settle", 0.0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= 86400:
                raise BadArgument(tried, f"{name} is {value!r}.", f"Give seconds, {least} to 86400.")
        for kind in self.on:
            if kind not in KINDS:
                raise BadArgument(tried, f"there is no event {kind!r}.", did_you_mean(kind, KINDS))
        if not self.on:
            raise BadArgument(tried, "on names no event.", f"Give {' or '.join(KINDS)}.")
        if self.prefix.startswith("/") or ".." in self.prefix.split("/"):
            found = f"the prefix {self.prefix!r} leads out of it."
            advice = "Give how keys begin, as in/, without a slash in front and without two dots."
            raise BadArgument(tried, found, advice)
        for name in ("into", "endpoint", "region"):
            if not isinstance(getattr(self, name), str | None):
                raise BadArgument(tried, f"{name} is no text.")
        at_once = self.at_once
        if at_once is not None and (isinstance(at_once, bool) or not isinstance(at_once, int) or at_once < 1):
            raise BadArgument(tried, f"at_once is {at_once!r}.", "Give how many, 1 or more.")
        if not isinstance(self.existing, bool):
            raise BadArgument(tried, f"existing is {self.existing!r}.", "Give true or false.")

    def open(self) -> Store:
        """The folder, which is named without links, or the bucket; our own store is opened by who has it."""
        if self.store.startswith("file://"):
            return Watched.of(self.store)
        return Bucket.open(self.store, self.endpoint, self.region)


OPTIONAL = ("into", "endpoint", "region", "at_once")
"""What a watched store may be without."""
_PLAIN = ("interval", "settle", "existing", *OPTIONAL)
_KEYS = "Set the keys in the environment of the process that watches (AWS_ACCESS_KEY_ID, …)."


def storage(
    place: str | Path,
    *,
    prefix: str = "",
    suffix: str | Sequence[str] = (),
    on: Kind | Sequence[Kind] = "created",
    **more: Json,
) -> Storage:
    """A store to watch: a folder (`photos/`), the platform's own (`objects:photos/`), or a bucket (`s3://…`).

    `suffix=".jpg"` and `prefix="in/"` narrow by the key; `on=("created", "removed")` says what is told; `into`
    names an argument that gets the object's URL. More: `interval`, `settle`, `existing`, `at_once`, `endpoint`,
    `region`. Raises BadArgument.
    """
    text = str(place)
    scheme, colon, rest = text.partition(":")
    if not text.strip() or "\0" in text or (scheme in SCHEMES and not rest.strip("/")):
        advice = f"Give a folder, {OWN}:photos/, s3://bucket, …; the folder that you are in is a dot."
        raise BadArgument(f"Watching {text!r}", "it names no place.", advice)
    if scheme == OWN and colon:
        store, prefix = f"{OWN}:", rest.lstrip("/") + prefix
    elif scheme in SCHEMES and rest.startswith("//"):
        store = text.rstrip("/")
        if "@" in rest or "?" in rest:
            raise BadArgument(f"Watching {scheme}://…", "an address holds no keys and no options.", _KEYS)
    elif "://" in text and scheme != "file":
        advice = f"There are folders, {OWN}:, {', '.join(f'{name}://' for name in SCHEMES)}."
        raise BadArgument(f"Watching {text}", f"nothing watches {scheme}:.", advice)
    else:
        store = f"file://{Path(text.removeprefix('file://')).expanduser().absolute()}"
    made = Storage(store, prefix, _texts(suffix, "suffix"), cast(tuple[Kind, ...], _texts(on, "on")))
    unknown = [name for name in more if name not in _PLAIN]
    if unknown:
        raise BadArgument(
            f"Watching {text}", f"it has no option {unknown[0]!r}.", did_you_mean(unknown[0], _PLAIN)
        )
    made = replace(made, **cast(dict[str, "str"], more))  # type: ignore[arg-type]
    made.check()
    return made


def _texts(value: Json, name: str) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else None
    if values is None or not all(isinstance(one, str) for one in values):
        raise BadArgument("Watching a store", f"{name} is {value!r}.", "Give a text, or a list of texts.")
    return values
