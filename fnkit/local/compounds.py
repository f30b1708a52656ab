"""Runs sequences and compositions step by step: each step is on disk before it begins.

After a restart they go on: a step that has a record is never run again, and one that was running when the server
ended was closed as a platform error, which is the answer that is handed on; where an event began it all, that step
runs again. A turn of a flow's conductor that was interrupted is no step: it is taken once more, so that a flow
goes on from its last finished step.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from fnkit.core.clock import now_ms
from fnkit.core.names import FLOW, JOIN
from fnkit.local.access import allowed
from fnkit.local.conductors import Composition
from fnkit.local.entities import Entities
from fnkit.local.foresight import Foresight
from fnkit.local.invocable import Ask, Invocable, Invocables
from fnkit.local.jobs import Status
from fnkit.local.joins import Join
from fnkit.local.positions import Plan, Position, Positions
from fnkit.local.records import STOPPED, Record
from fnkit.local.rejected import Rejected
from fnkit.local.runs import Run
from fnkit.local.sequences import Sequence
from fnkit.local.steps import DEEPEST, Answer, Ending, Step
from fnkit.local.users import Identity

GRACE = 60.0
"""Seconds that a step may take beyond its time limit: it may have to wait for memory."""


class Halted(Exception):
    """The server is being stopped; the position is on disk."""


class Runner(Protocol):
    """What runs one step that is an action with code."""

    async def step(self, invocable: Invocable, ask: Ask, cause: str, begun: Callable[[str], None]) -> Run:
        """A run whose promise is on disk, together with what `begun` writes when it is told the id."""
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
        self._entities = entities
        self._invocables = invocables
        self._positions = positions
        self._runner = runner
        self._foresight = Foresight(entities, invocables)
        self._halted = asyncio.Event()

    def begin(self, invocable: Invocable, ask: Ask, within: Position | None = None) -> Position:
        """A position at the first step, written in this turn; `within` is what it is a step of."""
        position = Position.of(invocable, ask, within, _plan(invocable, ask, within.plan if within else None))
        self._positions.save(position)
        return position

    async def run(self, position: Position, caller: Identity) -> Record:
        """Go on from there to the end; the record is written, and on disk with the next commit."""
        if isinstance(position.plan, Join):
            await self._positions.committed()  # the turn that began the branches is over: it is not taken again
            await self._await_branches(position, position.plan)
        while (step := position.plan.next()) is not None:
            if self._halted.is_set():
                raise Halted
            if step.path == JOIN:
                await self._within(position, self._positions.begin_join(position, step.arguments), caller)
                continue
            invocable = self._invocables.called(caller.namespace, step.path) or self._meet(position, step, caller)
            if invocable is None:
                continue
            ask = Ask(caller, position.transaction_id, now_ms(), step.arguments, again=position.rerun)
            await self._take(position, invocable, ask, step)
        return self._positions.end(position)

    def _meet(self, position: Position, step: Step, caller: Identity) -> Invocable | None:
        """What a step calls, None where that is not to be: the plan hears of it."""
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

    async def resume(self, position: Position, caller: Identity) -> Record:
        """Go on after a restart."""
        if position.running:
            inner = self._positions.find(position.running)
            if inner:
                await self.resume(inner, caller)
            if position.rerun and not self._positions.ended(position.namespace, position.running):
                return await self.run(position, caller)
            found = self._positions.ending(position.namespace, position.running)
            if found.answer.result == {"error": STOPPED} and self._takes_again(position):
                position.again(found)
            else:
                position.count(found, inner)
        return await self.run(position, caller)

    def halt(self) -> None:
        """Begin no step any more."""
        self._halted.set()

    async def _take(self, position: Position, invocable: Invocable, ask: Ask, step: Step) -> None:
        if invocable.components or (invocable.conductor and not step.own):
            if position.depth >= DEEPEST:
                position.plan.missing()
                return
            await self._within(position, self.begin(invocable, ask, position), ask.caller)
            return

        def begun(activation_id: str) -> None:
            position.running = activation_id
            self._positions.save(position)

        run = await self._runner.step(invocable, ask, position.id, begun)
        if (near := self._foresight.after(step, position.plan, ask.caller.namespace)) is not None:
            self._runner.anticipate(near, ask.caller.namespace)
        before = position.plan.component if isinstance(position.plan, Composition) else None
        record = await run.within(invocable.executable.limits.timeout / 1000 + GRACE)
        if record is not None and run.outcome is not None:
            self._runner.keep(record)
            memory = invocable.executable.limits.memory
            position.count(Ending.of_run(record.id, run.outcome, memory), None)
            self._foresight.learn(position.plan, before)
        else:
            run.alone = True
            position.logs.append(str(position.running))
            position.plan.late(str(position.running))

    async def _within(self, position: Position, inner: Position, caller: Identity) -> None:
        position.running = inner.id
        self._positions.save(position)
        await self.run(inner, caller)
        position.count(inner.ending(), inner)

    async def _await_branches(self, position: Position, join: Join) -> None:
        """Until the branches have ended, whoever runs them; nothing is held meanwhile."""
        halted = asyncio.create_task(self._halted.wait())
        try:
            while waiting := join.waiting:
                runs = {one: self._runner.running(position.namespace, one) for one in waiting}
                ended = [one for one, run in runs.items() if run is None]
                for one in ended:
                    position.count(self._positions.ending(position.namespace, one), None)
                if not ended:  # else one of them may have been all that was waited for
                    ends: list[asyncio.Future[Any]] = [run.ended() for run in runs.values() if run]
                    await asyncio.wait([*ends, halted], return_when=asyncio.FIRST_COMPLETED)
                if self._halted.is_set():
                    raise Halted
            position.waited()
        finally:
            halted.cancel()

    def _takes_again(self, position: Position) -> bool:
        """True where what was interrupted is a turn of a flow of fnkit's, which changes nothing before its end."""
        plan = position.plan
        if not isinstance(plan, Composition) or plan.due:
            return False
        try:
            return FLOW in self._invocables.at(plan.conductor).annotations
        except Rejected:
            return False


def _plan(invocable: Invocable, ask: Ask, outer: Plan | None) -> Plan:
    if invocable.components:
        actions = outer.actions if isinstance(outer, Sequence) else 0
        return Sequence(invocable.components, Answer(Status.SUCCESS, ask.arguments), actions)
    plan = Composition(invocable.path, ask.caller.namespace, ask.arguments)
    if isinstance(outer, Composition):
        plan.conductors, plan.components = outer.conductors, outer.components
    return plan
