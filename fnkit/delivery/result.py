"""What came of one input of a map, and of all."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fnkit.core.entities import Json
from fnkit.core.errors import ActionFailed


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one input, or why there is none."""

    ok: bool
    value: Json = None
    """What the action gave; `{"error": …}` where it failed, None where it was not called."""
    error: str = ""
    """Why it is not ok, in a sentence."""
    activation: str | None = None
    """The id of the run: `fnkit logs ID` shows what it printed."""
    number: int = 0
    """The input's place, from 0."""
    input: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """The arguments as they were given."""
    remembered: bool = False
    """True where it comes from the ledger: nothing was sent for it in this run."""

    def check(self) -> "Result":
        """Itself. Raises ActionFailed where it is not ok."""
        if self.ok:
            return self
        advice = f"fnkit logs {self.activation} shows what it printed." if self.activation else ""
        raise ActionFailed(f"Mapping input {self.number}", self.error, advice, self.activation or "")

    def to_json(self) -> dict[str, Json]:
        """For a line of a file; without the input, which may be large."""
        told: dict[str, Json] = {"ok": self.ok, "value": self.value, "activation": self.activation}
        return told if self.ok else {**told, "error": self.error}


class Results(tuple[Result, ...]):
    """The results of a map, in the order of its inputs."""

    __slots__ = ()

    @property
    def values(self) -> list[Json]:
        """The answers alone. Raises ActionFailed for the first input that has none."""
        return [one.check().value for one in self]

    @property
    def failures(self) -> "Results":
        """Those that are not ok."""
        return Results(one for one in self if not one.ok)

    def __repr__(self) -> str:
        failed = self.failures
        known = sum(one.remembered for one in self)
        head = f"{len(self)} inputs: {len(self) - len(failed)} ok"
        head += f" ({known} of them known before)" if known else ""
        head += f", {len(failed)} failed" if failed else ""
        reasons = Counter(one.error for one in failed).most_common(SHOWN)
        return "\n".join([head, *(f"  {count} times: {error}" for error, count in reasons)])


SHOWN = 5
"""Different failures that a summary names."""
