"""Records of activations as an OpenWhisk writes them, made by hand."""

import json

from fnkit.core.entities import Activation


def leaf(name, number, result=None, **more):
    """The record of an action with code; its `cause` and whatever is odd about it in `more`."""
    result = {"n": number} if result is None else result
    failed = isinstance(result, dict) and "error" in result
    cold = more.pop("init", None)
    notes = {"path": f"guest/{name}", "limits": {"memory": more.pop("memory", 256)}, "waitTime": 2}
    notes |= {} if cold is None else {"initTime": cold}
    fields = {
        "id": f"{number:032x}",
        "name": name.rpartition("/")[2],
        "namespace": "guest",
        "version": "0.0.1",
        "start": 1000 + 10 * number,
        "end": 1004 + 10 * number,
        "duration": 4,
        "status": "application error" if failed else "success",
        "result": result,
        "annotations": notes,
    }
    return Activation(**(fields | more))


def compound(name, number, steps, result=None, conductor=False, **more):
    """The record of a sequence or of a composition with these steps."""
    notes = {"path": f"guest/{name}", "kind": "sequence", **({"conductor": True} if conductor else {})}
    logs = tuple(step.id for step in steps)
    end = max((step.end for step in steps), default=1000)
    return leaf(name, number, result, **({"annotations": notes, "logs": logs, "end": end} | more))


def turn(name, number, events, result=None, **more):
    """The record of a turn of a conductor of fnkit, with what it printed."""
    lines = tuple(
        f"2026-01-01T00:00:00.{n:09}Z    stdout: fnkit-flow {json.dumps(e)}" for n, e in enumerate(events)
    )
    return leaf(name, number, result, **({"logs": lines} | more))


def calls(node, action):
    """How a conductor asks for an action."""
    return {"action": f"/guest/{action}", "params": {"asked": node}, "state": {"kept": node}}


def by_id(*records):
    """As `runs.tree` wants them."""
    return {record.id: record for record in records}
