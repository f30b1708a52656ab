"""The tree of the activations of one session, put back together from their records. Pure.

Works on any OpenWhisk: the record of a sequence or of a composition names its steps in its logs, each step names
what it is part of in `cause`, and what a conductor answered says what it asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

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
    own: bool = False
    """True where it is a run of the conductor itself, between two steps."""
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
        return gigabyte_seconds(self.record.annotations, self.record.duration) if self.record else 0.0

    @property
    def steps(self) -> tuple["Run", ...]:
        """What it ran, without the conductor's own runs."""
        return tuple(run for run in self.runs if not run.own)

    def all(self) -> Iterator["Run"]:
        """Itself and everything within, each before what it caused."""
        yield self
        for run in self.runs:
            yield from run.all()


def gigabyte_seconds(annotations: Mapping[str, Json], duration: int | None) -> float:
    """The cost of one run, by its limits and its duration in ms."""
    memory = (annotations.get("limits") or {}).get("memory") or 0
    return memory / 1024 * (duration or 0) / 1000


def is_compound(record: Activation) -> bool:
    """True for the record of a sequence or a composition, whose logs are ids."""
    return record.annotations.get("kind") == "sequence"


def is_conductor(record: Activation) -> bool:
    """True for the record of a composition."""
    return is_compound(record) and bool(record.annotations.get("conductor"))


def tree(root: str, records: Records, began: Mapping[str, str | None] | None = None) -> Run:
    """The activation `root` with everything that it caused, as far as `records` tell."""
    caused: dict[str, list[Activation]] = {}
    for record in sorted(records.values(), key=lambda one: (one.start, one.id)):
        if record.cause:
            caused.setdefault(record.cause, []).append(record)
    return Builder(records, caused, began or {}).run(root, None)


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes runs of records."""

    records: Records
    caused: Mapping[str, Sequence[Activation]]
    """By the id of what they are steps of, in order of time: all that is known while that runs."""
    began: Mapping[str, str | None]

    def run(self, activation_id: str, given: Json, own: bool = False) -> Run:
        """The run with this id, which was given `given`."""
        record = self.records.get(activation_id)
        if record is not None and not is_compound(record):
            began = self.began.get(activation_id) or ("warm" if record.init_time is None else "cold")
            return Run(activation_id, name_of(record), record, given, own, began)
        ids = record.logs if record else [one.id for one in self.caused.get(activation_id, ())]
        steps = [self.records[one] for one in ids if one in self.records]
        conducts = is_conductor(record) if record else _conducts(steps)
        name = name_of(record) if record else name_of(steps[0]) if conducts else ""
        runs = self._composition(ids, name, given, record is not None) if conducts else self._sequence(ids, given)
        return Run(activation_id, name, record, given, runs=tuple(runs))

    def _sequence(self, ids: Sequence[str], given: Json) -> Iterator[Run]:
        """Each gets the answer of the one before."""
        for one in ids:
            run = self.run(one, given)
            yield run
            given = run.output

    def _composition(self, ids: Sequence[str], name: str, given: Json, over: bool) -> Iterator[Run]:
        """A step gets what the conductor asked for, the conductor what the step answered beside its state."""
        asked: Run | None = None
        state: Json = None
        for one in ids:
            record = self.records.get(one)
            conductor = record is not None and name_of(record) == name and not is_compound(record)
            if asked is None or conductor:
                if asked is not None:
                    yield replace(asked, refused=True)
                own = self.run(one, _beside(given, state), own=True)
                yield own
                asked = _asked(own)
                given, state = (asked.input if asked else None), _state(own.output)
            else:
                step = self.run(one, asked.input)
                yield step
                given, asked = step.output, None
        if asked is not None:
            yield replace(asked, refused=over)


def _conducts(steps: Sequence[Activation]) -> bool:
    """Whether what is not over yet is a composition: its conductor runs first, and again after each step."""
    first = steps[0] if steps else None
    return first is not None and isinstance(first.result, dict) and "action" in first.result


def _asked(own: Run) -> Run | None:
    """The step that a conductor asks for, None where it is done or has failed."""
    answer = own.output
    if own.state != "done" or not isinstance(answer, dict) or not isinstance(answer.get("action"), str):
        return None
    given = answer.get("params")
    boxed = given if isinstance(given, dict) else {} if given is None else {"value": given}
    asked = str(answer["action"])
    return Run("", asked.removeprefix("/").partition("/")[2] if asked.startswith("/") else asked, input=boxed)


def _state(answer: Json) -> Json:
    return answer.get("state") if isinstance(answer, dict) else None


def _beside(given: Json, state: Json) -> Json:
    """What a conductor is given: the answer of the step, overlaid by the state that it keeps."""
    return {**given, **state} if isinstance(given, dict) and isinstance(state, dict) else given


def name_of(record: Activation) -> str:
    """`name` or `package/name`."""
    return record.path.partition("/")[2]
