"""One sequence or composition on its way: the end of a step is where the next one begins, without a task."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from fnkit.core.clock import now_ms
from fnkit.core.names import JOIN
from fnkit.local.conductors import Composition
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.joins import Join
from fnkit.local.position import Position
from fnkit.local.records import Record
from fnkit.local.runs import Run
from fnkit.local.steps import DEEPEST, Ending, Step
from fnkit.local.users import Identity

if TYPE_CHECKING:
    from fnkit.local.compounds import Compounds

GRACE = 60.0
"""Seconds that a step may take beyond its time limit: it may have to wait for memory."""
DEEP = 4
"""Walks within each other that go on in one piece: the next one waits for the loop."""
TOGETHER = 4
"""Turns that are taken one after the other without an instance, before others have their turn."""
Came = Record | Exception
"""The record of the whole, or what kept us from one."""


class Halted(Exception):
    """The server is being stopped; the position is on disk."""


class Walk:
    """From a position to the end. Nothing of it raises: whatever goes wrong, who waits is told."""

    __slots__ = (
        "_before",
        "_compounds",
        "_invocable",
        "_left",
        "_run",
        "_step",
        "_tell",
        "caller",
        "position",
    )

    def __init__(
        self, compounds: "Compounds", position: Position, caller: Identity, tell: Callable[[Came], None]
    ) -> None:
        """`tell` hears of the end, once."""
        self.position = position
        self.caller = caller
        self._compounds = compounds
        self._tell: Callable[[Came], None] | None = tell
        self._run: Run | None = None
        """The step that goes on."""
        self._step: Step
        self._invocable: Invocable
        self._before: str | None = None
        """The component that was the last of a composition when its step began."""
        self._left: set[str] = set()
        """Branches that are waited for."""

    def go(self) -> None:
        """Begin the next step; where there is none it has ended."""
        self._try(self._next)

    def _try(self, go_on: Callable[..., None], *given: Any) -> None:
        try:
            go_on(*given)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            self._ended(error)

    def _ended(self, came: Came) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell(came)

    def late(self) -> None:
        """The step takes too long: it goes on alone."""
        run, position = self._run, self.position
        if run is None:
            return
        self._run, run.alone = None, True
        position.logs.append(run.id)
        position.plan.late(run.id)
        self.go()

    def halt(self) -> None:
        """It waits for branches no more."""
        self._compounds.joining.discard(self)
        self._left.clear()
        self._ended(Halted())

    def _next(self) -> None:
        position, compounds = self.position, self._compounds
        if isinstance(position.plan, Join):  # the turn that began the branches is over: it is not taken again
            compounds.positions.then(partial(self._try, self._join))
            return
        if compounds.nested > DEEP:
            asyncio.get_running_loop().call_soon(self.go)
            return
        compounds.nested += 1
        try:
            self._steps()
        finally:
            compounds.nested -= 1

    def _steps(self) -> None:
        position, compounds = self.position, self._compounds
        taken = 0
        while taken < TOGETHER and (step := position.plan.next()) is not None:
            if compounds.halted:
                self._ended(Halted())
                return
            if step.path == JOIN:
                self._within(compounds.positions.begin_join(position, step.arguments))
                return
            invocable = compounds.called(position, step, self.caller)
            if invocable is None:
                continue
            ask = Ask(self.caller, position.transaction_id, now_ms(), step.arguments, again=position.rerun)
            self._before = position.plan.component if isinstance(position.plan, Composition) else None
            if step.own and (ending := compounds.runner.turn(invocable, ask, position)) is not None:
                position.count(ending, None)
                compounds.foresight.learn(position.plan, self._before, here=True)
                taken += 1
                continue
            if not (invocable.components or (invocable.conductor and not step.own)):
                self._step, self._invocable = step, invocable
                compounds.runner.step(invocable, ask, position, partial(self._try, self._began))
                return
            if position.depth < DEEPEST:
                self._within(compounds.begin(invocable, ask, position))
                return
            position.plan.missing()
        if taken == TOGETHER:
            asyncio.get_running_loop().call_soon(self.go)
            return
        self._ended(compounds.positions.end(position))

    def _began(self, came: Run | Exception) -> None:
        """The step runs, and is on disk."""
        if isinstance(came, Exception):
            self._ended(came)
            return
        self._run, plan, compounds = came, self.position.plan, self._compounds
        namespace = self.caller.namespace
        near = compounds.foresight.after(self._step, plan, namespace)
        if near is not None and near is not self._invocable:  # the instance of this step is free then
            compounds.runner.anticipate(near, namespace)
        compounds.patience.wait(self, self._invocable.executable.limits.timeout / 1000 + GRACE)
        came.then(partial(self._try, self._heard))

    def _heard(self) -> None:
        """The step has ended."""
        run, self._run = self._run, None
        if run is None:  # too late
            return
        compounds, position = self._compounds, self.position
        compounds.patience.done(self)
        record, outcome = run.came, run.outcome
        if not isinstance(record, Record) or outcome is None:
            self._ended(record if isinstance(record, Exception) else RuntimeError(f"{run.id} has no record"))
            return
        compounds.runner.keep(record)
        position.count(Ending.of_run(record.id, outcome, self._invocable.executable.limits.memory), None)
        compounds.foresight.learn(position.plan, self._before)
        self.go()

    def _within(self, inner: Position) -> None:
        """A step that is a sequence, a composition or a join itself."""
        position = self.position
        position.running = inner.id
        self._compounds.positions.save(position)

        def ended(came: Came) -> None:
            if isinstance(came, Exception):
                self._ended(came)
                return
            position.count(inner.ending(), inner)
            self.go()

        Walk(self._compounds, inner, self.caller, ended).go()

    def _join(self, fault: Exception | None) -> None:
        """Wait until the branches have ended, whoever runs them; nothing is held meanwhile."""
        if fault is not None:
            self._ended(fault)
            return
        position, compounds = self.position, self._compounds
        join = position.plan
        assert isinstance(join, Join)
        runs = {one: compounds.runner.running(position.namespace, one) for one in join.waiting}
        for one, run in runs.items():
            if run is None:
                position.count(compounds.positions.ending(position.namespace, one), None)
        self._left = {run.id for run in runs.values() if run is not None}
        compounds.joining.add(self)
        for run in tuple(runs.values()):
            if run is not None:
                run.then(partial(self._try, self._branch, run))
        self._look()

    def _branch(self, run: Run) -> None:
        if run.id not in self._left:
            return
        self._left.discard(run.id)
        position, came = self.position, run.came
        if isinstance(came, Record):
            ending = Ending.of(came.head, came.status, came.response)
        else:
            ending = self._compounds.positions.ending(position.namespace, run.id)
        position.count(ending, None)
        self._look()

    def _look(self) -> None:
        """Whether enough of the branches have ended."""
        join = self.position.plan
        assert isinstance(join, Join)
        if self not in self._compounds.joining or (self._left and not join.decided):
            return
        self._left.clear()
        self._compounds.joining.discard(self)
        if self._compounds.halted:
            self._ended(Halted())
            return
        self.position.waited()
        self._ended(self._compounds.positions.end(self.position))
