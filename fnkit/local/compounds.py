"""Runs sequences and compositions step by step: each step is on disk before it begins.

After a restart they go on: a step that has a record is never run again, and one that was running when the server
ended was closed as a platform error, which is the answer that is handed on; where an event began it all, that step
runs again. A turn of a flow's conductor that was interrupted is no step: it is taken once more, so that a flow
goes on from its last finished step.
"""

from collections.abc import Callable
from typing import Any, Protocol

from fnkit.core.names import FLOW
from fnkit.local.access import allowed
from fnkit.local.conductors import Composition
from fnkit.local.entities import Entities
from fnkit.local.foresight import Foresight
from fnkit.local.invocable import Ask, Invocable, Invocables
from fnkit.local.jobs import Status
from fnkit.local.patience import Patience
from fnkit.local.position import Plan, Position
from fnkit.local.positions import Positions
from fnkit.local.records import STOPPED, Record
from fnkit.local.rejected import Rejected
from fnkit.local.runs import Run
from fnkit.local.sequences import Sequence
from fnkit.local.steps import Answer, Ending, Step
from fnkit.local.users import Identity
from fnkit.local.walk import GRACE, Came, Walk


class Runner(Protocol):
    """What runs one step that is an action with code."""

    def step(
        self, invocable: Invocable, ask: Ask, position: Position, began: Callable[[Run | Exception], None]
    ) -> None:
        """A step of a position, which is written in one commit with its promise; `began` is told when it runs."""
        ...

    def turn(self, invocable: Invocable, ask: Ask, position: Position) -> Ending | None:
        """A turn of a conductor that is taken at once, its record written; None, and nothing done, else."""
        ...

    def keep(self, record: Record) -> None:
        """Write the record of a step that has ended; what comes next brings it to disk."""
        ...

    def anticipate(self, invocable: Invocable, namespace: str) -> None:
        """A call of this is near: its instance is made ready, if none is."""
        ...

    def running(self, namespace: str, activation_id: str) -> Run | None:
        """What runs under that id; None where it has ended, or never was."""
        ...


class Compounds:
    """Sequences and compositions at work."""

    def __init__(self, entities: Entities, invocables: Invocables, positions: Positions, runner: Runner) -> None:
        self.positions = positions
        self.runner = runner
        self.foresight = Foresight(entities, invocables)
        self.patience: Patience[Walk] = Patience(Walk.late, 2 * GRACE)
        """For steps."""
        self.halted = False
        """True where no step is begun any more."""
        self.joining: set[Walk] = set()
        """What waits for branches."""
        self.nested = 0
        """Walks that begin a step just now, one within the other."""
        self._entities = entities
        self._invocables = invocables

    def begin(self, invocable: Invocable, ask: Ask, within: Position | None = None) -> Position:
        """A position at the first step, written in this turn; `within` is what it is a step of."""
        position = Position.of(invocable, ask, within, _plan(invocable, ask, within.plan if within else None))
        self.positions.save(position)
        return position

    def run(self, position: Position, caller: Identity, ended: Callable[[Came], None]) -> None:
        """Go on from there: `ended` is told the record, which is written and on disk with the next commit."""
        Walk(self, position, caller, ended).go()

    def called(self, position: Position, step: Step, caller: Identity) -> Invocable | None:
        """What a step calls, None where that is not to be: the plan hears of it."""
        found = self._invocables.called(caller.namespace, step.path)
        if found is not None:
            return found
        try:
            allowed(self._entities, caller.namespace, step.path)
        except Rejected:
            position.plan.denied()
            return None
        try:
            return self._invocables.met(caller.namespace, step.path)
        except Rejected:
            position.plan.missing()
            return None

    def resume(self, position: Position, caller: Identity, ended: Callable[[Came], None]) -> None:
        """Go on after a restart. It does not raise: `ended` hears of what keeps it from that."""
        _attempt(ended, self._resume, position, caller, ended)

    def _resume(self, position: Position, caller: Identity, ended: Callable[[Came], None]) -> None:
        inner = self.positions.find(position.running) if position.running else None
        if inner is None:
            self._go_on(position, None, caller, ended)
            return

        def came(what: Came) -> None:
            if isinstance(what, Exception):
                ended(what)
            else:
                _attempt(ended, self._go_on, position, inner, caller, ended)

        self.resume(inner, caller, came)

    def halt(self) -> None:
        """Begin no step any more."""
        self.halted = True
        self.patience.cancel()
        for walk in tuple(self.joining):
            walk.halt()

    def _go_on(
        self, position: Position, inner: Position | None, caller: Identity, ended: Callable[[Came], None]
    ) -> None:
        running = position.running
        if running and not (position.rerun and not self.positions.ended(position.namespace, running)):
            found = self.positions.ending(position.namespace, running)
            if found.answer.result == {"error": STOPPED} and self._takes_again(position):
                position.again(found)
            else:
                position.count(found, inner)
        self.run(position, caller, ended)

    def _takes_again(self, position: Position) -> bool:
        """True where what was interrupted is a turn of a flow of fnkit's, which changes nothing before its end."""
        plan = position.plan
        if not isinstance(plan, Composition) or plan.due:
            return False
        try:
            return FLOW in self._invocables.at(plan.conductor).annotations
        except Rejected:
            return False


def _attempt(ended: Callable[[Came], None], go_on: Callable[..., None], *given: Any) -> None:
    try:
        go_on(*given)
    except Exception as fault:  # noqa: BLE001 - one that cannot go on keeps no other from it
        ended(fault)


def _plan(invocable: Invocable, ask: Ask, outer: Plan | None) -> Plan:
    if invocable.components:
        actions = outer.actions if isinstance(outer, Sequence) else 0
        return Sequence(invocable.components, Answer(Status.SUCCESS, ask.arguments), actions)
    plan = Composition(invocable.path, ask.caller.namespace, ask.arguments)
    if isinstance(outer, Composition):
        plan.conductors, plan.components = outer.conductors, outer.components
    return plan
