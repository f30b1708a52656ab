"""What came of a deploy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fnkit.core.names import ActionName
from fnkit.delivery.plan import Plan

if TYPE_CHECKING:
    from fnkit.delivery.invocation import Invocation


@dataclass(frozen=True, slots=True)
class Receipt:
    """A finished deploy."""

    plan: Plan
    namespace: str
    version: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage: build, plan, rehearse, upload, check; only those that were gone through."""
    check: "Invocation | None" = None
    """The platform's answer to the test; None where there was no test or it had passed before."""
    passed_before: bool = False
    """True where this test had passed before, on just what is there."""
    notes: tuple[str, ...] = ()
    """What the person should know: the plan's notes, and what could not be tried on this machine."""
    web: str = ""
    """The URL that anybody may call; empty where it is no web action."""

    @property
    def name(self) -> ActionName:
        """The action."""
        return self.plan.name

    @property
    def did(self) -> str:
        """`created`, `updated` or `unchanged`."""
        return {"create": "created", "update": "updated"}.get(self.plan.change, self.plan.change)

    def __str__(self) -> str:
        tested = f", tested: {self.check.status}" if self.check else ""
        tested = ", tested: passed before" if self.passed_before else tested
        return (
            f"{self.did} {self.name} {self.version} ({self.plan.digest[:8]}) at {self.plan.host} "
            f"in {sum(self.seconds.values()):.1f} s{tested}"
        )
