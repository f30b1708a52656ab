"""The two magics, `%%deploy_action` and `%fnkit`: parse the line, call the verb, return its value."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import no_var_expand, output_can_be_silenced
from traitlets import Int, Unicode
from traitlets.config import Configurable

from fnkit import verbs
from fnkit.context import Context
from fnkit.core.errors import did_you_mean
from fnkit.delivery.mapping import Mapped
from fnkit.notebook import parse, show, twin, words
from fnkit.notebook.boundary import Boundary, typed
from fnkit.notebook.completion import Matcher, Names, matcher
from fnkit.notebook.face import Notebook
from fnkit.notebook.history import History
from fnkit.notebook.run import run
from fnkit.verbs import actions, deploying
from fnkit.verbs.table import Verb, verb

CELL = "%%deploy_action"
LINE = "%fnkit"


class FnkitMagics(Configurable):
    """The magics of one shell. `%config FnkitMagics.memory=512` sets what a deploy takes when a line is silent."""

    memory = Int(None, allow_none=True, help="memory limit of a deploy in MB").tag(config=True)
    timeout = Int(None, allow_none=True, help="time limit of a deploy in ms").tag(config=True)
    logs = Int(None, allow_none=True, help="log limit of a deploy in MB").tag(config=True)
    kind = Unicode(None, allow_none=True, help="runtime of a deploy: python:3, python:3.11").tag(config=True)
    apihost = Unicode(None, allow_none=True, help="the platform, instead of the one of the props").tag(config=True)

    def __init__(self, shell: Any) -> None:
        super().__init__(config=shell.config)
        self._shell = shell
        self._verbs = {one.name: one for one in verbs.table()}
        deploy = verb(deploying.deploy)
        self._deploy = replace(
            deploy, parameters=tuple(p for p in deploy.parameters if p.name not in ("source", "env", "yes"))
        )
        self._history = History(shell)
        self._boundary = Boundary(shell)
        self._face = Notebook()
        self._context: Context | None = None
        self._matcher = matcher(Matcher(tuple(self._verbs.values()), self._deploy, Names(self._names)))
        self.observe(self._forget, names=["apihost"])

    def register(self) -> None:
        """Add the magics, their views and their completions to the shell."""
        for kind, name, function, about in (
            ("cell", CELL[2:], self.deploy_action, parse.help_text(self._deploy, CELL)),
            ("line", LINE[1:], self.fnkit, self._overview()),
        ):
            magic = partial(function)
            magic.__doc__ = about
            self._shell.register_magic_function(output_can_be_silenced(no_var_expand(magic)), kind, name)
        self._shell.configurables.append(self)
        self._shell.Completer.custom_matchers.append(self._matcher)
        show.register(self._shell)
        self._history.listen()
        self._boundary.watch()
        self._face.listen()
        self._shell.events.register("post_run_cell", self._ended)

    def unregister(self) -> None:
        """Take all of it away."""
        self._shell.events.unregister("post_run_cell", self._ended)
        self._face.cease()
        self._boundary.cease()
        self._history.cease()
        show.unregister(self._shell)
        self._shell.Completer.custom_matchers.remove(self._matcher)
        self._shell.configurables.remove(self)
        magics = self._shell.magics_manager.magics
        del magics["cell"][CELL[2:]], magics["line"][LINE[1:]]

    def deploy_action(self, line: str, cell: str) -> Any:
        """Run the cell here, then make an action of its function."""
        __tracebackhide__ = True
        call = parse.parse(self._deploy, words.read(line, self._shell.user_ns), CELL)
        if call.help:
            return self._page(parse.help_text(self._deploy, CELL))
        if not call.no_run:
            self._run(line, cell)
        cells = replace(self._history.cells().with_cell(self._history.source), ran=not call.no_run)
        call = replace(call, typed={**self._defaults(), **call.typed})
        return self._call(call, CELL, twin.python(call, call.typed.get("entry", "main")), cells=cells)

    def fnkit(self, line: str) -> Any:
        """Run one verb."""
        said = words.split(line)
        if not said or said[0].text in ("help", "-h", "--help"):
            return self._page(self._overview())
        asked, rest = self._find([word.text for word in said])
        prog = f"{LINE} {asked.name}"
        call = parse.parse(asked, words.evaluated(said[len(said) - rest :], self._shell.user_ns), prog)
        if call.help:
            return self._page(parse.help_text(asked, prog))
        more = {"cells": self._history.cells()} if "cells" in inspect.signature(asked.function).parameters else {}
        return self._call(call, prog, twin.python(call), **more)

    def _call(self, call: parse.Call, usage: str, code: str, **more: Any) -> Any:
        """The verb's value, or nothing where a variable takes it."""
        if call.show_code:
            print(code)  # noqa: T201  it is asked for
        self._boundary.debug = call.debug
        with typed(f"{usage} … ({usage} --help shows it all)"), self._face:
            value = call.verb.call(call.values(), context=self._current(), **more)
            if isinstance(value, Mapped):
                value = value.results()  # here and now, under the bar
        if call.verb.name in ("login", "start", "stop"):
            self._forget()  # they change what a context holds
        if call.out is None:
            return value
        self._shell.user_ns[call.out] = value
        return None

    def _run(self, line: str, cell: str) -> None:
        """The cell in the notebook's namespace, with a comment for the magic's line: line numbers stay right."""
        __tracebackhide__ = True
        try:
            run(self._shell, f"# {CELL} {line}\n{cell}", self._history.count)
        except BaseException as error:
            self._history.ran(error)
            error.add_note("Nothing was deployed.")
            raise
        self._history.ran(None)

    def _defaults(self) -> dict[str, Any]:
        """What `%config` has set for deploys."""
        return {name: chosen for name in ("memory", "timeout", "logs", "kind") if (chosen := getattr(self, name))}

    def _find(self, said: list[str]) -> tuple[Verb, int]:
        """The verb that the line begins with and how many words are left."""
        for length in (2, 1):
            if found := self._verbs.get(" ".join(said[:length])):
                return found, len(said) - len(found.words)
        asked = " ".join(said[: 2 if said[0] in verbs.NOUNS else 1])
        near = did_you_mean(asked, list(self._verbs))
        raise UsageError(f"{LINE} knows no verb {asked!r}. {near}")

    def _current(self) -> Context:
        if self._context is None:
            self._context = Context(self._face, {"apihost": self.apihost} if self.apihost else {})
        return self._context

    def _ended(self, result: Any) -> None:
        self._face.ended(result.result)

    def _forget(self, _change: Mapping[str, Any] | None = None) -> None:
        self._context = None

    def _names(self) -> list[str]:
        """The names of the actions, where a platform has been used already: Tab never starts one."""
        context = self._context
        return [str(one.name) for one in actions.list(limit=200, context=context)] if context else []

    def _overview(self) -> str:
        """Every verb with the first line of its docstring."""
        width = max(map(len, self._verbs))
        lines = [f"  {LINE} {name:<{width}}  {one.help.splitlines()[0]}" for name, one in self._verbs.items()]
        return "\n".join([f"{LINE} VERB … ({LINE} VERB --help shows its options)", "", *lines])

    def _page(self, text: str) -> None:
        print(text)  # noqa: T201  help is text


def register(shell: Any) -> None:
    """`%load_ext fnkit`."""
    FnkitMagics(shell).register()


def unregister(shell: Any) -> None:
    """`%unload_ext fnkit`."""
    for one in [one for one in shell.configurables if isinstance(one, FnkitMagics)]:
        one.unregister()
