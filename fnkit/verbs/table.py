"""Everything that can be typed, in one table: the shell and the magics both make their parsers of it.

A verb is a function of `fnkit.verbs`. Its parameters carry marks, `Annotated[int, Option("…")]`, that say what a
person types for them; a parameter without a mark cannot be typed. `**options: Unpack[SomeTypedDict]` stands for
one parameter per key.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from fnkit.core.errors import BadArgument
from fnkit.verbs.values import assigned

Shape = Literal["word", "flag", "words", "assignments"]
"""What a parser must gather: one word, nothing, a list of words, a list of `KEY=VALUE` words."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A word by its place on the line; a sequence takes all that are left."""

    help: str
    metavar: str = ""
    place: int = 0
    """Arguments are typed in this order: the name comes first, whatever the function takes first."""
    typed: bool = False
    """True where a line must have it though the function has a default."""


@dataclass(frozen=True, slots=True)
class Option:
    """`--name VALUE`; a sequence or a mapping repeats the option."""

    help: str
    metavar: str = ""
    short: str = ""
    """`-m` for the common few."""
    off: str = ""
    """What turns a flag off that is on by default: `--no-wait`."""
    pair: bool = False
    """True where it is followed by two words, as wsk has it: `--param KEY VALUE`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a verb as a parser sees it."""

    name: str
    """The keyword of the function."""
    mark: Argument | Option
    type: type
    """Of one word: str, int, float or Path; bool for a flag."""
    shape: Shape
    default: Any
    required: bool
    positional: bool
    """True where the function takes it by position only."""

    @property
    def option(self) -> str:
        """`--model-url`, or nothing where it is an argument."""
        return "" if isinstance(self.mark, Argument) else "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def options(self) -> tuple[str, ...]:
        """Every spelling: `("--memory", "-m")`; none where it is an argument."""
        if isinstance(self.mark, Argument):
            return ()
        return (self.option, self.mark.short) if self.mark.short else (self.option,)

    @property
    def metavar(self) -> str:
        """What stands for a word in the help: `KEY=VALUE`, `MB`, `NAME`."""
        return self.mark.metavar or self.name.upper()

    def read(self, typed: Any) -> Any:
        """The function's value from what a parser gathered. Raises BadArgument."""
        if self.shape == "assignments":
            return assigned(typed or ())
        return tuple(typed or ()) if self.shape == "words" else typed


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be asked."""

    words: tuple[str, ...]
    """`("deploy",)`, `("models", "fetch")`."""
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]

    @property
    def name(self) -> str:
        """As it is typed: `models fetch`."""
        return " ".join(self.words)

    @property
    def help(self) -> str:
        """The docstring."""
        return inspect.getdoc(self.function) or ""

    def join(self, line: Sequence[Any]) -> list[Any]:
        """The line with `--param KEY VALUE` as `--param KEY=VALUE`, so that any parser can take it.

        Words may be objects (`$variable` in a notebook): `--param KEY <object>` becomes one mapping.
        Raises BadArgument where an option stands without its value: parsers do not say what that may be.
        """
        self._check_values(line)
        paired = [p for p in self.parameters if isinstance(p.mark, Option) and p.mark.pair]
        pairs = {word for p in paired for word in p.options}
        words, joined = list(line), []
        while words:
            joined.append(word := words.pop(0))
            if isinstance(word, str) and word in pairs and len(words) >= 2 and _is_key(words[0]):
                key, value = words.pop(0), words.pop(0)
                joined.append(f"{key}={value}" if isinstance(value, str) else {key: value})
        return joined

    def _check_values(self, line: Sequence[Any]) -> None:
        wanting = {word: p for p in self.parameters if p.shape != "flag" for word in p.options}
        options = {word for p in self.parameters for word in p.options}
        for word, following in zip_longest(line, line[1:]):
            mark = wanting.get(word) if isinstance(word, str) else None
            if mark and (following is None or (isinstance(following, str) and following in options)):
                advice = f"It takes {mark.metavar}: {mark.mark.help}."
                raise BadArgument(f"Reading {word}", "its value is missing.", advice)

    def call(self, typed: Mapping[str, Any], **more: Any) -> Any:
        """Run the verb on what a parser gathered, by parameter name; what is None or absent was not typed."""
        given = {
            parameter.name: parameter.read(typed[parameter.name])
            for parameter in self.parameters
            if typed.get(parameter.name) not in (None, [], ())
        }
        places = [given.pop(p.name, p.default) for p in self.parameters if p.positional]
        return self.function(*places, **given, **more)


def verb(function: Callable[..., Any]) -> Verb:
    """The entry of one function; its name gives the words: `models_fetch` is `models fetch`."""
    entries = [entry for parameter in _parameters(function) if (entry := _entry(parameter)) is not None]
    entries.sort(key=lambda entry: getattr(entry.mark, "place", 0))
    return Verb(tuple(function.__name__.split("_")), function, tuple(entries))


def _is_key(word: Any) -> bool:
    return isinstance(word, str) and "=" not in word


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Those of the signature, with `**options: Unpack[TypedDict]` spread out."""
    spread: list[inspect.Parameter] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is not parameter.VAR_KEYWORD:
            spread.append(parameter)
        elif unpacked := get_args(parameter.annotation):
            for name, hint in get_type_hints(unpacked[0], include_extras=True).items():
                spread.append(inspect.Parameter(name, parameter.KEYWORD_ONLY, default=None, annotation=hint))
    return spread


def _entry(parameter: inspect.Parameter) -> Parameter | None:
    if get_origin(parameter.annotation) is not Annotated:
        return None
    hint, *marks = get_args(parameter.annotation)
    mark = next((mark for mark in marks if isinstance(mark, Argument | Option)), None)
    if mark is None:
        return None
    bare = parameter.default is parameter.empty
    kind, shape = _shape(hint)
    return Parameter(
        name=parameter.name,
        mark=mark,
        type=kind,
        shape=shape,
        default=None if bare else parameter.default,
        required=bare or getattr(mark, "typed", False),
        positional=parameter.kind is parameter.POSITIONAL_ONLY,
    )


def _shape(hint: Any) -> tuple[type, Shape]:
    """What one word becomes, and how many there are."""
    members = [hint, *get_args(hint)]
    for member in members:
        origin = get_origin(member) or member
        if origin is Mapping:
            return str, "assignments"
        if origin is Sequence:
            return (get_args(member) or (str,))[0], "words"
    if bool in members:
        return bool, "flag"
    return next((kind for kind in (int, float, Path) if kind in members and str not in members), str), "word"
