"""The tree of the activations of one session, put back together from their records. Pure.

Works on any OpenWhisk: the record of a sequence or of a composition names its steps in its logs, each step names
what it is part of in `cause`, and what a conductor answered says what it asked for. A conductor of fnkit tells in
its log which node of the flow a step is, and which branches it started: these have no `cause`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from fnkit.compose.trace import Event, told
from fnkit.core.entities import Activation, Json, Split

State = Literal["running", "done", "failed"]
Records = Mapping[str, Activation]
"""By activation id."""


@dataclass(frozen=True, slots=True)
class Run:
    """One activation of a session, with those that it caused."""

    id: str
    """Empty where a step was asked for and nobody knows its id yet."""
    action: str
    """`name` or `package/name`; empty where it is not known yet."""
    record: Activation | None = None
    """None as long as it runs."""
    input: Json = field(default=None, repr=False)
    """What it was given, without the action's own parameters; None where that is not known."""
    node: str = ""
    """The id of the flow's node that it is, empty where nobody told."""
    index: int | None = None
    """Which branch it is, None where it is a step."""
    own: bool = False
    """True where it is no step, but holds steps together: a turn of the conductor, or a join of branches."""
    began: str | None = None
    """`cold`, `prewarmed`, `forked` or `warm`; None where it is not known."""
    runs: tuple["Run", ...] = ()
    """In order."""
    refused: bool = False
    """True where the platform did not run what the conductor asked for."""

    @property
    def state(self) -> State:
        """How it is."""
        if self.record is None:
            return "failed" if self.refused else "running"
        return "done" if self.record.success else "failed"

    @property
    def output(self) -> Json:
        """What it answered; None as long as it runs."""
        return self.record.result if self.record else None

    @property
    def compound(self) -> bool:
        """True for a sequence and a composition."""
        return bool(self.runs) or (self.record is not None and is_compound(self.record))

    @property
    def logs(self) -> tuple[str, ...]:
        """Log lines; those of a sequence or a composition are its steps' ids, and are left out."""
        return () if self.record is None or self.compound else self.record.logs

    @property
    def events(self) -> tuple[Event, ...]:
        """What a turn of the conductor told."""
        return tuple(told(self.record)) if self.own and self.record and not self.compound else ()

    @property
    def split(self) -> Split:
        """Where its time went."""
        return Split.of(self.record) if self.record else Split()

    @property
    def cold(self) -> bool:
        """True where its instance had to be started for it."""
        return self.record is not None and self.record.init_time is not None

    @property
    def cost(self) -> float:
        """GB s: memory times duration of everything that ran."""
        if self.compound:
            return sum(run.cost for run in self.runs)
        memory = ((self.record.annotations.get("limits") or {}).get("memory") or 0) if self.record else 0
        return memory / 1024 * ((self.record.duration if self.record else 0) or 0) / 1000

    @property
    def error(self) -> str:
        """What went wrong, in a word; empty where nothing did."""
        if self.refused:
            return "the platform did not run it"
        if self.record is None or self.record.success:
            return ""
        found = self.output.get("error", self.output) if isinstance(self.output, dict) else self.output
        return found if isinstance(found, str) else repr(found)

    def all(self) -> Iterator["Run"]:
        """Itself and everything within, each before what it caused."""
        yield self
        for run in self.runs:
            yield from run.all()


def is_compound(record: Activation) -> bool:
    """True for the record of a sequence or a composition, whose logs are ids."""
    return record.annotations.get("kind") == "sequence"


def named(record: Activation) -> tuple[str, ...]:
    """The ids that a record names: of its steps, or of the branches that it started."""
    if is_compound(record):
        return record.logs
    return tuple(event.activation for event in told(record) if event.event == "branch" and event.activation)


def name_of(record: Activation) -> str:
    """`name` or `package/name`."""
    return record.path.partition("/")[2]


def tree(root: str, records: Records, began: Mapping[str, str | None] | None = None) -> Run:
    """The activation `root` with everything that it caused, as far as `records` tell."""
    caused: dict[str, list[str]] = {}
    for record in sorted(records.values(), key=lambda one: (one.start, one.id)):
        if record.cause:
            caused.setdefault(record.cause, []).append(record.id)
    return Builder(records, caused, began or {}).run(root, None)


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes runs of records."""

    records: Records
    caused: Mapping[str, Sequence[str]]
    """By the id of what they are steps of, in order of time: all that is known while that runs."""
    began: Mapping[str, str | None]

    def run(self, activation_id: str, given: Json) -> Run:
        """The run with this id, which was given `given`."""
        record = self.records.get(activation_id)
        if record is not None and not is_compound(record):
            began = self.began.get(activation_id) or ("warm" if record.init_time is None else "cold")
            return Run(activation_id, name_of(record), record, given, began=began)
        ids = record.logs if record else self.caused.get(activation_id, ())
        first = next((self.records[one] for one in ids if one in self.records), None)
        conducts = bool(record.annotations.get("conductor")) if record else _conducts(first)
        name = name_of(record) if record else name_of(first) if first and conducts else ""
        whole = Run(activation_id, name, record, given)
        runs = self._composition(ids, whole) if conducts else self._sequence(ids, given)
        return replace(whole, runs=tuple(runs))

    def _sequence(self, ids: Sequence[str], given: Json) -> Iterator[Run]:
        """Each gets the answer of the one before."""
        for one in ids:
            run = self.run(one, given)
            yield run
            given = run.output

    def _composition(self, ids: Sequence[str], whole: Run) -> Iterator[Run]:
        """A step gets what the conductor asked for, the conductor what the step answered beside its state."""
        asked: Run | None = None
        branched: set[str] = set()
        given, state = whole.input, None
        for one in ids:
            record = self.records.get(one)
            turn = record is not None and name_of(record) == whole.action and not is_compound(record)
            if asked is None or turn:
                if asked is not None:
                    yield replace(asked, refused=True)
                own = replace(self.run(one, _beside(given, state)), own=True)
                yield own
                branches = tuple(self._branches(own))
                yield from branches
                branched |= {one.node for one in branches}
                asked, state = _asked(own), _state(own.output)
                given = asked.input if asked else None
            else:
                step = replace(self.run(one, asked.input), node=asked.node)
                # What a node with branches waits for is their join, whose record names them once more.
                yield replace(step, own=True, runs=()) if asked.node in branched else step
                given, asked = step.output, None
        if asked is not None:
            yield replace(asked, refused=whole.record is not None)

    def _branches(self, own: Run) -> Iterator[Run]:
        """What a turn of the conductor started without waiting for it."""
        for event in own.events:
            if event.event == "branch" and event.activation and event.activation != own.id:
                found = self.run(event.activation, None)
                name = found.action or _plain(event.action)
                yield replace(found, action=name, node=event.node, index=event.index)


def _conducts(first: Activation | None) -> bool:
    """Whether what is not over yet is a composition: its conductor runs first, and asks for something."""
    return first is not None and isinstance(first.result, dict) and "action" in first.result


def _asked(own: Run) -> Run | None:
    """The step that a conductor asks for, None where it is done or has failed."""
    answer = own.output
    if own.state != "done" or not isinstance(answer, dict) or "action" not in answer:
        return None
    given = answer.get("params")
    boxed = given if isinstance(given, dict) else {} if given is None else {"value": given}
    node = next((event.node for event in reversed(own.events) if event.event == "call"), "")
    return Run("", _plain(str(answer["action"])), input=boxed, node=node)


def _plain(name: str) -> str:
    """`package/name` of `/namespace/package/name`."""
    return name.removeprefix("/").partition("/")[2] if name.startswith("/") else name


def _state(answer: Json) -> Json:
    return answer.get("state") if isinstance(answer, dict) else None


def _beside(given: Json, state: Json) -> Json:
    """What a conductor is given: the answer of the step, overlaid by the state that it keeps."""
    return {**given, **state} if isinstance(given, dict) and isinstance(state, dict) else given
