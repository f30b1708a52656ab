"""The join of branches as an action of any OpenWhisk: waits for activations and gives what they answered.

It gives its instance back before its time limit, with what is there by then: the flow calls it again for the rest.
An embedded platform joins without an action. Ships alone, with `platform`.
"""

import os
import time

from fnkit.compose.moves import Object, Unstarted
from fnkit.compose.platform import Platform

ROOM = 5.0
"""Seconds before the time limit at which it stops waiting."""
FIRST, LONGEST = 0.02, 1.0
"""Seconds between two looks: at first, and later on."""


def join(args: dict[str, object]) -> Object:
    """`{"results": {id: result}}` of those of `ids` that have ended: all, or as many as there are in time.

    With `errors` "fail" the first failure ends the wait.
    """
    ids, results = list(args["ids"]), {}  # type: ignore[call-overload]
    platform, pause, hasty = Platform.here(), FIRST, args.get("errors") == "fail"
    deadline = int(os.environ.get("__OW_DEADLINE") or (time.time() + 60) * 1000) / 1000 - ROOM
    while True:
        for activation in [one for one in ids if one not in results]:
            try:
                found = platform.result(activation)
            except Unstarted:
                break  # the platform is busy: later
            if found is None and not hasty:
                break  # all are waited for: the others may be asked later
            if found is None:
                continue
            results[activation] = found["result"]
            pause = FIRST
        failed = any(isinstance(one, dict) and "error" in one for one in results.values())
        if len(results) == len(ids) or (failed and hasty) or time.time() >= deadline:
            return {"results": results}
        time.sleep(pause)
        pause = min(2 * pause, LONGEST)
