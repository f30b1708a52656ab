"""Calling actions and following calls: the invocations' way to and from a platform."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fnkit.action.spec import Origin
from fnkit.core.entities import Activation, Json, Split
from fnkit.core.errors import BadArgument, Missing
from fnkit.core.names import ActionName
from fnkit.delivery import annotation, arguments
from fnkit.delivery.invocation import Invocation, State
from fnkit.whisk.activations import backoff
from fnkit.whisk.client import Client
from fnkit.whisk.embedded import Progress

LOG_SECONDS = 5.0
"""How long to wait for the logs of a failed call that has been answered already."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as calls need it; tests bring one of their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


REAL = Clock()


def invoke(
    client: Client,
    name: ActionName,
    values: Mapping[str, Json],
    *,
    blocking: bool = True,
    clock: Clock = REAL,
) -> Invocation:
    """Call an action: one GET (how is it called?) and one POST; a blocking call is followed to its end.

    `Path`s become `data:` URLs, what is too large goes to the object store. Raises BadArgument (a misspelt
    name), TooLarge, Refused. An action that fails does not raise here: see `Invocation.check`.
    """
    there = client.actions.get(name, code=False)
    deployed = annotation.read(there)
    arguments.check(there.path, deployed.entry if deployed else None, values)
    sent = arguments.carry(client, arguments.inline(values), there.annotations)
    calls = Calls(client, there.path, deployed.origins if deployed else (), clock)
    if not blocking:
        return calls.follow(client.actions.start(name, sent), 0)
    return calls.run(name, sent, there.limits.timeout)


def look(client: Client, activation_id: str, clock: Clock = REAL) -> Invocation:
    """The call with this activation id, as it is now. Raises Missing where the platform can tell."""
    return Calls(client, "", None, clock).follow(activation_id, 0)


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of one action on one platform."""

    client: Client
    action: str
    """Empty where only the activation id is known."""
    origins: tuple[Origin, ...] | None
    """None where they have to be looked up."""
    clock: Clock = REAL

    def follow(self, activation_id: str, seconds: float) -> Invocation:
        """The call when it is done, or as it is after `seconds`."""
        end = self.clock.now() + seconds
        pauses = backoff()
        while True:
            found = self._now(activation_id)
            left = end - self.clock.now()
            if found.done or left <= 0:
                return found
            self.clock.sleep(min(next(pauses), left))

    def run(self, name: ActionName, sent: Mapping[str, Json], timeout: int) -> Invocation:
        """Call with arguments that can travel, and follow to the end. `timeout`: the action's limit in ms."""
        call = self.client.actions.call(name, sent)
        if call.activation is not None:
            return self._answered(call.activation)
        # Not over after the longest wait of one request. Init and run may each take the whole limit.
        return self.follow(call.activation_id, 2 * timeout / 1000 + 60)

    def _answered(self, activation: Activation) -> Invocation:
        """A call whose answer came at once. The answer comes before the logs, which the record will have.

        Only a failed call is worth waiting for them: its traceback is there.
        """
        end = self.clock.now() + (0 if activation.success else LOG_SECONDS)
        pauses = backoff()
        while (record := self.client.activations.find(activation.id)) is None and self.clock.now() < end:
            self.clock.sleep(next(pauses))
        return self._done(record or activation, self._progress(activation.id))

    def _now(self, activation_id: str) -> Invocation:
        progress = self._progress(activation_id)
        if progress is None or progress.state == "done":
            if record := self.client.activations.find(activation_id):
                return self._done(record, progress)
            if progress is None and self.client.embedded:
                raise Missing(
                    f"GET activation {activation_id} at {self.client.props.host}",
                    "there is none with this id.",
                    "fnkit activations shows those that are there.",
                    404,
                )
        if progress is None:
            return self._open(activation_id)
        state: State = "pending" if progress.state == "pending" else "running"
        split = Split(progress.wait, progress.init, progress.run)
        return replace(self._open(activation_id), state=state, split=split, began=progress.began)

    def _progress(self, activation_id: str) -> Progress | None:
        """Where it is, None where the platform does not tell or does not know it any more."""
        if self.client.embedded is None:
            return None
        try:
            return self.client.embedded.progress(activation_id)
        except Missing:
            return None

    def _open(self, activation_id: str) -> Invocation:
        return Invocation(
            self.action or "the action",
            activation_id,
            "pending or running",
            origins=self.origins or (),
            look=lambda seconds: self.follow(activation_id, seconds),
        )

    def _done(self, record: Activation, progress: Progress | None) -> Invocation:
        return replace(
            self._open(record.id),
            action=self.action or record.path.partition("/")[2],
            state="done",
            split=Split.of(record),
            began=progress.began if progress else None,
            activation=record,
            origins=self._origins(record) if self.origins is None else self.origins,
        )

    def _origins(self, record: Activation) -> tuple[Origin, ...]:
        """Of the action that made a failed record, if it is still the version that ran."""
        if record.success:
            return ()
        try:
            there = self.client.actions.find(ActionName.parse(f"/{record.path}"))
        except BadArgument:
            return ()
        deployed = annotation.read(there) if there and there.version == record.version else None
        return deployed.origins if deployed else ()
