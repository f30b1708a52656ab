"""What became of instances: which call ran in which, how many there were, and a picture of it all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName
from fnkit.pictures.lifelines import Curve, Lifeline, Part, PartState, chart
from fnkit.pictures.picture import Picture
from fnkit.pictures.ticks import label
from fnkit.whisk.client import Client
from fnkit.whisk.lives import Life

GONE = {
    "idle": "idle for too long",
    "evicted": "its memory was needed",
    "changed": "its action changed",
    "failed": "it failed",
    "ended": "its process ended",
    "stopped": "the platform stopped",
}


@dataclass(frozen=True, slots=True)
class Lives:
    """Instances, the oldest first, from `since` to `now`, in ms since 1970."""

    name: str
    """Of the action; empty for all."""
    since: int
    now: int
    lives: tuple[Life, ...]

    @property
    def begun(self) -> int:
        """How many were started after `since`."""
        return sum(one.allocated >= self.since for one in self.lives)

    @property
    def there(self) -> int:
        """How many have not gone."""
        return sum(one.released is None for one in self.lives)

    @property
    def most(self) -> int:
        """How many there were at a time, at most."""
        return Curve.of(self._spans()).most

    @property
    def calls(self) -> int:
        """Runs in them."""
        return sum(len(one.runs) for one in self.lives)

    @property
    def busy(self) -> float:
        """Seconds that they ran, together."""
        return sum((stay.end or self.now) - stay.start for one in self.lives for stay in one.runs) / 1000

    @property
    def kept(self) -> float:
        """Seconds that they were there unused, together."""
        parts = (part for one in self.lives for part in _parts(one, self.since, self.now))
        return sum(part.end - part.start for part in parts if part.state == "kept") / 1000

    def timeline(self) -> Picture:
        """A lane for each instance, under the calls in flight and the instances there."""
        origin = min((one.allocated for one in self.lives), default=self.since)
        asked = (stay.asked for one in self.lives for stay in one.runs if stay.asked)
        origin = max(self.since, min(origin, *asked, origin))
        end = max((one.released or self.now for one in self.lives), default=self.now)
        spans = [(max(start - origin, 0), stop - origin) for start, stop in self._spans()]
        calls = [
            (max((stay.asked or stay.start) - origin, 0), (stay.end or self.now) - origin)
            for one in self.lives
            for stay in one.runs
        ]
        lines = tuple(_line(one, origin, self.now, self.name) for one in self.lives)
        return Picture(chart(lines, Curve.of(calls), Curve.of(spans), end - origin, str(self)))

    def to_json(self) -> Mapping[str, Json]:
        """For programs: the counts, and every instance with the ids of its runs."""
        return {
            "action": self.name,
            "begun": self.begun,
            "there": self.there,
            "most": self.most,
            "calls": self.calls,
            "busy": self.busy,
            "kept": self.kept,
            "instances": [
                {
                    "id": one.id,
                    "action": one.action,
                    "state": one.state,
                    "began": one.began,
                    "why": one.why,
                    "runs": [stay.activation_id for stay in one.runs],
                }
                for one in self.lives
            ],
        }

    def _spans(self) -> Iterator[tuple[int, int]]:
        return ((one.allocated, one.released or self.now) for one in self.lives)

    @property
    def told(self) -> str:
        """The counts in words."""
        return (
            f"{self.calls} calls · {self.begun} starts · {self.most} instances at a time, {self.there} now · "
            f"{self.busy:.1f} s running · {self.kept:.1f} s idle"
        )

    def __str__(self) -> str:
        return f"instances of {self.name}: {self.told}" if self.name else f"instances: {self.told}"


def find(client: Client, name: str | None = None, last: float = 600.0) -> Lives:
    """The instances of an action, or all of yours, of the last so many seconds. Raises BadArgument."""
    if client.embedded is None:
        found = f"{client.props.host} is an OpenWhisk that does not tell of its instances."
        raise BadArgument("Looking at instances", found, "The embedded platform does: fnkit start.")
    since, now, lives = client.embedded.lives(last)
    if name is not None:
        wanted = ActionName.parse(name)
        lives = tuple(one for one in lives if _same(one.action, wanted))
    return Lives(name or "", since, now, lives)


def _same(path: str, name: ActionName) -> bool:
    """Whether `/namespace/[package/]name` is the action that was named."""
    _, namespace, rest = path.split("/", 2)
    wanted = f"{name.package}/{name.name}" if name.package else name.name
    return rest == wanted and name.namespace in ("_", namespace)


def _line(life: Life, origin: int, now: int, name: str) -> Lifeline:
    return Lifeline(
        name=f"instance {life.id}" if name else f"{life.id} {life.action.rpartition('/')[2]}",
        parts=tuple(_parts(life, origin, now, origin)),
        gone=None if life.released is None else life.released - origin,
        told=(life.why or "") if life.why != "idle" else "",
        marks=tuple(stay.asked - origin for stay in life.runs if stay.asked >= origin),
    )


def _parts(life: Life, since: int, now: int, origin: int = 0) -> Iterator[Part]:
    """From `since` on, in ms after `origin`."""
    end = life.released or now
    moments: list[tuple[PartState, int, int, str]] = [("start", life.allocated, life.started or end, "")]
    if life.started is not None:
        moments.append(("init", life.started, life.ready or end, ""))
    if life.ready is not None:
        at = life.ready
        for stay in life.runs:
            moments += [
                ("kept", at, stay.start, ""),
                ("run", max(at, stay.start), stay.end or end, stay.activation_id),
            ]
            at = max(at, stay.end or end)
        moments.append(("kept", at, end, ""))
    for state, start, stop, what in moments:
        if stop > max(start, since):
            begin = max(start, since)
            yield Part(state, begin - origin, stop - origin, _tip(life, state, stop - start, what))


def _tip(life: Life, state: PartState, ms: int, what: str) -> tuple[str, ...]:
    words = {"start": "starting", "init": "initialising", "run": f"running {what}", "kept": "idle"}
    ended = f"gone: {GONE.get(life.why, life.why)}" if life.why else ""
    told = (f"instance {life.id} of {life.action}", f"{words[state]}, {label(ms)}", ended)
    return tuple(filter(None, told))
