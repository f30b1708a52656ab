"""A session: one run of a flow, of a sequence or of a composition, as a value that newer looks replace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fnkit.compose import runs
from fnkit.compose.gather import Gatherer
from fnkit.compose.runs import Run, State
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, Refused
from fnkit.core.names import ActionName
from fnkit.delivery.calls import REAL, Clock
from fnkit.whisk.activations import backoff
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Action
from fnkit.whisk.embedded import Running

if TYPE_CHECKING:
    from fnkit.pictures.picture import Picture


@dataclass(frozen=True, slots=True)
class Session:
    """What ran, as far as it is known now."""

    run: Run
    """The sequence, composition or action that was called, with all that it caused."""
    action: Action | None = field(default=None, repr=False)
    """What was called, as it is deployed; None where it is another version by now, or gone."""
    began: int = 0
    """Ms since 1970, where the platform tells before it is over."""
    look: Callable[[], "Session"] | None = field(default=None, repr=False, compare=False)
    """Asks the platform for it again."""

    @property
    def id(self) -> str:
        """The activation id of the whole."""
        return self.run.id

    @property
    def name(self) -> str:
        """`name` or `package/name` of what was called; empty as long as nobody tells."""
        return self.run.action

    @property
    def state(self) -> State:
        """How it is."""
        return self.run.state

    @property
    def done(self) -> bool:
        """True where it is over."""
        return self.state != "running"

    @property
    def result(self) -> Json:
        """The answer of the whole; None until it is over."""
        return self.run.output

    @property
    def started(self) -> int:
        """Ms since 1970; of what is not over when its first step began."""
        starts = [one.record.start for one in self.run.all() if one.record]
        return min(starts, default=self.began)

    @property
    def duration(self) -> int:
        """Ms from its start to its end, or to the end of what has run so far."""
        ends = [one.record.end or one.record.start for one in self.run.all() if one.record]
        return max(ends, default=self.started) - self.started

    @property
    def steps(self) -> tuple[Run, ...]:
        """Every action that ran or runs as a step, without conductors and what holds them together."""
        return tuple(one for one in self.run.all() if not one.own and not one.runs and one is not self.run)

    @property
    def cold(self) -> int:
        """How many instances had to be started for it."""
        return sum(one.cold for one in self.run.all())

    @property
    def cost(self) -> float:
        """GB s, those of conductors too."""
        return self.run.cost

    def flow(self) -> "Picture":
        """The picture of the path that was taken."""
        from fnkit.compose.drawing import picture

        return picture(self)

    def timeline(self) -> "Picture":
        """The picture of where the time went, step by step."""
        from fnkit.compose.drawing import timeline

        return timeline(self)

    def refresh(self) -> "Session":
        """The same session as the platform has it now."""
        return self.look() if self.look else self

    def follow(self, clock: Clock = REAL) -> Iterator["Session"]:
        """The session each time that something has happened, to its end."""
        yield self
        now, pauses = self, backoff(most=0.5)
        while not now.done:
            clock.sleep(next(pauses))
            newer = now.refresh()
            if newer.run != now.run:
                now, pauses = newer, backoff(most=0.5)
                yield now

    def wait(self, seconds: float = 300, clock: Clock = REAL) -> "Session":
        """The same session when it is over, or as it is after `seconds`."""
        end, now, pauses = clock.now() + seconds, self, backoff(most=0.5)
        while not now.done and clock.now() < end:
            clock.sleep(min(next(pauses), max(0.0, end - clock.now())))
            now = now.refresh()
        return now

    def __str__(self) -> str:
        count = len(self.steps)
        parts = [f"{count} step{'' if count == 1 else 's'}", f"{self.duration:,} ms"]
        parts += [f"{self.cold} cold"] if self.cold else []
        return f"{self.name or 'session'} {self.id}: {self.state} ({', '.join([*parts, f'{self.cost:.3f} GB s'])})"


def find(client: Client, activation_id: str) -> Session:
    """The session with this id, as it is now. Raises Missing, Refused."""
    return Looker(client, Gatherer(client, activation_id)).look()


@dataclass(slots=True)
class Looker:
    """Looks at one session again and again; what it knows already it does not ask for."""

    client: Client
    gatherer: Gatherer
    action: Action | None = None

    def look(self) -> Session:
        """The session as it is now."""
        gatherer = self.gatherer
        gatherer.look()
        run, running = runs.tree(gatherer.id, gatherer.records, gatherer.began), gatherer.running
        if running is not None:
            run = replace(run, action=running.path.partition("/")[2])
        if self.action is None and run.action:
            self.action = self._deployed(run.action)
        turns = (one.record for one in run.runs if one.own)
        known = (run.record, running, *turns)
        version = next((one.version for one in known if one is not None), None)
        action = self.action if self.action is not None and self.action.version == version else None
        if running is not None and action is not None:
            run = _going_on(run, running, action.components)
        return Session(run, action, running.start if running else 0, self.look)

    def _deployed(self, name: str) -> Action | None:
        try:
            return self.client.actions.find(ActionName.parse(name))
        except (BadArgument, Refused):
            return None


def _going_on(run: Run, running: Running, components: tuple[str, ...]) -> Run:
    """A sequence that runs, with the step that runs in it: there is no record of it yet."""
    if running.step is None or len(running.steps) >= len(components):
        return run
    steps = run.runs[: len(running.steps)]
    given = steps[-1].output if steps else None
    name = components[len(running.steps)].removeprefix("/").partition("/")[2]
    return replace(run, runs=(*steps, Run(running.step, name, input=given)))
