"""How a trial without a deploy looks in a shell: what came of it, and an action's file."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import plain
from fnkit.verbs.answers import ActionFile, Tested


def _file(file: ActionFile) -> Iterable[str]:
    return [file.text.rstrip("\n")]


def _tested(tested: Tested) -> Iterable[str]:
    yield str(tested)
    yield from tested.logs
    if tested.input and tested.passed:
        yield from plain(tested.result)


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {ActionFile: _file, Tested: _tested}
