"""Which action a sequence or a composition will run after the step that runs now, as far as that can be known."""

from collections import OrderedDict
from typing import NamedTuple

from fnkit.local.access import allowed
from fnkit.local.conductors import Composition
from fnkit.local.entities import Entities
from fnkit.local.invocable import Invocable, Invocables
from fnkit.local.rejected import Rejected
from fnkit.local.sequences import Sequence
from fnkit.local.steps import Step

MOST = 1000
"""Places in compositions that are remembered."""
DEEPEST = 10
"""Sequences within each other that are looked into."""


class Turn(NamedTuple):
    """A turn of a conductor."""

    called: str | None
    """The component, None where it was the last turn."""
    here: bool
    """True where it took no instance."""


UNKNOWN = Turn(None, False)


class Foresight:
    """A sequence says what comes next; a conductor is expected to call what it called here the last time."""

    def __init__(self, entities: Entities, invocables: Invocables) -> None:
        self._entities = entities
        self._invocables = invocables
        self._called: OrderedDict[tuple[str, str | None], Turn] = OrderedDict()
        """(conductor, the component that ran before) → what its turn was then."""

    def after(self, step: Step, plan: object, namespace: str) -> Invocable | None:
        """The action with code that a caller in `namespace` will need when `step` has ended."""
        path: str | None = None
        if isinstance(plan, Sequence) and plan.at + 1 < len(plan.components):
            path = plan.components[plan.at + 1]
        elif isinstance(plan, Composition):
            turn = self._called.get((plan.conductor, plan.component), UNKNOWN)
            path = turn.called if step.own or turn.here else plan.conductor
        return None if path is None else self._first(path, namespace)

    def learn(self, plan: object, before: str | None, here: bool = False) -> None:
        """A step has ended; `before` is the component that was the last when it began.

        `here`: it was a turn that took no instance.
        """
        if isinstance(plan, Composition) and (plan.due or here):
            place = (plan.conductor, before)
            self._called[place] = Turn(plan.component if plan.due else None, here)
            self._called.move_to_end(place)
            if len(self._called) > MOST:
                self._called.popitem(last=False)

    def _first(self, path: str, namespace: str) -> Invocable | None:
        """What runs first where `path` is called."""
        for _ in range(DEEPEST):
            found = self._invocables.called(namespace, path)
            if found is None:
                try:
                    allowed(self._entities, namespace, path)
                    found = self._invocables.met(namespace, path)
                except Rejected:
                    return None
            if not found.components:
                return found
            path = found.components[0]
        return None
