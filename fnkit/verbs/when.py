"""What starts a function, as a person writes it in a notebook: `fnkit.on(storage("photos/")).run(flow)`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fnkit.context import Context
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.events.alarms import PARAMETERS
from fnkit.events.places import Outcome, Place, full, place
from fnkit.events.sources import Storage, storage
from fnkit.events.wiring import Source, Timer, Wiring

if TYPE_CHECKING:
    from fnkit.delivery.wiring import Wired


@dataclass(frozen=True, slots=True)
class When:
    """An event source, and what is to become of its events; `run` makes it so."""

    source: Source
    pattern: Mapping[str, Json] | None = None
    outcome: Outcome = field(default_factory=Outcome)
    context: Context | None = field(default=None, repr=False)

    def where(self, pattern: Mapping[str, Json]) -> "When":
        """Only events that match an EventBridge pattern: `{"size": [{"numeric": [">", 0]}]}`."""
        return replace(self, pattern=pattern)

    def on_success(self, *places: str | Place | Storage) -> "When":
        """Where the answer goes: `trigger:NAME`, an action's name, `objects:out/`, `s3://bucket/out/`, `https://…`."""
        return self._with(success=(*self.outcome.success, *map(place, places)))

    def on_failure(self, *places: str | Place | Storage) -> "When":
        """Where the error goes, with what was asked."""
        return self._with(failure=(*self.outcome.failure, *map(place, places)))

    def dead_letter(self, *places: str | Place | Storage) -> "When":
        """Where goes what could not be delivered."""
        return self._with(dead=(*self.outcome.dead, *map(place, places)))

    def retry(self, times: int, pause: float = 1.0) -> "When":
        """Run what failed again, so often at most; `pause` in seconds, doubled each time."""
        return self._with(retries=times, pause=pause)

    def run(self, target: Any, name: str | None = None, **options: Any) -> "Wired":
        """Let each event start an action: its name, or a function or flow, which is deployed as `name` first.

        `trigger="…"` names the trigger; other options are those of `fnkit.deploy`. Doing it again changes what
        is there. Raises BadArgument for a wrong pattern or a loop, Missing where there is no such action.
        """
        from fnkit.delivery import wiring

        context = self.context or Context()
        trigger = options.pop("trigger", None)
        action = _deployed(target, name, context, options)
        made = Wiring(
            trigger or _named(action, self.source), self.source, full(action), self.pattern, self.outcome
        )
        made.check()
        return wiring.wire(context.client, made, context.face.tell)

    def _with(self, **changes: Any) -> "When":
        return replace(self, outcome=replace(self.outcome, **changes))


def on(source: Storage | str, *, context: Context | None = None) -> When:
    """Events of a store: `fnkit.on(storage("photos/", suffix=".jpg")).run("crop")`."""
    return When(storage(source) if isinstance(source, str) else source, context=context)


def every(cron: str | None = None, *, context: Context | None = None, **options: Json) -> When:
    """Events at given times: `every("*/5 * * * *")`, `every(minutes=10)`, `every(date="2030-01-01T08:00")`.

    More: `timezone`, `startDate`, `stopDate`, `catch_up` (none, one, all), `trigger_payload`. Raises BadArgument.
    """
    kind = "interval" if "minutes" in options else "once" if "date" in options else "alarm"
    given = {**options, **({"cron": cron} if cron is not None else {})}
    known = PARAMETERS["interval" if kind == "interval" else "once" if kind == "once" else "alarm"]
    for option in given:
        if option not in known:
            raise BadArgument(
                f"Setting the alarm {cron or kind}", f"it has no option {option!r}.", ", ".join(known)
            )
    return When(Timer(kind, given), context=context)


def _deployed(target: Any, name: str | None, context: Context, options: Mapping[str, Any]) -> str:
    """The name of the action; what is no name is deployed."""
    if isinstance(target, str):
        return target
    from fnkit.delivery.receipt import Receipt
    from fnkit.verbs.deploying import deploy

    receipt = deploy(target, name or getattr(target, "__name__", None), context=context, **options)
    if not isinstance(receipt, Receipt):
        raise BadArgument("Wiring a function", "it was not deployed.", "Leave out dry_run and show.")
    return str(receipt.plan.name)


def _named(action: str, source: Source) -> str:
    """A trigger's name that is the same the next time."""
    short = action.rpartition("/")[2]
    if isinstance(source, Timer):
        return f"{short}-every"
    place = source.prefix.strip("/") or source.store.rstrip("/").rpartition("/")[2].rstrip(":")
    return f"{short}-on-" + "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in place)[:100]
