"""One action on many inputs: so many calls at once, each input once, failures beside the answers.

An input is sent a second time only where the platform refused it before it ran (429, 503). What cannot be sent,
and what fails, is a result too. Where nobody answers any more, or the action is gone, the run ends with that
error, after it has given what was done; a ledger lets the next one go on there.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sized
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fnkit.core.errors import BadArgument, FnkitError
from fnkit.core.names import ActionName
from fnkit.delivery.caller import Caller, Task
from fnkit.delivery.crew import Crew
from fnkit.delivery.ledger import File, Forgetful, Ledger
from fnkit.delivery.pace import USUAL, Pace, Patience
from fnkit.delivery.progress import Step, Tell, quiet
from fnkit.delivery.result import Result, Results
from fnkit.whisk.client import Client

AHEAD = 4
"""Inputs taken per call in flight: nobody waits for the one who reads the results."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a map is to run."""

    at_once: int
    """Calls in flight, at most."""
    ordered: bool = True
    """Results in the order of the inputs; else as they come."""
    ledger: Path | None = None
    """The file that remembers what was done."""
    patience: Patience = USUAL


class Mapped(Iterator[Result]):
    """The results of a map, made while they are read: iterate once, or take them all with `results()`."""

    def __init__(self, name: ActionName, stream: Generator[Result], ledger: Ledger) -> None:
        self.name = name
        self._stream = stream
        self._ledger = ledger

    def __next__(self) -> Result:
        return next(self._stream)

    def close(self) -> None:
        """Call no more; what is under way on the platform ends there."""
        self._stream.close()
        self._ledger.close()  # where nothing was read, the stream has not begun

    def results(self) -> Results:
        """All that are left, in the order of the inputs; waits for the last. Raises Refused where it broke off."""
        return Results(sorted(self._stream, key=lambda result: result.number))

    def __repr__(self) -> str:
        return f"<the results of {self.name}, made while they are read: iterate, or call .results()>"


def mapped(
    client: Client, name: ActionName, inputs: Iterable[Mapping[str, Any]], manner: Manner, tell: Tell = quiet
) -> Mapped:
    """The results of `name` for each of `inputs`. Asks for the action now (one GET), calls it while it is read.

    Raises Missing, and BadArgument for a ledger that cannot be used.
    """
    if manner.at_once < 1:
        raise BadArgument(f"Mapping {name}", f"{manner.at_once} calls at once are none.", "Give 1 or more.")
    there = client.actions.get(name, code=False)
    full = f"/{there.namespace}/{there.path}"
    ledger = File(manner.ledger, full) if manner.ledger else Forgetful()
    caller = Caller(client, name, there, Pace(manner.at_once, manner.patience), ledger)
    total = len(inputs) if isinstance(inputs, Sized) else None
    stream = _told(_run(caller, inputs, manner.at_once), f"Mapping {name}", total, tell)
    return Mapped(name, _in_order(stream) if manner.ordered else stream, ledger)


def _run(caller: Caller, inputs: Iterable[Mapping[str, Any]], at_once: int) -> Generator[Result]:
    """Results as they come; inputs are taken a little ahead, on the thread that reads the results."""
    feed = (caller.ready(number, given) for number, given in enumerate(inputs))
    trouble: BaseException | None = None
    with closing(caller.ledger), closing(Crew[Task, Result](caller.call, at_once)) as crew, closing(caller.pace):
        while True:
            while crew.waiting < at_once * AHEAD and trouble is None:
                try:
                    task = next(feed)
                except StopIteration:
                    break
                except Exception as error:  # noqa: BLE001  (whatever the inputs raise, what is under way comes first)
                    trouble = error
                    break
                if isinstance(task, Result):
                    yield task
                else:
                    crew.put(task)
            if not crew.waiting:
                break
            done = crew.get()
            if isinstance(done, Result):
                yield done
            else:
                trouble = trouble or done
                crew.withdraw()
    if trouble is not None:
        raise trouble


def _in_order(stream: Generator[Result]) -> Generator[Result]:
    """The same by the inputs' places; where the stream breaks off, what was done all the same."""
    waiting: dict[int, Result] = {}
    turn = 0
    with closing(stream):
        try:
            for result in stream:
                waiting[result.number] = result
                while turn in waiting:
                    yield waiting.pop(turn)
                    turn += 1
        except FnkitError:
            yield from (waiting[number] for number in sorted(waiting))
            raise


def _told(stream: Generator[Result], text: str, total: int | None, tell: Tell) -> Generator[Result]:
    """The same, with a step told before the first and after each."""
    failed = 0
    tell(Step("map", text, 0, total))
    with closing(stream):
        for done, result in enumerate(stream, 1):
            failed += not result.ok
            tell(Step("map", f"{text}, {failed} failed" if failed else text, done, total))
            yield result
