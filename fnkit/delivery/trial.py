"""The test of a deploy: one input, the same answer in the cell, in the action file and on the platform."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fnkit.action.compare import as_json, differences
from fnkit.action.spec import ActionSpec, Packed
from fnkit.core.canonical import canonical, sha256
from fnkit.core.entities import Json
from fnkit.core.errors import CheckFailed
from fnkit.core.places import cache
from fnkit.delivery import arguments
from fnkit.delivery.aside import begun
from fnkit.delivery.order import Test
from fnkit.delivery.plan import Wanted
from fnkit.delivery.secrets import masked, masked_lines
from fnkit.whisk.documents import Action
from fnkit.whisk.props import Props

if TYPE_CHECKING:
    from fnkit.action.rehearse import Rehearsal

SHOWN = 5
"""Differences in a message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the cell gave, which may be None too."""

    value: Json


def ready(spec: ActionSpec | Packed, test: Test) -> Test:
    """The test with its names checked and its files inlined. Raises BadArgument."""
    arguments.check(str(spec.name), spec.entry, test.arguments)
    return replace(test, arguments=arguments.inline(test.arguments))


@dataclass(frozen=True, slots=True)
class Trial:
    """A test made ready for one bundle."""

    wanted: Wanted
    test: Test
    """Made `ready`."""

    @property
    def received(self) -> dict[str, Json]:
        """The one object that the action gets."""
        return {**self.wanted.settings.parameters, **self.test.arguments}

    def mark(self, props: Props, there: Action) -> Path:
        """The file that is there where this bundle passed this test on this platform, as `there` has it.

        Its version stands for all that may change the answer beside the code: secrets above all.
        """
        passed = {
            "bundle": self.wanted.bundle.digest,
            "input": sha256(canonical(self.received)),
            "ignore": sorted(self.test.ignore),
            "tolerance": self.test.tolerance,
            "where": [props.apihost, props.key.pair[0] if props.key else "", str(self.wanted.name)],
            "version": [there.version, there.updated],
        }
        return cache() / "passes" / sha256(canonical(passed))

    def rehearse(self) -> "Rehearsal":
        """What came of the action file on its own. Raises CheckFailed where the cell gives another answer."""
        expected = self._in_the_cell()
        if self.wanted.conducts:
            return replace(rehearsed(self.wanted, None), result=expected.value if expected else None)
        alone = rehearsed(self.wanted, self.received)
        if expected is None:
            return alone
        if not alone.success:  # cannot be run on this machine: then the platform has to agree with the cell
            return replace(alone, result=expected.value)
        self.compare(
            expected.value, alone.result, f"Comparing the cell with the action file of {self.wanted.name}"
        )
        return alone

    def compare(self, expected: Json, answer: Json, tried: str) -> None:
        """Raises CheckFailed with what differs."""
        if self._differences(expected, answer):
            found = self._differences(self.hide(expected), self.hide(answer)) or ("they differ in a secret.",)
            more = f" … and {len(found) - SHOWN} more." if len(found) > SHOWN else ""
            raise CheckFailed(tried, " ".join(found[:SHOWN]) + more)

    def hide(self, value: Json) -> Json:
        """The value with the secrets of the deploy masked."""
        return masked(value, self.wanted.settings.secrets)

    def _differences(self, expected: Json, answer: Json) -> tuple[str, ...]:
        return differences(expected, answer, self.test.ignore, self.test.tolerance)

    def _in_the_cell(self) -> Answer | None:
        """The entry's own answer in the notebook's namespace. Raises CheckFailed from what it raised."""
        function, entry, received = self.test.function, self.wanted.bundle.entry, self.received
        if function is None:
            return None
        known = {parameter.name for parameter in entry.parameters}
        named = {name: value for name, value in received.items() if entry.rest or name in known}
        try:
            # Not in this thread: where a kernel's loop runs, `asyncio.run` is forbidden.
            answer = begun(lambda: function(dict(received)) if entry.whole else function(**named), "test").result()
        except Exception as error:
            raise CheckFailed(
                f"Running {entry.name} in the notebook on the test input",
                f"{type(error).__name__}: {self.hide(str(error))}.",
                "Nothing was sent.",
            ) from error
        return Answer(as_json(answer, f"{entry.name} in the notebook"))


def rehearsed(wanted: Wanted, received: Mapping[str, Json] | None) -> "Rehearsal":
    """The action file, alone in a clean process; `received` None imports it only. Raises CheckFailed.

    Its logs are masked; its result is not, since the platform's is compared with it.
    """
    from fnkit.action.rehearse import rehearse
    from fnkit.delivery.invocation import spelt, traceback

    secrets, limit = wanted.settings.secrets, wanted.settings.limits.timeout / 1000
    outcome = rehearse(wanted.bundle, received, {secret.name: secret.value for secret in secrets}, limit)
    outcome = replace(outcome, logs=masked_lines(outcome.logs, secrets))
    if outcome.success or outcome.status == "not checked":
        return outcome
    trace = traceback(outcome.logs, wanted.bundle.origins)
    what = "Importing" if received is None else "Running"
    raise CheckFailed(
        f"{what} the action file of {wanted.name} alone, in a clean process",
        f"{outcome.status}: {spelt(masked(outcome.result, secrets))}",
        f"Nothing was sent.\n{trace}" if trace else "Nothing was sent.",
    )
