"""Which action a sequence or a composition will run after the step that runs now, as far as that can be known."""

from collections import OrderedDict

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


class Foresight:
    """A sequence says what comes next; a conductor is expected to call what it called here the last time."""

    def __init__(self, entities: Entities, invocables: Invocables) -> None:
        self._entities = entities
        self._invocables = invocables
        self._called: OrderedDict[tuple[str, str | None], str] = OrderedDict()
        """(conductor, the component that ran before) → the component that it called then."""

    def after(self, step: Step, plan: object, namespace: str) -> Invocable | None:
        """The action with code that a caller in `namespace` will need when `step` has ended."""
        path: str | None = None
        if isinstance(plan, Sequence) and plan.at + 1 < len(plan.components):
            path = plan.components[plan.at + 1]
        elif isinstance(plan, Composition):
            path = self._called.get((plan.conductor, plan.component)) if step.own else plan.conductor
        return None if path is None else self._first(path, namespace)

    def learn(self, plan: object, before: str | None) -> None:
        """A step has ended; `before` is the component that was the last when it began."""
        if isinstance(plan, Composition) and plan.due and plan.component is not None:
            place = (plan.conductor, before)
            self._called[place] = plan.component
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
