"""Reads the fields of a mapping that a person wrote, and says where in the file something is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, cast

from fnkit.core.errors import BadArgument

T = TypeVar("T")
WORDS = {str: "a text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


@dataclass(frozen=True, slots=True)
class Fields:
    """One table of the file."""

    file: str
    place: str
    """`functions.frames`; empty at the top."""
    content: Mapping[str, Any]

    @classmethod
    def of(cls, file: str, place: str, content: Any) -> "Fields":
        """The table at `place`; nothing there is an empty one. Raises BadArgument where it is none."""
        if content is None:
            content = {}
        if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
            raise BadArgument(f"Reading {file}", f"{place or 'the file'} is not a table of names.")
        return cls(file, place, content)

    def known(self, *names: str) -> None:
        """Raises BadArgument where something else is in the table."""
        for key in self.content:
            if key not in names:
                near = get_close_matches(key, names, 1)
                advice = f"Did you mean {near[0]}?" if near else f"It may have {', '.join(names)}."
                raise BadArgument(f"Reading {self.file}", f"{self._at(key)} is not known.", advice)

    def get(self, name: str, kind: type[T], default: T) -> T:
        """What is under a name. Raises BadArgument where it is of another kind."""
        found = self.content.get(name)
        if found is None:
            return default
        if kind is float and isinstance(found, int) and not isinstance(found, bool):
            return cast(T, float(found))
        if isinstance(found, bool) is not (kind is bool) or not isinstance(found, kind):
            raise BadArgument(f"Reading {self.file}", f"{self._at(name)} is {found!r}, not {WORDS[kind]}.")
        return found

    def need(self, name: str, kind: type[T]) -> T:
        """The same of what must be there."""
        if self.content.get(name) is None:
            raise BadArgument(f"Reading {self.file}", f"{self._at(name)} is missing.", f"Give it {WORDS[kind]}.")
        return self.get(name, kind, kind())

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text with commas. Raises BadArgument."""
        found = self.content.get(name)
        if isinstance(found, str):
            found = [part.strip() for part in found.split(",") if part.strip()]
        if not isinstance(found, list | None) or not all(isinstance(one, str) for one in found or ()):
            raise BadArgument(f"Reading {self.file}", f"{self._at(name)} is not a list of texts.")
        return tuple(found or ())

    def table(self, name: str) -> "Fields":
        """The table under a name, empty where there is none. Raises BadArgument."""
        return Fields.of(self.file, self._at(name), self.content.get(name))

    def tables(self, name: str) -> dict[str, "Fields"]:
        """A table of tables. Raises BadArgument."""
        inner = self.table(name)
        return {key: Fields.of(self.file, inner._at(key), value) for key, value in inner.content.items()}

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
