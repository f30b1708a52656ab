"""What a platform has of a project: everything that carries its mark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fnkit.core.names import ActionName
from fnkit.project.environment import MARK
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Action
from fnkit.whisk.resource import pages
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger

T = TypeVar("T", Action, Trigger, Rule)


@dataclass(frozen=True, slots=True)
class Present:
    """The marked actions, triggers and rules of a namespace."""

    actions: tuple[Action, ...]
    triggers: tuple[Trigger, ...]
    rules: tuple[Rule, ...]


def present(client: Client, mark: str) -> Present:
    """Read the lists of a namespace, page by page: three calls for each two hundred of a kind."""
    return Present(
        _marked(lambda limit, skip: client.actions.list(limit=limit, skip=skip), mark),
        _marked(client.triggers.list, mark),
        _marked(client.rules.list, mark),
    )


def _marked(read: Callable[[int, int], Sequence[T]], mark: str) -> tuple[T, ...]:
    return tuple(one for page in pages(read) for one in page if one.annotations.get(MARK) == mark)


def name_of(action: Action) -> ActionName:
    """As a call names it."""
    return ActionName(action.name, action.package)
