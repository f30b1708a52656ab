"""The lives of instances, for whoever wants to see them: in memory only, the oldest are forgotten first."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fnkit.core.clock import now_ms
from fnkit.core.entities import Json
from fnkit.local.jobs import Began
from fnkit.local.progress import Stay
from fnkit.local.slots import Slot

MOST = 1000
"""Instances that are remembered."""

Why = Literal["idle", "evicted", "changed", "failed", "ended", "stopped"]
"""Unused for too long; its memory was needed; its action was changed or deleted; a run or its start went wrong;
its process ended; the platform stopped."""


@dataclass(slots=True, eq=False)
class Life:
    """One instance. Moments in ms since 1970, None for what has not come (yet)."""

    slot: Slot
    allocated: int
    """It has its place in the pool."""
    started: int | None = None
    """Its process is there."""
    ready: int | None = None
    """Its init code has run."""
    released: int | None = None
    why: Why | None = None
    """It was released."""
    began: Began | None = None

    @property
    def state(self) -> str:
        """`starting`, `initialising`, `running`, `idle` or `gone`."""
        if self.released is not None:
            return "gone"
        if self.started is None:
            return "starting"
        if self.ready is None:
            return "initialising"
        return "running" if self.slot.running else "idle"


class Lives:
    """What became of instances, by the number of their slot. Used on one event loop."""

    def __init__(self) -> None:
        self._lives: OrderedDict[int, Life] = OrderedDict()

    def allocated(self, slot: Slot) -> None:
        """There is a place for it."""
        self._lives[slot.id] = Life(slot, now_ms())
        if len(self._lives) > MOST:
            gone = next((key for key, life in self._lives.items() if life.released is not None), None)
            if gone is not None:
                del self._lives[gone]

    def started(self, slot: Slot, began: Began) -> None:
        """Its process is there."""
        if life := self._lives.get(slot.id):
            life.started, life.began = now_ms(), began

    def ready(self, slot: Slot) -> None:
        """It took its code."""
        if life := self._lives.get(slot.id):
            life.ready = now_ms()

    def released(self, slot: Slot, why: Why) -> None:
        """It is let go; only the first reason counts."""
        life = self._lives.get(slot.id)
        if life is not None and life.released is None:
            life.released, life.why = now_ms(), why

    def told(self, namespace: str, runs: Iterable[Stay], since: int = 0) -> list[dict[str, Json]]:
        """Those that served a namespace and were there after `since` (ms), oldest first, each with its runs."""
        stays: defaultdict[int, list[dict[str, Json]]] = defaultdict(list)
        for one in runs:
            if one.end is None or one.end >= since:
                stays[one.slot_id].append(
                    {"activationId": one.activation_id, "asked": one.asked, "start": one.start, "end": one.end}
                )
        return [
            _told(life, stays[life.slot.id])
            for life in self._lives.values()
            if life.slot.need.key.namespace == namespace and (life.released is None or life.released >= since)
        ]


def _told(life: Life, runs: list[dict[str, Json]]) -> dict[str, Json]:
    need = life.slot.need
    return {
        "id": life.slot.id,
        "action": need.key.action,
        "memory": need.memory,
        "keep": need.keep,
        "state": life.state,
        "began": life.began,
        "prepared": life.slot.prepared,
        "allocated": life.allocated,
        "started": life.started,
        "ready": life.ready,
        "released": life.released,
        "why": life.why,
        "runs": runs,
    }
