"""What came of a deploy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fnkit.delivery.invocation import Invocation
from fnkit.delivery.plan import Plan


@dataclass(frozen=True, slots=True)
class Receipt:
    """A finished deploy. `str()` is one line: `created smart-body-crop 0.0.1 (3f2a…) in 1.2 s`."""

    plan: Plan
    namespace: str
    version: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage: build, rehearse, plan, upload, check."""
    check: Invocation | None = None
    """The platform's answer to the test, None where there was no test or it had passed before."""
