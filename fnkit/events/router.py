"""The action between a trigger and its target: a conductor that lets on what matches a pattern. Ships alone.

Pattern and target stand in its environment (FNKIT_ROUTER, an init parameter): the file is the same for all.
"""

import json
import os
from typing import Any

from fnkit.events.ending import STATE, ended
from fnkit.events.pattern import matches


def main(args: dict[str, Any]) -> dict[str, Any]:
    """The target with the event, where it matches; else an end that says so. Then the target's answer."""
    if STATE in args:
        return ended({name: value for name, value in args.items() if name != STATE})
    order = json.loads(os.environ["FNKIT_ROUTER"])
    if not matches(order["pattern"], args):
        return {"params": {"matched": False}}
    return {"action": order["target"], "params": args, "state": {STATE: {}}}
