"""Which instance a run may be sent to while another one goes on there: where all of its action's have been short.

An instance that has its next run already is not woken for it, and few instances that work on end keep what they
need in the caches of their processors: many short calls at a time are better off behind each other in a few than
each in one of its own. Who is sent behind a run that turns out to be long loses LEASE and goes elsewhere. Pure.
"""

import os
from collections import OrderedDict
from dataclasses import dataclass, field

from fnkit.local.instance import Instance
from fnkit.local.posts import DEPTH
from fnkit.local.slots import Key, Need, Slot
from fnkit.local.turns import Turns

SURE = 32
"""Runs in a row that were short and printed nothing, which would have to be told apart."""
AGAIN = 1000
"""The same after one that an instance did not want."""
FEW = 2 * (os.cpu_count() or 1)
"""Instances of an action that are used before runs are sent behind others."""
MOST = 4096
"""Versions of actions that are remembered."""


@dataclass(slots=True, eq=False)
class Lane:
    """The instances of one version of one action of one caller in which something runs."""

    left: int = SURE
    """Short runs that are still to be seen."""
    busy: dict[int, tuple[Slot, Instance]] = field(default_factory=dict)


class Lanes:
    """By what runs must share to share an instance."""

    def __init__(self) -> None:
        self._lanes: OrderedDict[Key, Lane] = OrderedDict()

    def behind(self, need: Need, turns: Turns) -> tuple[Slot, Instance] | None:
        """One of the first where the fewest go on; None where runs are long, or where it gets one of its own."""
        lane = self._lanes.get(need.key)
        if lane is None or lane.left or not lane.busy or (len(lane.busy) < FEW and not turns.full(need)):
            return None
        found, least = None, DEPTH
        for seen, one in enumerate(lane.busy.values(), 1):
            if one[0].running < least and not one[0].doomed:
                found, least = one, one[0].running
            if seen >= FEW and found is not None:
                break
        return found

    def began(self, slot: Slot, instance: Instance) -> None:
        """A run was sent to an instance where nothing ran, and that takes others behind it."""
        lane = self._lanes.get(slot.need.key)
        if lane is None:
            lane = self._lanes[slot.need.key] = Lane()
            if len(self._lanes) > MOST:
                oldest = next(iter(self._lanes))
                if not self._lanes[oldest].busy:  # its runs are to be looked after
                    del self._lanes[oldest]
                else:
                    self._lanes.move_to_end(oldest)
        lane.busy[slot.id] = slot, instance

    def ended(self, slot: Slot, short: bool) -> None:
        """A run has ended there; `short`: nothing of it speaks against sending others behind the next one."""
        lane = self._lanes.get(slot.need.key)
        if lane is None:
            return
        if not short:
            lane.left = max(lane.left, SURE)
        elif lane.left:
            lane.left -= 1
        if not slot.running:
            lane.busy.pop(slot.id, None)

    def refused(self, slot: Slot, early: bool) -> None:
        """A run was sent behind another and has to go elsewhere; `early`: the instance did not want it."""
        lane = self._lanes.get(slot.need.key)
        if lane is not None:
            lane.left = max(lane.left, AGAIN if early else SURE)
            if not slot.running:
                lane.busy.pop(slot.id, None)

    def sure(self) -> bool:
        """True where runs of all of them would be sent behind others."""
        return bool(self._lanes) and not any(lane.left for lane in self._lanes.values())

    def going(self) -> list[Instance]:
        """The instances in which something runs."""
        return [instance for lane in self._lanes.values() for _, instance in lane.busy.values()]
