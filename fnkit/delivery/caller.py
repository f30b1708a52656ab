"""One input of a map on its way: made ready, called when the platform lets it through, noted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fnkit.core.entities import Activation, Json
from fnkit.core.errors import BadArgument, Missing, Refused, TooLarge, Unauthorized, Unreachable
from fnkit.core.names import ActionName
from fnkit.delivery import annotation, arguments
from fnkit.delivery.calls import Calls
from fnkit.delivery.invocation import spelt
from fnkit.delivery.ledger import Key, Keys, Ledger
from fnkit.delivery.pace import BUSY, Pace
from fnkit.delivery.result import Result
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Action


@dataclass(frozen=True, slots=True)
class Task:
    """One input on its way."""

    number: int
    given: Mapping[str, Any]
    values: Mapping[str, Json]
    """The same with its files inlined."""
    key: Key


class Caller:
    """Calls one action with one input after the other; asked from many threads."""

    def __init__(self, client: Client, name: ActionName, there: Action, pace: Pace, ledger: Ledger) -> None:
        deployed = annotation.read(there)
        self._client, self._name, self._there = client, name, there
        self._entry = deployed.entry if deployed else None
        self._calls = Calls(client, there.path, deployed.origins if deployed else ())
        self._keys = Keys()
        self.pace = pace
        self.ledger = ledger

    def ready(self, number: int, given: Mapping[str, Any]) -> Task | Result:
        """An input made fit to travel, or its result where there is one already. Raises BadArgument."""
        if not isinstance(given, Mapping):
            found = f"it is {given!r:.80}, not a mapping of arguments."
            raise BadArgument(f"Mapping input {number}", found, 'Give {"name": value}.')
        try:
            arguments.check(self._there.path, self._entry, given)
            values = arguments.inline(given)
        except BadArgument as error:
            return Result(False, error=str(error), number=number, input=given)
        key = self._keys.next(values)
        if known := self.ledger.find(key):
            return replace(known, number=number, input=given)
        return Task(number, given, values, key)

    def call(self, task: Task) -> Result:
        """What came of one input. Raises FnkitError where the whole run has to end."""
        try:
            result = self._result(task)
        except (Unauthorized, Missing, Unreachable):
            raise
        except (Refused, TooLarge) as error:
            if isinstance(error, Refused) and error.status in BUSY:
                raise
            result = Result(False, error=str(error))
        self.ledger.note(task.key, result)
        return replace(result, number=task.number, input=task.given)

    def _result(self, task: Task) -> Result:
        sent = arguments.carry(self._client, task.values, self._there.annotations)
        try:
            call = self.pace.call(lambda: self._client.actions.call(self._name, sent))
        except Unreachable as error:
            self._client.actions.get(self._name, code=False)  # raises where nobody is there any more
            return Result(False, error=str(error))
        if call.activation is not None:
            return _of(call.activation)
        # It is not over yet. Init and run may each take the whole limit.
        followed = self._calls.follow(call.activation_id, 2 * self._there.limits.timeout / 1000 + 60)
        if followed.activation is None:
            return Result(False, error=f"it is {followed.status}, without an answer.", activation=followed.id)
        return _of(followed.activation)


def _of(record: Activation) -> Result:
    error = "" if record.success else f"{record.status}: {spelt(record.result)}"
    return Result(record.success, record.result, error, record.id)
