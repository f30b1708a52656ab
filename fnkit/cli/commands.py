"""The table of verbs as typer commands, and one place where errors become lines and exit codes."""

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TextIO

import typer

import fnkit
from fnkit import verbs
from fnkit.cli.console import Console
from fnkit.context import Context
from fnkit.core.errors import BadArgument, FnkitError
from fnkit.verbs.table import Argument, Parameter, Verb

DONE, FAILED, TYPED_WRONG = 0, 1, 2

PANELS = {
    "Actions": verbs.ACTIONS,
    "The embedded platform": verbs.PLATFORM,
    "Settings": verbs.SETTINGS,
}


def run(words: list[str], stdin: TextIO | None = None) -> int:
    """Run one command line; gives the exit code. `stdin` is the process's own where none is given."""
    console = Console(stdin or sys.stdin)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        meant = verbs.meant(words)
        line = meant[0].join(words) if len(meant) == 1 else words
        app(console, meant)(args=line, prog_name="fnkit", standalone_mode=True)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else FAILED
    except FnkitError as error:
        if debug:
            raise
        console.error(error)
        return TYPED_WRONG if isinstance(error, BadArgument) else FAILED
    return DONE


def app(console: Console, meant: Sequence[Verb]) -> typer.Typer:
    """The typer application of these verbs: a command for each, a group per noun; all speak through `console`."""
    top = typer.Typer(
        help="From a notebook cell to a running function on Apache OpenWhisk.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    top.callback()(_top)
    groups: dict[str, typer.Typer] = {}
    for verb in meant:
        *nouns, word = verb.words
        panel = next((name for name, words in PANELS.items() if verb.name in words), None)
        if nouns and nouns[0] not in groups:
            groups[nouns[0]] = typer.Typer(no_args_is_help=True)
            top.add_typer(groups[nouns[0]], name=nouns[0], help=verbs.NOUNS[nouns[0]], rich_help_panel="By noun")
        group = groups[nouns[0]] if nouns else top
        group.command(word, help=_flowing(verb.help), rich_help_panel=panel)(_command(verb, console))
    return top


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fnkit {fnkit.__version__}")
        raise typer.Exit


def _top(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and leave.", callback=_version),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error comes from (anywhere on the line).")
    ] = False,
) -> None:
    pass


def _flowing(text: str) -> str:
    """Paragraphs without line breaks of their own: a terminal breaks lines where it ends."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _command(verb: Verb, console: Console) -> Callable[..., None]:
    """A function that typer can read: the verb's parameters with typer's marks instead of ours."""

    def command(**typed: Any) -> None:
        with console:
            value = verb.call(typed, context=Context(console))
        from fnkit.cli.views import show  # what it shows is imported by now

        with console:  # a map works while it is shown
            show(value)

    command.__annotations__ = {}
    command.__signature__ = inspect.Signature([_parameter(entry) for entry in verb.parameters])  # type: ignore[attr-defined]
    return command


def _parameter(entry: Parameter) -> inspect.Parameter:
    """One parameter in typer's words."""
    hint: Any = entry.type if entry.shape in ("word", "flag") else list[entry.type]  # type: ignore[name-defined]
    default = inspect.Parameter.empty if entry.required else entry.default
    if not entry.required and entry.shape != "flag" and default is None:
        hint = hint | None
    if entry.shape == "flag":
        default = bool(entry.default)
    return inspect.Parameter(
        entry.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[hint, _mark(entry)]
    )


def _mark(entry: Parameter) -> Any:
    """An argument or an option of typer's."""
    text = entry.mark.help[:1].upper() + entry.mark.help[1:] + "."
    if isinstance(entry.mark, Argument):
        return typer.Argument(metavar=entry.metavar, help=text, show_default=False)
    names = [f"{entry.option}/{entry.mark.off}" if entry.mark.off else entry.option, *entry.options[1:]]
    metavar = None if entry.shape == "flag" else entry.metavar
    return typer.Option(*names, metavar=metavar, help=text, show_default=entry.default not in (None, False, True))
