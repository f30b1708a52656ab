"""What a platform has of a project: everything that carries its mark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fnkit.core.names import ActionName
from fnkit.project.environment import MARK
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Action
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger

T = TypeVar("T")
PAGE = 200


@dataclass(frozen=True, slots=True)
class Present:
    """The marked actions, triggers and rules of a namespace."""

    actions: tuple[Action, ...]
    triggers: tuple[Trigger, ...]
    rules: tuple[Rule, ...]


def present(client: Client, mark: str) -> Present:
    """Read the lists of a namespace, page by page: three calls for each two hundred of a kind."""
    return Present(
        tuple(one for one in pages(lambda skip: client.actions.list(limit=PAGE, skip=skip)) if _is(one, mark)),
        tuple(one for one in pages(lambda skip: client.triggers.list(PAGE, skip)) if _is(one, mark)),
        tuple(one for one in pages(lambda skip: client.rules.list(PAGE, skip)) if _is(one, mark)),
    )


def pages(read: Callable[[int], Sequence[T]]) -> list[T]:
    """All items of a list that comes in pages."""
    found: list[T] = []
    while page := read(len(found)):
        found += page
        if len(page) < PAGE:
            break
    return found


def _is(one: Action | Trigger | Rule, mark: str) -> bool:
    return one.annotations.get(MARK) == mark


def name_of(action: Action) -> ActionName:
    """As a call names it."""
    return ActionName(action.name, action.package)
