"""What a session says of each node of its flow: how often it was entered, how it ended, what ran for it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fnkit.compose.nodes import Node
from fnkit.compose.runs import Run
from fnkit.compose.trace import Event
from fnkit.pictures.blocks import State


@dataclass(slots=True)
class Fact:
    """What is known of one node."""

    entered: int = 0
    left: int = 0
    failed: int = 0
    yes: int = 0
    no: int = 0
    """How often a condition was answered either way."""
    broken: bool = False
    """True where its last end was an error."""
    error: object = None
    runs: list[Run] = field(default_factory=list)
    """The activations that ran for it, in order."""

    def hear(self, event: Event) -> None:
        """Count one event."""
        match event.event:
            case "enter":
                self.entered += 1
            case "leave":
                self.left += 1
                self.broken = False
            case "error":
                self.failed += 1
                self.broken, self.error = True, event.error
            case "choice":
                self.yes += event.taken is True
                self.no += event.taken is False

    @property
    def reached(self) -> bool:
        """True where it was begun."""
        return self.entered > 0 or bool(self.runs)

    def state(self, over: bool) -> State:
        """How it looks; `over` where the session is."""
        if not self.reached:
            return "skipped"
        opened = self.entered > self.left + self.failed or any(run.state == "running" for run in self.runs)
        if opened:
            return "failed" if over else "running"
        ended_badly = bool(self.runs) and not self.entered and self.runs[-1].state == "failed"
        return "failed" if self.broken or ended_badly else "taken"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a session says of a flow."""

    by_node: Mapping[str, Fact]
    over: bool

    def of(self, place: str) -> Fact:
        """Of the node with this id."""
        return self.by_node.get(place) or Fact()

    def state(self, place: str) -> State:
        """How the node looks."""
        return self.of(place).state(self.over)


def facts(whole: Run, flow: Node) -> Facts:
    """What the turns of the conductor told, and its branches' turns, with the activations at their nodes."""
    kinds = {place: node.type for place, node in flow.walk()}
    found: dict[str, Fact] = {}
    for place, run in _placed(whole, kinds):
        fact = found.setdefault(place, Fact())
        fact.runs.append(run)
    for event in _events(whole):
        found.setdefault(event.node, Fact()).hear(event)
    return Facts(found, whole.state != "running")


def _events(whole: Run) -> Iterator[Event]:
    for run in whole.runs:
        yield from run.events
        if run.index is not None and run.action == whole.action:
            yield from _events(run)


def _placed(whole: Run, kinds: Mapping[str, str]) -> Iterator[tuple[str, Run]]:
    """Each activation with the id of the node that it ran for."""
    for run in whole.runs:
        if run.own or not run.node:
            continue
        if run.index is None:
            yield run.node, run
        elif run.action == whole.action and run.runs:
            yield from _placed(run, kinds)
        else:
            yield f"{run.node}.{run.index if kinds.get(run.node) == 'parallel' else 0}", run
