"""From words to what a verb is called with: argparse, fed from the verbs' table."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from IPython.core.error import UsageError

from fnkit.core.errors import BadArgument, did_you_mean
from fnkit.notebook.words import Held
from fnkit.verbs.table import Parameter, Verb


@dataclass(frozen=True, slots=True)
class Call:
    """What was typed: a verb, its parameters by name, and what only a magic has."""

    verb: Verb
    typed: Mapping[str, Any]
    """Words, numbers, lists of them; a `Held` wherever an object of the notebook was named."""
    out: str | None = None
    no_run: bool = False
    show_code: bool = False
    help: bool = False
    debug: bool = False

    def values(self) -> dict[str, Any]:
        """`typed` with the objects themselves."""
        return {name: _unwrapped(value) for name, value in self.typed.items()}


def parse(verb: Verb, line: Sequence[Any], prog: str) -> Call:
    """What `line` asks of `verb`. Raises UsageError, in one line, with the option that was probably meant."""
    parser = _parser(verb, prog)
    try:
        joined = verb.join(line)
    except BadArgument as error:
        parser.error(str(error))
    words = [word if isinstance(word, str) else _Carrier(word) for word in joined]
    if {"-h", "--help"} & {word for word in words if type(word) is str}:
        return Call(verb, {}, help=True)
    known, unknown = parser.parse_known_intermixed_args(words)
    if unknown:
        parser.error(_stranger(unknown[0], parser))
    typed = vars(known)
    own = {name: typed.pop(name) for name in ("out", "no_run", "show_code", "help", "debug")}
    if own["out"] is not None and not own["out"].isidentifier():
        parser.error(f"--out {own['out']}: that is not a name that a variable can have")
    return Call(verb, {name: value for name, value in typed.items() if value is not None}, **own)


def options(verb: Verb) -> list[str]:
    """Every option that a magic takes for `verb`, as typed."""
    parser = _parser(verb, "")
    return sorted(option for option in parser._option_string_actions if option.startswith("--"))


def help_text(verb: Verb, prog: str) -> str:
    """What `--help` and `?` show: usage, the verb's docstring, each option."""
    return _parser(verb, prog).format_help()


class _Carrier(str):
    """Lets an object travel through argparse, which knows strings only."""

    __slots__ = ("load",)
    load: Any

    def __new__(cls, load: Any) -> "_Carrier":
        carrier = super().__new__(cls, repr(load))
        carrier.load = load
        return carrier


class _Parser(argparse.ArgumentParser):
    """Ends in a UsageError of one line, never in an exit."""

    def error(self, message: str) -> NoReturn:
        """Raise what IPython prints as one line."""
        end = "" if message.endswith((".", "?", "!")) else "."
        raise UsageError(f"{message}{end} Usage: {self.prog} … ({self.prog} --help shows it all)")


def _parser(verb: Verb, prog: str) -> _Parser:
    """Everything that may stand on a line for `verb`."""
    parser = _Parser(
        prog=prog,
        allow_abbrev=False,
        add_help=False,
        description=verb.help,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for parameter in verb.parameters:
        _declare(parser, parameter)
    _declare_own(parser)
    return parser


def _declare(parser: argparse.ArgumentParser, parameter: Parameter) -> None:
    """One parameter of the table in argparse's words."""
    many = parameter.shape in ("words", "assignments")
    about = parameter.mark.help.replace("%", "%%")
    if not parameter.option:
        nargs = "*" if many else (None if parameter.required else "?")
        parser.add_argument(
            parameter.name, nargs=nargs, metavar=parameter.metavar, type=_reader(parameter), help=about
        )
        return
    names = [name for name in (getattr(parameter.mark, "short", ""), parameter.option) if name]
    if parameter.shape == "flag":
        parser.add_argument(*names, dest=parameter.name, action="store_const", const=True, help=about)
        if off := getattr(parameter.mark, "off", ""):
            parser.add_argument(
                off, dest=parameter.name, action="store_const", const=False, help=f"do not {about}"
            )
        return
    parser.add_argument(
        *names,
        dest=parameter.name,
        action="append" if many else "store",
        required=parameter.required,
        metavar=parameter.metavar,
        type=_reader(parameter),
        help=about,
    )


def _declare_own(parser: argparse.ArgumentParser) -> None:
    """What a magic has and the shell has not."""
    own = parser.add_argument_group("in a notebook")
    own.add_argument("-o", "--out", metavar="VAR", help="keep the result in VAR and display nothing")
    own.add_argument("--no-run", action="store_true", help="do not run the cell here first")
    own.add_argument("--show-code", action="store_true", help="print the same call in Python, and make it")
    own.add_argument("--debug", action="store_true", help="show where in fnkit an error came from")
    own.add_argument("-h", "--help", action="store_true", help="show this")


def _reader(parameter: Parameter) -> Any:
    """What argparse makes of one word: the object that it carries, or the word as the table's type."""

    def read(word: str) -> Any:
        if isinstance(word, _Carrier):
            if parameter.shape == "assignments" and not _is_mapping(word.load):
                raise argparse.ArgumentTypeError(f"{word} is not a dict")
            return word.load
        return parameter.type(word)

    read.__name__ = parameter.type.__name__
    return read


def _is_mapping(load: Any) -> bool:
    return isinstance(load.value if isinstance(load, Held) else load, Mapping)


def _unwrapped(value: Any) -> Any:
    match value:
        case Held():
            return value.value
        case list():
            return [_unwrapped(item) for item in value]
        case dict():
            return {key: _unwrapped(item) for key, item in value.items()}
    return value


def _stranger(word: str, parser: argparse.ArgumentParser) -> str:
    if not word.startswith("-"):
        return f"{word!r} is one argument too many"
    option = word.partition("=")[0]
    return f"there is no option {option}. {did_you_mean(option, list(parser._option_string_actions))}"
